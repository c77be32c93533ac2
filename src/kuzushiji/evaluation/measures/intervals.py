"""A figure and how far it can be trusted: proportions with their confidence intervals.

Every interval of this package is a two-sided 95 % one unless it says otherwise, and describes what another
test set *of the same kind* would give. It knows nothing of a shift in the data, of another training seed, or
of books that nobody has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

Z95 = 1.959963984540054  # the 0.975 quantile of the standard normal distribution


@dataclass(frozen=True)
class Estimate:
    """A measured figure with its 95 % interval.

    Attributes:
        value: the figure itself, usually in [0, 1].
        low: lower end of the interval.
        high: upper end of the interval.

    >>> Estimate(0.5, 0.25, 0.75).to_json()
    {'value': 0.5, 'low': 0.25, 'high': 0.75}
    """

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        """The three numbers as a plain dictionary, ready for ``json.dumps``."""
        return {"value": self.value, "low": self.low, "high": self.high}

    def __str__(self) -> str:
        return f"{100 * self.value:.2f} % (95 %: {100 * self.low:.2f} to {100 * self.high:.2f})"


def wilson(successes: float, n: float, z: float = Z95) -> Estimate:
    """Wilson's score interval for a proportion.

    Unlike the textbook ``p ± z·se`` it stays inside [0, 1] and keeps its coverage near 0 and 1 and for few
    samples (E. B. Wilson, *Probable inference*, JASA 22, 1927).

    Args:
        successes: how many succeeded; need not be whole, see :func:`proportion`.
        n: out of how many; at least more than 0.
        z: normal quantile of the wanted level, two-sided.

    Returns:
        The proportion and its interval.

    Raises:
        ValueError: ``n`` is not positive, or ``successes`` is outside [0, n].

    >>> print(wilson(9863, 10000))
    98.63 % (95 %: 98.38 to 98.84)
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"cannot take {successes} successes out of {n}")
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Estimate(float(p), float(max(0.0, min(p, centre - half))), float(min(1.0, max(p, centre + half))))


def mean_of_proportions(successes: np.ndarray, n: np.ndarray, z: float = Z95) -> Estimate:
    """The unweighted mean of several proportions (balanced accuracy is one), with its interval.

    The variance is the stratified one, the mean of ``p_c (1 - p_c) / n_c`` over the ``C`` groups divided by
    ``C``. Where groups are tiny (most kanji have one or two test images) the plain estimate of it collapses
    to 0, so each ``p_c`` is first drawn towards the overall mean by one pseudo-observation, and the
    remaining bias, exact when all groups share one ``p``, is divided out. The interval is Wilson's at the
    sample size which would give a single proportion that variance, hence asymmetric and inside [0, 1].

    Args:
        successes: (C,) successes of each group.
        n: (C,) size of each group; groups of size 0 are left out.
        z: normal quantile of the wanted level, two-sided.

    Returns:
        The mean proportion and its interval; all NaN when every group is empty.

    >>> print(mean_of_proportions(np.array([990, 40]), np.array([1000, 50])))
    89.50 % (95 %: 82.59 to 93.87)
    """
    n = np.asarray(n, dtype=np.float64)
    k = np.asarray(successes, dtype=np.float64)[n > 0]
    n = n[n > 0]
    if not len(n):
        return Estimate(float("nan"), float("nan"), float("nan"))
    mean = float(np.mean(k / n))
    shrunk = (k + mean) / (n + 1)
    unbias = (n + 1) ** 2 / ((n + 1) ** 2 - n)
    variance = float(np.sum(shrunk * (1 - shrunk) * unbias / n)) / len(n) ** 2
    effective = mean * (1 - mean) / variance if variance > 0 else len(n) ** 2 / float(np.sum(1 / n))
    return wilson(mean * effective, effective, z)


def stratified_bootstrap(
    labels: np.ndarray,
    statistic: Callable[[np.ndarray], float],
    replicates: int = 500,
    seed: int = 0,
) -> Estimate:
    """A percentile interval for any statistic, resampling with replacement inside each class.

    Args:
        labels: (n,) int class of each sample; resampling keeps every class at its size.
        statistic: takes (n,) int64 indices of samples (repeats allowed) and returns the figure.
        replicates: how many resamples.
        seed: of the resampling; same seed, same interval.

    Returns:
        The statistic on the samples themselves, and the 2.5 and 97.5 percentiles over the resamples, widened
        where needed to hold the value.

    >>> hits = np.array([1, 1, 1, 0, 1, 1, 0, 0])
    >>> e = stratified_bootstrap(np.zeros(8, int), lambda i: hits[i].mean(), replicates=200)
    >>> e.value, e.low < 0.5 < e.high
    (0.625, True)
    """
    labels = np.asarray(labels)
    order = np.argsort(labels, kind="stable")
    _, first, count = np.unique(labels[order], return_index=True, return_counts=True)
    start, size = np.repeat(first, count), np.repeat(count, count)
    rng = np.random.default_rng(seed)
    value = float(statistic(np.arange(len(labels))))
    draws = [
        statistic(order[start + (rng.random(len(labels)) * size).astype(np.int64)]) for _ in range(replicates)
    ]
    low, high = np.percentile(np.asarray(draws, dtype=np.float64), [2.5, 97.5])
    return Estimate(value, float(min(low, value)), float(max(high, value)))
