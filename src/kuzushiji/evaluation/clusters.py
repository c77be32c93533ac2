"""The shapes inside a class, and how well each is read.

One kana was written from several parent kanji (き from 幾, 起, 支 ...), so a class of KMNIST holds several
quite different shapes, in another mix in the test set than in the training set. Nobody labelled them; k-means
on a model's embedding finds groups that mostly are such shapes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.evaluation.measures.intervals import Estimate, wilson

GROUPS = 4
"""Groups that a class is cut into: few enough to look at, enough to part the commonest shapes."""


@dataclass(frozen=True)
class Shape:
    """One group of like images inside a class.

    Attributes:
        label: the class.
        members: (n,) int64, indices of the test images in the group, the most typical first.
        accuracy: share of them recognised, Wilson interval.
        test_share: share of the class's test images that they are.
        train_share: share of the class's training images in the group; NaN without training images.
    """

    label: int
    members: np.ndarray
    accuracy: Estimate
    test_share: float
    train_share: float


def kmeans(x: np.ndarray, k: int, seed: int = 0, restarts: int = 3, rounds: int = 30) -> np.ndarray:
    """Lloyd's k-means from k-means++ starts (Arthur & Vassilvitskii 2007); the tightest of some restarts.

    `kuzushiji.datasets.shifted_holdout` has its own, whose every rounding is published with its splits.

    Args:
        x: float (n, d), ``n >= k``.
        k: number of centres.
        seed: of the starts.
        restarts: how many starts.
        rounds: most iterations of each.

    Returns:
        (k, d) float centres.

    >>> x = np.array([[0.0], [0.1], [5.0], [5.1]])
    >>> np.sort(kmeans(x, 2).ravel()).round(2)
    array([0.05, 5.05])
    """
    rng = np.random.default_rng(seed)
    best, least = x[:k], np.inf
    for _ in range(restarts):
        centres = x[[rng.integers(len(x))]]
        while len(centres) < k:
            gap = squared_distances(x, centres).min(axis=1).astype(np.float64)
            p = gap / gap.sum() if gap.sum() > 0 else np.full(len(x), 1 / len(x))
            centres = np.concatenate([centres, x[[rng.choice(len(x), p=p)]]])
        for _ in range(rounds):
            which = squared_distances(x, centres).argmin(axis=1)
            members = np.equal.outer(np.arange(k), which).astype(x.dtype)
            size = members.sum(axis=1, keepdims=True)
            moved = np.where(size > 0, members @ x / np.maximum(size, 1), centres)
            if np.allclose(moved, centres):
                break
            centres = moved
        inertia = float(squared_distances(x, centres).min(axis=1).sum())
        if inertia < least:
            best, least = centres, inertia
    return best


def squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances of all pairs.

    Args:
        x: float (n, d).
        y: float (m, d).

    Returns:
        (n, m), never below 0.

    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]))
    array([[25.]])
    """
    d = (x**2).sum(axis=1)[:, None] - 2 * x @ y.T + (y**2).sum(axis=1)
    return np.maximum(d, 0)


def shapes_in_class(
    label: int,
    members: np.ndarray,
    embedding: np.ndarray,
    correct: np.ndarray,
    train_embedding: np.ndarray | None = None,
    seed: int = 0,
) -> list[Shape]:
    """Groups the images of one class, on its training images where there are any.

    Args:
        label: the class.
        members: (n,) int64, indices of its test images.
        embedding: float32 (n, d) of these.
        correct: (n,) bool, they were recognised.
        train_embedding: float32 (m, d) of training images of the class; None or few: the test images are
            grouped.
        seed: of the clustering.

    Returns:
        The groups, the commonest in the test set first; those without test images are left out.
    """
    fitted_on_train = train_embedding is not None and len(train_embedding) >= 10 * GROUPS
    basis = np.asarray(train_embedding if fitted_on_train else embedding, np.float64)
    centres = kmeans(basis, max(1, min(GROUPS, len(basis) // 10)), seed)
    d = squared_distances(np.asarray(embedding, np.float64), centres)
    which = d.argmin(axis=1)
    trained = squared_distances(basis, centres).argmin(axis=1)
    shapes = []
    for g in range(len(centres)):
        inside = np.flatnonzero(which == g)
        if len(inside):
            inside = inside[np.argsort(d[inside, g], kind="stable")]
            shapes.append(
                Shape(
                    label,
                    members[inside],
                    wilson(int(correct[inside].sum()), len(inside)),
                    len(inside) / len(members),
                    float((trained == g).mean()) if fitted_on_train else float("nan"),
                )
            )
    return sorted(shapes, key=lambda s: -s.test_share)
