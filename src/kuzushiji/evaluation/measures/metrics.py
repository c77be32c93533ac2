"""How often a classifier is right: over images, over classes, per class, and what it mistakes for what.

All functions take integer class indices; numpy only, no loops over samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.evaluation.measures.intervals import (
    Estimate,
    mean_of_proportions,
    stratified_bootstrap,
    wilson,
)


def _same_length(labels: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    labels, other = np.asarray(labels), np.asarray(other)
    if labels.ndim != 1 or labels.shape != other.shape or not len(labels):
        raise ValueError(f"need two vectors of one length, at least 1; got {labels.shape} and {other.shape}")
    return labels, other


def accuracy(labels: np.ndarray, predicted: np.ndarray) -> Estimate:
    """Share of images whose predicted class is the label (micro accuracy, top-1), Wilson interval.

    Args:
        labels: (n,) int true classes.
        predicted: (n,) int predicted classes.

    Returns:
        The accuracy.

    >>> accuracy(np.array([0, 1, 1, 2]), np.array([0, 1, 2, 2])).value
    0.75
    """
    labels, predicted = _same_length(labels, predicted)
    return wilson(int((labels == predicted).sum()), len(labels))


def balanced_accuracy(labels: np.ndarray, predicted: np.ndarray) -> Estimate:
    """Recall averaged over the classes that occur in ``labels`` (macro accuracy; K49's official measure).

    The interval is analytic, see :func:`kuzushiji.evaluation.measures.intervals.mean_of_proportions`.

    Args:
        labels: (n,) int true classes, at least 0.
        predicted: (n,) int predicted classes.

    Returns:
        The balanced accuracy.

    >>> balanced_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0])).value
    0.5
    """
    labels, predicted = _same_length(labels, predicted)
    support = np.bincount(labels)
    right = np.bincount(labels[labels == predicted], minlength=len(support))
    return mean_of_proportions(right, support)


def macro_f1(labels: np.ndarray, predicted: np.ndarray, replicates: int = 500) -> Estimate:
    """F1 averaged over the classes that occur in ``labels``, with a stratified bootstrap interval.

    F1 of a class is ``2 tp / (2 tp + fp + fn)``. Predictions of classes that never occur count as misses of
    the true class, but add no class to the mean.

    Args:
        labels: (n,) int true classes, at least 0.
        predicted: (n,) int predicted classes, at least 0.
        replicates: resamples for the interval.

    Returns:
        The macro F1.

    >>> macro_f1(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]), replicates=50).value.__round__(4)
    0.7333
    """
    labels, predicted = _same_length(labels, predicted)
    classes = int(max(labels.max(), predicted.max())) + 1
    hit = labels == predicted
    support = np.bincount(labels, minlength=classes)
    present = support > 0

    def statistic(index: np.ndarray) -> float:
        guessed = np.bincount(predicted[index], minlength=classes)
        right = np.bincount(labels[index], weights=hit[index], minlength=classes)
        return float(np.mean(2 * right[present] / (support + guessed)[present]))

    return stratified_bootstrap(labels, statistic, replicates)


def ranks_of(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The place of the true class among all classes by score, 0 being the first.

    Args:
        scores: (n, C) float, higher is likelier (logits or probabilities).
        labels: (n,) int true classes in [0, C).

    Returns:
        (n,) int64 ranks. Ties count against the true class, so a constant score is never rewarded.

    >>> ranks_of(np.array([[0.1, 0.7, 0.2], [0.5, 0.5, 0.0]]), np.array([2, 0]))
    array([1, 1])
    """
    own = np.take_along_axis(scores, np.asarray(labels)[:, None], axis=1)
    return (scores >= own).sum(axis=1).astype(np.int64) - 1


def top_k(ranks: np.ndarray, k: int = 5) -> Estimate:
    """Share of images whose true class is among the ``k`` best candidates, Wilson interval.

    Args:
        ranks: (n,) int, place of the true class, 0 first (:func:`ranks_of`).
        k: how many candidates count.

    Returns:
        The top-k accuracy.

    >>> top_k(np.array([0, 4, 5, 0]), k=5).value
    0.75
    """
    ranks = np.asarray(ranks)
    return wilson(int((ranks < k).sum()), len(ranks))


@dataclass(frozen=True)
class PerClass:
    """Counts per class, index = class.

    Attributes:
        support: (C,) int64, images of the class.
        right: (C,) int64, of these, those recognised.
        guessed: (C,) int64, images taken for the class, rightly or not.
    """

    support: np.ndarray
    right: np.ndarray
    guessed: np.ndarray

    @property
    def recall(self) -> np.ndarray:
        """(C,) float64 share of the class's images recognised; NaN where there are none."""
        return np.divide(
            self.right, self.support, out=np.full(len(self.support), np.nan), where=self.support > 0
        )

    @property
    def precision(self) -> np.ndarray:
        """(C,) float64 share of right ones among images taken for the class; NaN where none was."""
        return np.divide(
            self.right, self.guessed, out=np.full(len(self.support), np.nan), where=self.guessed > 0
        )

    @property
    def f1(self) -> np.ndarray:
        """(C,) float64 harmonic mean of precision and recall; NaN for a class neither seen nor guessed."""
        both = self.support + self.guessed
        return np.divide(2 * self.right, both, out=np.full(len(both), np.nan), where=both > 0)


def per_class(labels: np.ndarray, predicted: np.ndarray, classes: int) -> PerClass:
    """Counts per class.

    Args:
        labels: (n,) int true classes in [0, classes).
        predicted: (n,) int predicted classes in [0, classes).
        classes: number of classes.

    Returns:
        The counts; recall, precision and F1 are derived from them.

    >>> per_class(np.array([0, 0, 1]), np.array([0, 1, 1]), 3).recall.round(2)
    array([0.5, 1. , nan])
    """
    labels, predicted = _same_length(labels, predicted)
    return PerClass(
        support=np.bincount(labels, minlength=classes),
        right=np.bincount(labels[labels == predicted], minlength=classes),
        guessed=np.bincount(predicted, minlength=classes),
    )


def confusion_pairs(labels: np.ndarray, predicted: np.ndarray, most: int = 20) -> list[tuple[int, int, int]]:
    """The commonest mistakes.

    Args:
        labels: (n,) int true classes.
        predicted: (n,) int predicted classes.
        most: how many pairs to return at most.

    Returns:
        ``(true class, predicted class, how often)``, commonest first, then by class.

    >>> confusion_pairs(np.array([0, 0, 1, 2]), np.array([1, 1, 0, 2]))
    [(0, 1, 2), (1, 0, 1)]
    """
    labels, predicted = _same_length(labels, predicted)
    wrong = labels != predicted
    pairs, counts = np.unique(np.stack([labels[wrong], predicted[wrong]], axis=1), axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    return [(int(pairs[i, 0]), int(pairs[i, 1]), int(counts[i])) for i in order]
