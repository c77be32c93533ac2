"""New points on a finished map, between the points that they are nearest to."""

from __future__ import annotations

import numpy as np

from kuzushiji._vectors import nearest


def place(
    points: np.ndarray, base: np.ndarray, query: np.ndarray, k: int = 5, threads: int = 1
) -> np.ndarray:
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
    distances, indices = nearest(query, base, min(k, len(base)), threads=threads)
    weights = 1.0 / np.maximum(distances.astype(np.float64), 1e-6) ** 2
    weights /= weights.sum(1, keepdims=True)
    return np.einsum("mk,mkd->md", weights, points[indices]).astype(np.float32)
