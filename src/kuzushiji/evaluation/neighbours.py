"""Exact nearest neighbours in bounded memory, as blocked matrix products, and voting among them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

ROWS = 512
COLUMNS = 16_384
"""A block of distances: 512 x 16,384 float32 are 34 MB."""


def nearest(
    queries: np.ndarray,
    base: np.ndarray,
    k: int,
    skip_self: bool = False,
    progress: Callable[[int], None] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` nearest rows of ``base`` by Euclidean distance.

    Args:
        queries: float32 (n, d).
        base: float32 (m, d).
        k: how many; fewer where ``base`` has fewer rows.
        skip_self: row ``i`` of ``queries`` is row ``i`` of ``base``, and is no neighbour of itself.
        progress: called after each block with the number of queries done.

    Returns:
        ``(distances, indices)``: float32 and int64 (n, k), nearest first.

    >>> x = np.array([[0.0], [1.0], [3.0]], np.float32)
    >>> nearest(x, x, 1, skip_self=True)[1].ravel().tolist()
    [1, 0, 1]
    """
    queries, base = np.asarray(queries, np.float32), np.asarray(base, np.float32)
    k = min(k, len(base) - bool(skip_self))
    norms = np.einsum("ij,ij->i", base, base)
    distances = np.empty((len(queries), k), np.float32)
    indices = np.empty((len(queries), k), np.int64)
    for i in range(0, len(queries), ROWS):
        q = queries[i : i + ROWS]
        best_d = np.full((len(q), k), np.inf, np.float32)
        best_i = np.full((len(q), k), -1, np.int64)
        for j in range(0, len(base), COLUMNS):
            d = q @ base[j : j + COLUMNS].T
            d *= -2
            d += norms[j : j + COLUMNS]
            if skip_self:
                own = np.arange(i, i + len(q)) - j
                inside = (own >= 0) & (own < d.shape[1])
                d[np.flatnonzero(inside), own[inside]] = np.inf
            if d.shape[1] > k:
                some = np.argpartition(d, k - 1, axis=1)[:, :k]
                d = np.take_along_axis(d, some, axis=1)
            else:
                some = np.broadcast_to(np.arange(d.shape[1]), d.shape)
            d, some = np.concatenate([best_d, d], axis=1), np.concatenate([best_i, some + j], axis=1)
            order = np.argsort(d, axis=1, kind="stable")[:, :k]
            best_d, best_i = np.take_along_axis(d, order, axis=1), np.take_along_axis(some, order, axis=1)
        squared = best_d + np.einsum("ij,ij->i", q, q)[:, None]
        distances[i : i + ROWS] = np.sqrt(np.maximum(squared, 0))
        indices[i : i + ROWS] = best_i
        if progress:
            progress(min(i + ROWS, len(queries)))
    return distances, indices


def vote(distances: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Each neighbour's vote for its class, weighted by the inverse of its distance.

    Args:
        distances: (n, k) float, to the neighbours.
        labels: (n, k) int, their classes.
        classes: number of classes.

    Returns:
        float32 (n, classes), each row summing to 1.

    >>> vote(np.array([[1.0, 2.0, 2.0]]), np.array([[0, 1, 1]]), 2).tolist()
    [[0.5, 0.5]]
    """
    weights = 1.0 / np.maximum(distances, 1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    flat = (np.arange(len(labels))[:, None] * classes + labels).ravel()
    votes = np.bincount(flat, weights=weights.ravel(), minlength=len(labels) * classes)
    return votes.reshape(len(labels), classes).astype(np.float32)
