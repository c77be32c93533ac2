"""Logistic regression of a few features: how several opinions become one probability."""

from __future__ import annotations

import numpy as np

from kuzushiji.errors import KuzushijiError


def fit_logistic(
    features: np.ndarray, labels: np.ndarray, ridge: float = 1e-3, steps: int = 100
) -> np.ndarray:
    """Coefficients of most likelihood, by Newton's method.

    Args:
        features: (n, d) float.
        labels: (n,) bool.
        ridge: weight of the coefficients' sum of squares (the intercept's excepted), which keeps them finite
            where the features tell the labels apart without a mistake.
        steps: at most so many.

    Returns:
        (1 + d,) float64, the intercept first: the log odds are ``c[0] + features @ c[1:]``.

    Raises:
        KuzushijiError: no samples, or all of one label.
        ValueError: not a label for each row, or features that are not finite.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(20000, 2))
    >>> y = rng.random(20000) < 1 / (1 + np.exp(-(1 + 2 * x[:, 0])))
    >>> bool(np.abs(fit_logistic(x, y) - [1, 2, 0]).max() < 0.1)
    True
    """
    x = np.column_stack([np.ones(len(features)), np.asarray(features, np.float64)])
    y = np.asarray(labels, bool)
    if len(x) != len(y) or not np.isfinite(x).all():
        raise ValueError(f"{len(x):,} rows of features, {len(y):,} labels; all must be finite")
    if not len(y) or y.all() or not y.any():
        raise KuzushijiError("cannot fit a logistic model: right and wrong samples are both needed")
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 0.0
    c = np.zeros(x.shape[1])
    loss = _loss(x, y, c, penalty)
    for _ in range(steps):
        p = sigmoid(x @ c)
        slope = x.T @ (y - p) - penalty * c
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty + 1e-9)
        move, scale = np.linalg.solve(curve, slope), 1.0
        while (new := _loss(x, y, c + scale * move, penalty)) > loss and scale > 1e-6:
            scale /= 2
        c = c + scale * move
        if loss - new < 1e-10 * max(1.0, loss):
            break
        loss = new
    return c


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """Probabilities of log odds.

    >>> sigmoid(np.array([0.0, -1000.0])).tolist()
    [0.5, 0.0]
    """
    return np.exp(-np.logaddexp(0.0, -np.asarray(log_odds, np.float64)))


def _loss(x: np.ndarray, y: np.ndarray, c: np.ndarray, penalty: np.ndarray) -> float:
    z = x @ c
    return float(np.logaddexp(0.0, np.where(y, -z, z)).sum() + 0.5 * (penalty * c * c).sum())
