"""Learning from a teacher's answers beside the labels (Hinton, Vinyals and Dean 2015, arXiv:1503.02531).

The teacher is asked about the very glyphs that the student sees, bent and half hidden as they are (the
"consistent" teaching of Beyer et al. 2022, arXiv:2106.05237): where so little is left that a glyph could be
two characters, it says so, and the label does not.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kuzushiji._machine import cores
from kuzushiji.errors import UsageError
from kuzushiji.images import resize_glyphs
from kuzushiji.training.recipe import Fit
from kuzushiji.weights import Model, open_model


class Teacher:
    """A finished model that is asked about every batch of another's training.

    Args:
        model: the teacher; it is asked without its averaging over shifts, which saves most of the time.
        classes: the student's; the teacher must know them all, in whatever order and among whatever others.

    Raises:
        UsageError: the teacher lacks a class.
    """

    def __init__(self, model: Model, classes: Sequence[str]) -> None:
        name, known = model.info.name, model.info.classes
        missing = [c for c in classes if c not in known]
        if missing:
            raise UsageError(
                f"fit.teacher: {name} has not learned {len(missing)} of the {len(classes)} classes, such as "
                f"{missing[0]}; choose a teacher of the same classes"
            )
        model.info = replace(model.info, shifts=())
        self._model = model
        self._columns = [known.index(c) for c in classes]

    def __call__(self, glyphs: np.ndarray) -> np.ndarray:
        """The teacher's logits for the student's classes.

        Args:
            glyphs: float32 (n, size, size) in [0, 1], as the student sees them; brought to the teacher's
                size where that is another.

        Returns:
            float32 (n, classes), in the student's order.
        """
        seen = resize_glyphs(np.rint(255 * glyphs).astype(np.uint8), self._model.info.size)
        return self._model.logits(seen)[:, self._columns]


def open_teacher(fit: Fit, classes: Sequence[str]) -> Teacher | None:
    """The teacher that a recipe names, on as many threads as the training; None where it names none.

    Raises:
        UsageError: no such model, one that cannot teach this student (see `Teacher`), or a share or
            temperature out of range.
        KuzushijiError: the file is no model.
    """
    if not fit.teacher:
        return None
    if not 0 < fit.teacher_share <= 1:
        raise UsageError(f"fit.teacher_share is {fit.teacher_share}; it must be above 0 and at most 1")
    if not fit.teacher_temperature > 0:
        raise UsageError(f"fit.teacher_temperature is {fit.teacher_temperature}; it must be above 0")
    return Teacher(open_model(fit.teacher, _threads()), classes)


def _threads() -> int:
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return min(int(asked), cores()) if asked.isdigit() and int(asked) else cores()
