"""The one graph of nearest neighbours that every method is handed: exact, by blocked matrix products."""

from __future__ import annotations

import numpy as np

from kuzushiji.maps.result import Array


def nearest(base: Array, k: int, query: Array | None = None, threads: int = 1) -> tuple[Array, Array]:
    """Exact Euclidean nearest neighbours.

    Runs on faiss where it is installed (it comes with the ``maps`` extra, through pacmap), and on blocked
    numpy otherwise.

    Args:
        base: float32 (n, d), the points searched in.
        k: neighbours wanted of each query, at most n (n - 1 without ``query``).
        query: float32 (m, d); None searches the neighbours of ``base`` itself, where no point is its own
            neighbour.
        threads: threads of faiss.

    Returns:
        int32 indices (m, k) into ``base``, nearest first, and float32 distances (m, k).

    >>> nearest(np.array([[0.0], [1.0], [3.0]], np.float32), 1)[0].ravel().tolist()
    [1, 0, 1]
    """
    base = np.ascontiguousarray(base, np.float32)
    found = base if query is None else np.ascontiguousarray(query, np.float32)
    wanted = k + 1 if query is None else k
    if wanted > len(base):
        raise ValueError(f"{k} neighbours of {len(base)} points")
    # Centred, so that the products keep their float32 digits.
    centre = base.mean(0)
    base, found = base - centre, found - centre
    try:
        import faiss
    except ModuleNotFoundError:
        indices, squares = _blocked(base, found, wanted)
    else:
        before = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(threads)
        try:
            index = faiss.IndexFlatL2(base.shape[1])
            index.add(base)
            squares, indices = index.search(found, wanted)
        finally:
            faiss.omp_set_num_threads(before)
    if query is None:
        indices, squares = _without_self(indices, squares)
    return indices.astype(np.int32), np.sqrt(np.maximum(squares, 0)).astype(np.float32)


def _blocked(base: Array, query: Array, k: int, block: int = 1024) -> tuple[Array, Array]:
    norms = np.einsum("ij,ij->i", base, base)
    indices = np.empty((len(query), k), np.int64)
    squares = np.empty((len(query), k), np.float32)
    for a in range(0, len(query), block):
        q = query[a : a + block]
        d = norms - 2.0 * (q @ base.T) + np.einsum("ij,ij->i", q, q)[:, None]
        near = np.argpartition(d, k - 1, axis=1)[:, :k]
        distance = np.take_along_axis(d, near, 1)
        order = np.lexsort((near, distance), axis=1)
        indices[a : a + block] = np.take_along_axis(near, order, 1)
        squares[a : a + block] = np.take_along_axis(distance, order, 1)
    return indices, squares


def _without_self(indices: Array, squares: Array) -> tuple[Array, Array]:
    """Takes each point out of its own list; one hidden behind k exact copies drops its last copy instead."""
    n, k = indices.shape
    own = indices == np.arange(n)[:, None]
    own[~own.any(1), k - 1] = True
    keep = ~own
    return indices[keep].reshape(n, k - 1), squares[keep].reshape(n, k - 1)


def place(points: Array, base: Array, query: Array, k: int = 5, threads: int = 1) -> Array:
    """Places new points on a map between their nearest neighbours, weighted by inverse squared distance.

    For methods that cannot transform: it never leaves the hull of the neighbours, so it cannot show a new
    shape as new.

    Args:
        points: float32 (n, d), places on the map.
        base: float32 (n, D), the same images in the space of the features.
        query: float32 (m, D), the new ones.
        k: neighbours.
        threads: threads of the search.

    Returns:
        float32 (m, d).

    >>> place(np.array([[0.0], [10.0]]), np.array([[0.0], [1.0]]), np.array([[0.5]]), k=2).tolist()
    [[5.0]]
    """
    indices, distances = nearest(base, min(k, len(base)), query, threads)
    weights = 1.0 / np.maximum(distances.astype(np.float64), 1e-6) ** 2
    weights /= weights.sum(1, keepdims=True)
    return np.einsum("mk,mkd->md", weights, points[indices]).astype(np.float32)
