"""Does a model notice what it was never taught? Scores for known against unknown, and how well they do.

Every score is higher for what looks known. Unknown are images of classes outside the model's: other kana,
kanji, a glyph on its side, noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from kuzushiji._vectors import nearest, unit_length
from kuzushiji.evaluation.measures.intervals import Z95, Estimate, wilson
from kuzushiji.evaluation.measures.reliability import risk_coverage


def max_softmax(logits: np.ndarray) -> np.ndarray:
    """The largest probability (Hendrycks & Gimpel 2017).

    Args:
        logits: (n, C) float.

    Returns:
        (n,) float64 in [1/C, 1].

    >>> max_softmax(np.zeros((1, 4))).tolist()
    [0.25]
    """
    z = np.asarray(logits, np.float64)
    return 1 / np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1)


def energy(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """The negative free energy ``T log Σ exp(z / T)`` (Liu et al. 2020).

    Args:
        logits: (n, C) float.
        temperature: ``T`` > 0.

    Returns:
        (n,) float64, unbounded.

    >>> energy(np.zeros((1, 4))).round(4).tolist()
    [1.3863]
    """
    z = np.asarray(logits, np.float64) / temperature
    top = z.max(axis=1)
    return temperature * (top + np.log(np.exp(z - top[:, None]).sum(axis=1)))


def neighbour_score(embedding: np.ndarray, known: np.ndarray, k: int = 50) -> np.ndarray:
    """Minus the distance to the k-th nearest known image, embeddings at length 1 (Sun et al. 2022).

    Args:
        embedding: float (n, d) of the images to judge.
        known: float (m, d) of training images.
        k: which neighbour.

    Returns:
        (n,) float32 in [-2, 0].

    >>> neighbour_score(np.array([[2.0, 0.0]]), np.eye(2), k=1).tolist()
    [-0.0]
    """
    distances, _ = nearest(unit_length(embedding), unit_length(known), k)
    return -distances[:, -1]


def mahalanobis_score(embedding: np.ndarray, known: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Relative Mahalanobis score (Ren et al. 2021, arXiv:2106.09022): near one class, rather than near all.

    Each class is a Gaussian of its own mean, all with one covariance; from the distance to the nearest is
    taken the distance to a single Gaussian of all known images.

    Args:
        embedding: float (n, d) of the images to judge.
        known: float (m, d) of training images.
        labels: int (m,), their classes.

    Returns:
        (n,) float64, unbounded.

    >>> known = np.array([[0.0, 0.1], [0.1, 0.0], [5.0, 0.1], [5.1, 0.0]])
    >>> near, between = mahalanobis_score(np.array([[0.0, 0.0], [2.5, 0.0]]), known, np.array([0, 0, 1, 1]))
    >>> bool(near > between)
    True
    """
    x, known = np.asarray(embedding, np.float64), np.asarray(known, np.float64)
    classes, which = np.unique(labels, return_inverse=True)
    means = np.stack([known[which == c].mean(axis=0) for c in range(len(classes))])
    inside = _distances(x, means, known - means[which]).min(axis=1)
    return _distances(x, known.mean(axis=0)[None], known - known.mean(axis=0))[:, 0] - inside


def _distances(x: np.ndarray, means: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Squared Mahalanobis distances (n, k) to some means, the covariance being that of ``rest``."""
    covariance = rest.T @ rest / len(rest)
    ridge = 1e-3 * np.trace(covariance) / len(covariance)
    root = np.linalg.cholesky(np.linalg.inv(covariance + ridge * np.eye(len(covariance))))
    return np.stack([(((x - mean) @ root) ** 2).sum(axis=1) for mean in means], axis=1)


def auroc(known: np.ndarray, unknown: np.ndarray) -> Estimate:
    """Probability that a known image scores above an unknown one; ties count half.

    The interval is Hanley and McNeil's (Radiology 143, 1982). Where the scores part the two without a mistake
    it would have no width, however few they are: there it is Wilson's, of as many trials as the smaller side.

    Args:
        known: (n,) float scores.
        unknown: (m,) float scores.

    Returns:
        The area under the ROC curve; 0.5 is chance.

    >>> auroc(np.array([3.0, 2.0, 1.0]), np.array([1.0, 0.0])).value.__round__(4)
    0.9167
    """
    n, m = len(known), len(unknown)
    ordered = np.sort(unknown)
    below = np.searchsorted(ordered, known, side="left")
    not_above = np.searchsorted(ordered, known, side="right")
    area = float((below + not_above).sum() / (2 * n * m))
    if area in (0.0, 1.0):
        return wilson(round(area) * min(n, m), min(n, m))
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (area * (1 - area) + (n - 1) * (q1 - area**2) + (m - 1) * (q2 - area**2)) / (n * m)
    half = Z95 * sqrt(max(0.0, variance))
    return Estimate(area, max(0.0, area - half), min(1.0, area + half))


def false_positive_rate(known: np.ndarray, unknown: np.ndarray, kept: float = 0.95) -> float:
    """Share of unknown images let in by the threshold that keeps a share of the known ones (FPR95).

    Args:
        known: (n,) float scores.
        unknown: (m,) float scores.
        kept: share of the known images to keep at least.

    Returns:
        The share, in [0, 1].

    >>> false_positive_rate(np.arange(100.0), np.array([4.0, 5.0, 6.0, -1.0]))
    0.5
    """
    threshold = np.sort(known)[len(known) - int(np.ceil(kept * len(known)))]
    return float((np.asarray(unknown) >= threshold).mean())


@dataclass(frozen=True)
class Detection:
    """How well a score parts known from unknown.

    Attributes:
        auroc: see :func:`auroc`.
        fpr95: see :func:`false_positive_rate`.
        aurc: area under risk against coverage over known and unknown together, an answer to an unknown image
            being wrong like a mistake on a known one; lower is better.
    """

    auroc: Estimate
    fpr95: float
    aurc: float


def detection(known: np.ndarray, correct: np.ndarray, unknown: np.ndarray) -> Detection:
    """Measures a score.

    Args:
        known: (n,) float scores of images of the model's classes.
        correct: (n,) bool, the model read them rightly.
        unknown: (m,) float scores of other images.

    Returns:
        The three measures.

    >>> found = detection(np.array([3.0, 2.0]), np.array([True, True]), np.array([1.0, 0.0]))
    >>> found.auroc.value, found.fpr95, round(found.aurc, 3)
    (1.0, 0.0, 0.208)
    """
    scores = np.concatenate([known, unknown])
    right = np.concatenate([np.asarray(correct, bool), np.zeros(len(unknown), bool)])
    return Detection(
        auroc(known, unknown), false_positive_rate(known, unknown), risk_coverage(scores, right).aurc
    )
