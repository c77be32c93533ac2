"""Rows of numbers as points: their lengths, and exact nearest neighbours in bounded memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

ROWS = 512
COLUMNS = 4096
"""A block of distances: 512 x 4,096 float32 are 8 MB, which stay in the processor's cache."""


def unit_length(x: np.ndarray) -> np.ndarray:
    """Rows at length 1, float32 (n, d); a row of zeros stays one.

    >>> unit_length(np.array([[3.0, 4.0]])).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    x = np.asarray(x, np.float32)
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)


def nearest(
    queries: np.ndarray,
    base: np.ndarray,
    k: int,
    skip_self: bool = False,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` nearest rows of ``base`` by Euclidean distance.

    Args:
        queries: float32 (n, d).
        base: float32 (m, d).
        k: how many; fewer where ``base`` has fewer rows.
        skip_self: row ``i`` of ``queries`` is row ``i`` of ``base``, and is no neighbour of itself.
        threads: search with faiss, in so many threads, where it is installed (it comes with the ``maps``
            extra, through pacmap); None searches with numpy, whose rounding the published figures have.
        progress: called after each block with the number of queries done.

    Returns:
        ``(distances, indices)``: float32 and int64 (n, k), nearest first.

    >>> x = np.array([[0.0], [1.0], [3.0]], np.float32)
    >>> nearest(x, x, 1, skip_self=True)[1].ravel().tolist()
    [1, 0, 1]
    """
    queries, base = np.asarray(queries, np.float32), np.asarray(base, np.float32)
    k = min(k, len(base) - bool(skip_self))
    if threads:
        # Centred, so that the products keep their float32 digits.
        centre = base.mean(0)
        queries, base = queries - centre, base - centre
        found = _by_faiss(queries, base, k, skip_self, threads)
        if found:
            return found
    norms = np.einsum("ij,ij->i", base, base)
    # |b|² - 2 q·b as one matrix product: a further column carries the squared norms.
    longer = np.concatenate([base, norms[:, None]], axis=1).T
    distances = np.empty((len(queries), k), np.float32)
    indices = np.empty((len(queries), k), np.int64)
    for i in range(0, len(queries), ROWS):
        q = queries[i : i + ROWS]
        product = np.concatenate([-2 * q, np.ones((len(q), 1), np.float32)], axis=1)
        best_d = np.full((len(q), k), np.inf, np.float32)
        best_i = np.full((len(q), k), -1, np.int64)
        for j in range(0, len(base), COLUMNS):
            d = product @ longer[:, j : j + COLUMNS]
            if skip_self:
                own = np.arange(i, i + len(q)) - j
                inside = (own >= 0) & (own < d.shape[1])
                d[np.flatnonzero(inside), own[inside]] = np.inf
            some, d = _candidates(d, best_d[:, -1:], k)
            d, some = np.concatenate([best_d, d], axis=1), np.concatenate([best_i, some + j], axis=1)
            order = np.argsort(d, axis=1, kind="stable")[:, :k]
            best_d, best_i = np.take_along_axis(d, order, axis=1), np.take_along_axis(some, order, axis=1)
        squared = best_d + np.einsum("ij,ij->i", q, q)[:, None]
        distances[i : i + ROWS] = np.sqrt(np.maximum(squared, 0))
        indices[i : i + ROWS] = best_i
        if progress:
            progress(min(i + ROWS, len(queries)))
    return distances, indices


def _candidates(d: np.ndarray, limit: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns of each row that may be among its ``k`` smallest, and their values; inf fills short rows."""
    if d.shape[1] <= k:
        return np.broadcast_to(np.arange(d.shape[1]), d.shape), d
    if np.isinf(limit).any():
        some = np.argpartition(d, k - 1, axis=1)[:, :k]
        return some, np.take_along_axis(d, some, axis=1)
    # Once k neighbours are known few columns can better them, and a comparison is cheaper than a partition.
    rows, columns = np.nonzero(d < limit)
    count = np.bincount(rows, minlength=len(d))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    some = np.zeros((len(d), int(count.max(initial=0))), np.int64)
    values = np.full(some.shape, np.inf, np.float32)
    some[rows, place], values[rows, place] = columns, d[rows, columns]
    return some, values


def _by_faiss(
    queries: np.ndarray, base: np.ndarray, k: int, skip_self: bool, threads: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """See `nearest`; None where faiss is not installed."""
    try:
        import faiss
    except ModuleNotFoundError:
        return None
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads)
    try:
        index = faiss.IndexFlatL2(base.shape[1])
        index.add(np.ascontiguousarray(base))
        squares, indices = index.search(np.ascontiguousarray(queries), k + bool(skip_self))
    finally:
        faiss.omp_set_num_threads(before)
    if skip_self:
        indices, squares = _without_self(indices, squares)
    return np.sqrt(np.maximum(squares, 0)).astype(np.float32), indices


def _without_self(indices: np.ndarray, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Takes each point out of its own list; one hidden behind k exact copies drops its last copy instead."""
    n, k = indices.shape
    own = indices == np.arange(n)[:, None]
    own[~own.any(1), k - 1] = True
    keep = ~own
    return indices[keep].reshape(n, k - 1), squares[keep].reshape(n, k - 1)
