"""Accuracy by how many training images a class has: the long tail made visible.

The bounds are those of the one public result on Kuzushiji-Kanji (github.com/cgn-shinkirou/kkanji, notebook
02), so that the figures compare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.evaluation.measures.intervals import Estimate
from kuzushiji.evaluation.measures.metrics import balanced_accuracy, top_k

BOUNDS: tuple[tuple[int, int | None], ...] = (
    (0, 0),
    (1, 1),
    (2, 5),
    (6, 10),
    (11, 20),
    (21, 30),
    (31, 50),
    (51, 100),
    (101, 150),
    (151, 500),
    (501, None),
)
"""Smallest and largest training count of each bin, both included; ``None`` is no limit."""


@dataclass(frozen=True)
class CountBin:
    """The classes with a like number of training images.

    Attributes:
        low: smallest training count in the bin.
        high: largest, or ``None`` without limit.
        classes: how many classes of the bin have test images.
        images: how many test images these have.
        accuracy: share of these images recognised (Wilson).
        top5: share whose true class is among the five best (Wilson).
        balanced_accuracy: recall averaged over these classes.
    """

    low: int
    high: int | None
    classes: int
    images: int
    accuracy: Estimate
    top5: Estimate
    balanced_accuracy: Estimate

    @property
    def name(self) -> str:
        """The bin in words: ``"2-5"``, ``"1"``, ``">500"``."""
        if self.high is None:
            return f">{self.low - 1}"
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"

    def to_json(self) -> dict[str, object]:
        """As a plain dictionary, ready for ``json.dumps``."""
        return {
            "training_images": self.name,
            "classes": self.classes,
            "images": self.images,
            "accuracy": self.accuracy.to_json(),
            "top5": self.top5.to_json(),
            "balanced_accuracy": self.balanced_accuracy.to_json(),
        }


def by_training_count(
    labels: np.ndarray, predicted: np.ndarray, ranks: np.ndarray, training_counts: np.ndarray
) -> list[CountBin]:
    """Splits a result by the training count of the true class.

    Args:
        labels: (n,) int true classes.
        predicted: (n,) int predicted classes.
        ranks: (n,) int, place of the true class among the candidates, 0 first.
        training_counts: (C,) int, training images of each class, ``C > labels.max()``.

    Returns:
        The bins that hold test images, from rare to common.

    >>> labels, predicted, ranks = np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([0, 1, 0])
    >>> found = by_training_count(labels, predicted, ranks, np.array([3, 700]))
    >>> [(b.name, b.images, b.accuracy.value, b.top5.value) for b in found]
    [('2-5', 2, 0.5, 1.0), ('>500', 1, 1.0, 1.0)]
    """
    seen = np.asarray(training_counts)[labels]
    bins = []
    for low, high in BOUNDS:
        part = (seen >= low) & (seen <= (np.inf if high is None else high))
        if part.any():
            true = labels[part]
            bins.append(
                CountBin(
                    low,
                    high,
                    len(np.unique(true)),
                    int(part.sum()),
                    top_k(np.where(true == predicted[part], 0, 1), 1),
                    top_k(ranks[part], 5),
                    balanced_accuracy(true, predicted[part]),
                )
            )
    return bins
