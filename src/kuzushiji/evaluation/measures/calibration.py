"""Making confidence mean something: a temperature for the logits, and a threshold below which to abstain.

Both must be fitted on data that differs from training the way real use does. KMNIST's own test set is
shifted from its training set (other books, another mix of hentaigana), and a random hold-out scores points
better than the test set; a temperature fitted there is too cold and a threshold too low. Fit on a
*shifted* hold-out (``kuzushiji.datasets.shifted_holdout``: whole clusters of shapes unseen in training),
never on a test split.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.evaluation.measures.comparison import binomial_tail
from kuzushiji.evaluation.measures.intervals import Estimate, wilson
from kuzushiji.weights.info import NEVER

_BLOCK = 8192  # rows at a time: 3,881 float64 logits of so many images are 250 MB
_COVERAGES = 50


def negative_log_likelihood(logits: np.ndarray, labels: np.ndarray, temperature: float = 1.0) -> float:
    """Mean negative log-likelihood of the labels under ``softmax(logits / temperature)``, in nats.

    Args:
        logits: (n, C) float.
        labels: (n,) int in [0, C).
        temperature: what the logits are divided by; above 1 softens.

    Returns:
        The mean; ``log(C)`` is chance.

    >>> round(negative_log_likelihood(np.zeros((2, 4)), np.array([0, 3])), 4)
    1.3863
    """
    total = 0.0
    for i in range(0, len(labels), _BLOCK):
        z = np.asarray(logits[i : i + _BLOCK], dtype=np.float64) / temperature
        z -= z.max(axis=1, keepdims=True)
        own = z[np.arange(len(z)), labels[i : i + _BLOCK]]
        total += float((np.log(np.exp(z).sum(axis=1)) - own).sum())
    return total / len(labels)


def fit_temperature(
    logits: np.ndarray, labels: np.ndarray, low: float = 0.05, high: float = 20.0, tolerance: float = 1e-3
) -> float:
    """The temperature of least negative log-likelihood (Guo et al. 2017), by golden-section search.

    The likelihood is concave in ``1 / T``, so in ``log T`` it has one peak and the search cannot be caught
    in another.

    Args:
        logits: (n, C) float, of a shifted hold-out.
        labels: (n,) int in [0, C).
        low: smallest temperature considered; reached when the hold-out has no mistake at all.
        high: largest considered.
        tolerance: relative precision of the result.

    Returns:
        The temperature.

    Raises:
        KuzushijiError: no samples, or logits that are not finite.
        ValueError: not a label for each row of the logits.

    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(size=(4000, 5))
    >>> y = (z + rng.gumbel(size=z.shape)).argmax(1)   # labels drawn from softmax(z)
    >>> round(fit_temperature(3 * z, y), 1)            # three times too confident
    3.0
    """
    if len(labels) != len(logits):
        raise ValueError(f"{len(logits):,} rows of logits, but {len(labels):,} labels")
    if not len(labels):
        raise KuzushijiError("cannot fit a temperature: the hold-out is empty; give it some images")
    if not np.isfinite(logits).all():
        raise KuzushijiError("cannot fit a temperature: the logits are not finite; the model has diverged")
    ratio = (sqrt(5) - 1) / 2
    a, b = log(low), log(high)
    c, d = b - ratio * (b - a), a + ratio * (b - a)
    loss_c, loss_d = (negative_log_likelihood(logits, labels, exp(t)) for t in (c, d))
    while b - a > tolerance:
        if loss_c <= loss_d:
            b, d, loss_d = d, c, loss_c
            c = b - ratio * (b - a)
            loss_c = negative_log_likelihood(logits, labels, exp(c))
        else:
            a, c, loss_c = c, d, loss_d
            d = a + ratio * (b - a)
            loss_d = negative_log_likelihood(logits, labels, exp(d))
    return exp((a + b) / 2)


@dataclass(frozen=True)
class Abstention:
    """When to answer.

    Attributes:
        threshold: answer when the top probability reaches this (`kuzushiji.weights.info.reaches`); `NEVER`
            when the target is out of reach.
        coverage: share of the hold-out answered.
        precision: share right among those, two-sided 95 % Wilson; NaN when nothing is answered.
        target: the precision asked for.
        level: confidence that the true precision, on data like the hold-out, is at least the target.
    """

    threshold: float
    coverage: float
    precision: Estimate
    target: float
    level: float


def abstention_threshold(
    confidence: np.ndarray, correct: np.ndarray, precision: float = 0.98, level: float = 0.95
) -> Abstention:
    """The lowest threshold whose answers are right ``precision`` of the time, with confidence ``level``.

    Selection with guaranteed risk (after Geifman & El-Yaniv 2017): fifty coverages from 100 % down to 2 %
    are tried, and the widest is taken at which so few mistakes would be a surprise if the precision were
    below the target: an exact binomial test, the error budget ``1 - level`` shared among the fifty. The
    guarantee holds for data like the hold-out, which is why that has to be shifted. A small hold-out can
    only prove little: for 98 % it needs 342 right answers without a mistake.

    Args:
        confidence: (n,) float in [0, 1], calibrated top-1 probability on a shifted hold-out.
        correct: (n,) bool.
        precision: wanted share of right answers among those given, in (0, 1).
        level: wanted certainty of that.

    Returns:
        The threshold and what it does on the hold-out.

    Raises:
        KuzushijiError: the hold-out is empty.
        UsageError: the precision is not between 0 and 1.

    >>> rng = np.random.default_rng(0)
    >>> p = rng.uniform(0.5, 1, 20000)
    >>> found = abstention_threshold(p, rng.random(20000) < p, precision=0.9)
    >>> found.precision.value >= 0.9, 0.78 < found.threshold < 0.85
    (True, True)
    """
    if not 0 < precision < 1:
        raise UsageError(f"precision is {precision}; it must be above 0 and below 1")
    n = len(confidence)
    if not n:
        raise KuzushijiError("cannot choose a threshold: the hold-out is empty; give it some images")
    order = np.argsort(-np.asarray(confidence, np.float64), kind="stable")
    ranked = np.asarray(confidence, np.float64)[order]
    wrong = np.cumsum(~np.asarray(correct, bool)[order])
    for step in range(_COVERAGES, 0, -1):
        threshold = ranked[max(1, n * step // _COVERAGES) - 1]
        kept = int(np.searchsorted(-ranked, -threshold, side="right"))  # all of equal confidence, or none
        mistakes = int(wrong[kept - 1])
        good_enough = 1 - mistakes / kept >= precision
        if good_enough and binomial_tail(mistakes, kept, 1 - precision) <= (1 - level) / _COVERAGES:
            return Abstention(float(threshold), kept / n, wilson(kept - mistakes, kept), precision, level)
    nothing = float("nan")
    return Abstention(NEVER, 0.0, Estimate(nothing, nothing, nothing), precision, level)
