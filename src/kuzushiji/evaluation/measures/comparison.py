"""Is one model better than another on the same images? Paired, since they fail on much the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

import numpy as np

from kuzushiji.evaluation.measures.intervals import Z95, Estimate


@dataclass(frozen=True)
class Comparison:
    """Two models on the same images.

    Attributes:
        n: images.
        only_first: images that only the first model got right.
        only_second: images that only the second got right.
        p_value: exact two-sided McNemar test that both are right equally often.
        difference: accuracy of the first minus that of the second, with a 95 % interval.
    """

    n: int
    only_first: int
    only_second: int
    p_value: float
    difference: Estimate

    def to_json(self) -> dict[str, object]:
        """As a plain dictionary, ready for ``json.dumps``."""
        return {
            "n": self.n,
            "only_first_right": self.only_first,
            "only_second_right": self.only_second,
            "mcnemar_p": self.p_value,
            "difference": self.difference.to_json(),
        }


def binomial_tail(k: int, n: int, p: float) -> float:
    """``P(X <= k)`` for ``X`` binomial(n, p), summed in logarithms so that large ``n`` does not overflow.

    Args:
        k: at most this many successes.
        n: trials.
        p: probability of a success, in (0, 1).

    Returns:
        The probability, in [0, 1].

    >>> round(binomial_tail(1, 4, 0.5), 4)
    0.3125
    """
    if k >= n:
        return 1.0
    if k < 0:
        return 0.0
    terms = (
        lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log(1 - p)
        for i in range(k + 1)
    )
    return min(1.0, sum(exp(t) for t in terms))


def compare(first_right: np.ndarray, second_right: np.ndarray) -> Comparison:
    """McNemar's exact test, and the difference in accuracy with Bonett and Price's interval.

    The interval is the adjusted Wald one for paired proportions (D. Bonett, R. Price, *Adjusted Wald
    confidence interval for a difference of binomial proportions based on paired data*, JEBS 37, 2012).

    Args:
        first_right: (n,) bool, the first model was right.
        second_right: (n,) bool, the second was, on the same images in the same order.

    Returns:
        The comparison.

    Raises:
        ValueError: the vectors differ in length or are empty.

    >>> a = np.array([1] * 90 + [1] * 8 + [0] * 2, bool)
    >>> b = np.array([1] * 90 + [0] * 8 + [1] * 2, bool)
    >>> c = compare(a, b)
    >>> c.only_first, c.only_second, round(c.p_value, 4), round(c.difference.value, 2)
    (8, 2, 0.1094, 0.06)
    """
    first, second = np.asarray(first_right, bool), np.asarray(second_right, bool)
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise ValueError(f"need two vectors of one length, at least 1; got {first.shape} and {second.shape}")
    n = len(first)
    b, c = int((first & ~second).sum()), int((second & ~first).sum())
    p_value = min(1.0, 2 * binomial_tail(min(b, c), b + c, 0.5)) if b + c else 1.0
    p12, p21 = (b + 1) / (n + 2), (c + 1) / (n + 2)
    half = Z95 * sqrt((p12 + p21 - (p12 - p21) ** 2) / (n + 2))
    value, centre = (b - c) / n, p12 - p21
    return Comparison(
        n,
        b,
        c,
        p_value,
        Estimate(value, max(-1.0, min(value, centre - half)), min(1.0, max(value, centre + half))),
    )
