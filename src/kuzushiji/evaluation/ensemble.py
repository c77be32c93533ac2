"""Several models that answer as one: the mean of their calibrated probabilities.

Each member is used as it was shipped, with its own temperature and its own shifts. The mean of probabilities
is the plainest rule, has nothing to tune, and so nothing that could be tuned on a test set. No temperature
and no threshold were fitted for the whole, for which a hold-out that none of the members saw would be needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kuzushiji._vectors import unit_length
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.weights import Model, ModelInfo, open_model

SEPARATOR = "+"
"""Between the members of an ensemble in one word, as in ``kmnist+runs/kmnist-seed1``."""


class Ensemble:
    """Models of the same classes and the same size of glyph, as one :class:`Classifier`.

    Attributes:
        members: the models.
        info: classes and size as of the first; the strictest threshold of all; the name says how many of
            which, as in ``"kmnist ×3"``.
    """

    def __init__(self, members: Sequence[Model], words: Sequence[str] | None = None) -> None:
        """Joins models.

        Args:
            members: two or more.
            words: what each was opened by; their paths when left out.

        Raises:
            KuzushijiError: fewer than two, a file twice, or one that does not fit the first.
        """
        if len(members) < 2:
            raise KuzushijiError("an ensemble needs two models or more; name them as MODEL+MODEL")
        first = members[0].info
        order = {char: i for i, char in enumerate(first.classes)}
        seen: set[Path] = set()
        for member in members:
            info = member.info
            if info.size != first.size or set(info.classes) != set(order):
                raise KuzushijiError(
                    f"{member.path}: {_difference(info, first)}, unlike {members[0].path}; "
                    "the models of an ensemble must have the same classes and the same size"
                )
            if member.path.resolve() in seen:
                raise KuzushijiError(
                    f"{member.path}: stands twice in the ensemble, where it would only count double"
                )
            seen.add(member.path.resolve())
        self.members = tuple(members)
        self._columns = [np.array([m.info.classes.index(char) for char in order]) for m in members]
        names = Counter(m.info.name for m in members)
        self.info = ModelInfo(
            name=" + ".join(name if n == 1 else f"{name} ×{n}" for name, n in names.items()),
            classes=first.classes,
            size=first.size,
            sure_threshold=max(m.info.sure_threshold for m in members),
            architecture="ensemble",
            trained_on=", ".join(dict.fromkeys(m.info.trained_on for m in members)),
            attribution=first.attribution,
            more={"members": list(words or (str(m.path) for m in members))},
        )

    def probabilities(self, glyphs: np.ndarray) -> np.ndarray:
        """The mean of the members' calibrated probabilities.

        Args:
            glyphs: uint8 (n, size, size), white ink (255) on black (0).

        Returns:
            float32 (n, classes), each row summing to 1.
        """
        total = np.zeros((len(glyphs), len(self.info.classes)), np.float64)
        for member, columns in zip(self.members, self._columns, strict=True):
            total += member.probabilities(glyphs)[:, columns]
        return (total / len(self.members)).astype(np.float32)

    def embed(self, glyphs: np.ndarray) -> np.ndarray:
        """The members' embeddings side by side, each at length 1, so that none outweighs another.

        Args:
            glyphs: uint8 (n, size, size).

        Returns:
            float32 (n, sum of the members' dimensions).
        """
        return np.concatenate([unit_length(member.embed(glyphs)) for member in self.members], 1)


def _difference(info: ModelInfo, first: ModelInfo) -> str:
    if info.size != first.size:
        return f"{len(info.classes)} classes at {info.size} pixels"
    lacks = "".join(c for c in first.classes if c not in set(info.classes))
    has = "".join(c for c in info.classes if c not in set(first.classes))
    return " and ".join(f"{verb} {chars[:10]}" for verb, chars in (("lacks", lacks), ("has", has)) if chars)


def open_models(words: str | Path, threads: int | None = None) -> Model | Ensemble:
    """Opens one model, or several joined by ``+``.

    Args:
        words: what :func:`kuzushiji.weights.open_model` takes, or several such with ``+`` between them. A
            file or folder whose own name has a ``+`` is taken as that file.
        threads: CPU threads for one call; None for all that this process may use.

    Returns:
        A model, or an ensemble.

    Raises:
        UsageError: no such model, or nothing beside a ``+``.
        KuzushijiError: a file that is no model, or models that do not fit together.
    """
    if isinstance(words, Path) or SEPARATOR not in words or Path(words).exists():
        return open_model(words, threads)
    names = [name.strip() for name in words.split(SEPARATOR)]
    if "" in names:
        raise UsageError(f"{words!r}: a model is missing beside a {SEPARATOR}; write MODEL+MODEL")
    return Ensemble([open_model(name, threads) for name in names], names)
