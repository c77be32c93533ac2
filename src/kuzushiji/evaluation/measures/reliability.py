"""Can the stated confidence be believed? Calibration error, reliability curve, risk against coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.evaluation.measures.intervals import Estimate, wilson


@dataclass(frozen=True)
class ReliabilityBin:
    """One bar of a reliability diagram.

    Attributes:
        low: lower edge of the confidence bin (exclusive, save for the first).
        high: upper edge (inclusive).
        n: images in it.
        confidence: their mean confidence.
        accuracy: their accuracy, Wilson interval.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: Estimate


def _bin_of(confidence: np.ndarray, bins: int) -> np.ndarray:
    return np.clip(np.ceil(np.asarray(confidence, dtype=np.float64) * bins).astype(np.int64) - 1, 0, bins - 1)


def ece(confidence: np.ndarray, correct: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error over equally wide bins of the top-1 confidence (Guo et al. 2017: ECE-15).

    Args:
        confidence: (n,) float in [0, 1], probability given to the predicted class.
        correct: (n,) bool, the prediction was right.
        bins: number of bins.

    Returns:
        Mean absolute gap between confidence and accuracy, weighted by the bins' sizes; 0 is perfect.

    >>> round(ece(np.array([0.9, 0.9, 0.6, 0.6]), np.array([1, 1, 1, 0], bool)), 3)
    0.1
    """
    which = _bin_of(confidence, bins)
    gap = np.bincount(which, weights=np.asarray(confidence, np.float64) - np.asarray(correct, np.float64))
    return float(np.abs(gap).sum() / len(which))


def reliability_curve(confidence: np.ndarray, correct: np.ndarray, bins: int = 15) -> list[ReliabilityBin]:
    """Accuracy against confidence; bins without images are left out.

    Args:
        confidence: (n,) float in [0, 1].
        correct: (n,) bool.
        bins: number of equally wide bins.

    Returns:
        The bins that hold images, from low to high confidence.

    >>> curve = reliability_curve(np.array([0.99, 0.98, 0.3]), np.array([1, 0, 0], bool))
    >>> [(b.n, b.accuracy.value) for b in curve]
    [(1, 0.0), (2, 0.5)]
    """
    which = _bin_of(confidence, bins)
    n = np.bincount(which, minlength=bins)
    total = np.bincount(which, weights=np.asarray(confidence, np.float64), minlength=bins)
    right = np.bincount(which, weights=np.asarray(correct, np.float64), minlength=bins)
    return [
        ReliabilityBin(b / bins, (b + 1) / bins, int(n[b]), float(total[b] / n[b]), wilson(right[b], n[b]))
        for b in range(bins)
        if n[b]
    ]


@dataclass(frozen=True)
class RiskCoverage:
    """What is left wrong when only the most confident part is answered.

    Attributes:
        coverage: (n,) float64, share answered, ascending to 1.
        risk: (n,) float64, share wrong among the answered.
        aurc: area under the curve, the mean of ``risk``; lower is better.
    """

    coverage: np.ndarray
    risk: np.ndarray
    aurc: float


def risk_coverage(confidence: np.ndarray, correct: np.ndarray) -> RiskCoverage:
    """The risk-coverage curve and its area (AURC; Geifman & El-Yaniv 2017).

    Images of equal confidence cannot be told apart, so each carries their mean error: the curve is what a
    random order among them gives on average.

    Args:
        confidence: (n,) float, any score that rises with trust.
        correct: (n,) bool.

    Returns:
        The curve, one point an image.

    >>> risk_coverage(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1, 1, 0, 1], bool)).risk.round(2)
    array([0.  , 0.  , 0.33, 0.25])
    """
    confidence = np.asarray(confidence, np.float64)
    order = np.argsort(-confidence, kind="stable")
    wrong = 1.0 - np.asarray(correct, np.float64)[order]
    ranked = confidence[order]
    tie = np.concatenate([[0], np.cumsum(ranked[1:] != ranked[:-1])]).astype(np.int64)
    wrong = (np.bincount(tie, weights=wrong) / np.bincount(tie))[tie]
    count = np.arange(1, len(wrong) + 1)
    risk = np.cumsum(wrong) / count
    return RiskCoverage(count / len(wrong), risk, float(risk.mean()))
