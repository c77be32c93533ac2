"""What a label says beside its class, as one whole number for Keras: the one home of that code.

A label of ``n`` classes is ``0 … n-1``. Raised by ``n`` it is of a sharp glyph, from which only the classes
that have sharp glyphs are learned (see `kuzushiji.training.examples.sharpness`); ``2 n`` is a character that
is none of the classes (see `kuzushiji.training.examples.unknown`). A teacher's answers travel as further
columns.

The functions that read a code take NumPy arrays and tensors of any Keras backend alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def mark_sharp(labels: np.ndarray, sharp: np.ndarray, classes: int) -> np.ndarray:
    """Labels int (n,) with those marked where bool ``sharp`` (n,) is true.

    >>> mark_sharp(np.array([2, 3]), np.array([True, False]), 5).tolist()
    [7, 3]
    """
    return labels + classes * sharp


def unknown(classes: int) -> int:
    """The label of a character that is none of the classes."""
    return 2 * classes


def class_of(labels: Any, classes: int) -> Any:
    """The plain classes of marked labels; 0 for the unknown, which have none.

    >>> class_of(np.array([3, 8, 10]), 5).tolist()
    [3, 3, 0]
    """
    return labels % classes


def is_unknown(labels: Any, classes: int) -> Any:
    """Which labels are of characters that are none of the classes, bool.

    >>> is_unknown(np.array([3, 8, 10]), 5).tolist()
    [False, False, True]
    """
    return labels == unknown(classes)


def is_sharp(labels: Any, classes: int) -> Any:
    """Which labels are marked as of sharp glyphs, bool.

    >>> is_sharp(np.array([3, 8, 10]), 5).tolist()
    [False, True, False]
    """
    return (labels >= classes) & ~is_unknown(labels, classes)


def with_answers(labels: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Labels int (n,) and a teacher's logits float32 (n, c) as one array, float32 (n, 1 + c).

    >>> with_answers(np.array([2]), np.array([[0.5, 0.0, 3.0]], np.float32)).tolist()
    [[2.0, 0.5, 0.0, 3.0]]
    """
    return np.concatenate([labels[:, None].astype(np.float32), answers], axis=1)


def apart_again(packed: Any) -> tuple[Any, Any]:
    """The labels (n,) and the answers (n, c) of `with_answers`."""
    return packed[:, 0], packed[:, 1:]
