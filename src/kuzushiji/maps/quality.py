"""How much a map keeps: the measures of :class:`~kuzushiji.maps.result.MapQuality`.

What depends on the features alone (ranks of all distances, triplets) is computed once in a
:class:`Reference` and serves every map. Measures that grow with the square of the number of images are taken
on a fixed sample of 10,000.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.maps.inputs.features import Features
from kuzushiji.maps.inputs.source import stratified
from kuzushiji.maps.result import MapQuality

SAMPLE = 10_000
"""Images of the fixed sample."""

NEIGHBOURS = 15
VOTERS = 10
_TRIPLETS = 20
_BLOCK = 512


@dataclass(frozen=True)
class Reference:
    """What maps are held against.

    Attributes:
        sample: int64 (m,), the images of the sample, sorted.
        ranks: uint16 (m, m), row i: place of each image in the order of distance from i in the features; 0
            is i.
        triplets: int64 (t, 3), positions in the sample: i, j, k.
        nearer: bool (t,), whether j is nearer to i than k is.
        labels: int64 (n,), classes of all images.
        centroids: float64 (c, c), distances between the class means in the features; classes without images
            left out.
        present: int64 (c,), the classes.
    """

    sample: np.ndarray
    ranks: np.ndarray
    triplets: np.ndarray
    nearer: np.ndarray
    labels: np.ndarray
    centroids: np.ndarray
    present: np.ndarray


def reference(features: Features, class_means: np.ndarray, sample: int = SAMPLE, seed: int = 0) -> Reference:
    """Prepares the measures for one set of features.

    Args:
        features: what was mapped, itself and not its principal components.
        class_means: float (classes, width), NaN rows for classes without images.
        sample: images at most for the measures of squared cost.
        seed: of the sample and the triplets.
    """
    labels = features.source.labels
    chosen = stratified(labels, min(sample, len(labels), 65_535), seed)
    rows = features.rows(chosen)
    m = len(chosen)
    draws = np.random.default_rng(seed).integers(m, size=(m * _TRIPLETS, 3))
    i, j, k = draws.T
    draws = draws[(i != j) & (i != k) & (j != k)]
    present = np.flatnonzero(np.isfinite(class_means).all(1))
    return Reference(
        chosen, ranks_of(rows), draws, _nearer(rows, draws), labels, _between(class_means[present]), present
    )


def ranks_of(rows: np.ndarray) -> np.ndarray:
    """Rank of every image in the order of distance from every other.

    Args:
        rows: float32 (m, d), m at most 65,535.

    Returns:
        uint16 (m, m); 0 on the diagonal; equal distances in the order of the images.

    >>> ranks_of(np.array([[0.0], [1.0], [5.0]], np.float32)).tolist()
    [[0, 1, 2], [1, 0, 2], [2, 1, 0]]
    """
    m = len(rows)
    rows = np.ascontiguousarray(rows - rows.mean(0), np.float32)
    norms = np.einsum("ij,ij->i", rows, rows)
    ranks = np.empty((m, m), np.uint16)
    places = np.arange(m, dtype=np.uint16)
    columns = np.arange(m, dtype=np.uint64)
    for a in range(0, m, _BLOCK):
        squares = norms - 2.0 * (rows[a : a + _BLOCK] @ rows.T) + norms[a : a + _BLOCK, None]
        squares = np.maximum(squares, np.finfo(np.float32).tiny).astype(np.float32)
        inside = np.arange(len(squares))
        squares[inside, a + inside] = 0.0
        # Positive floats order as their bits do: one sort of integers carries the column along.
        keys = squares.view(np.uint32).astype(np.uint64) << np.uint64(32) | columns
        keys.sort(axis=1)
        order = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
        np.put_along_axis(ranks[a : a + _BLOCK], order, places[None, :], axis=1)
    return ranks


def measure(points: np.ndarray, ref: Reference) -> MapQuality:
    """All measures of one map, save the seed-to-seed one.

    Args:
        points: float (n, d).
        ref: from :func:`reference`, of the same images.
    """
    points = np.asarray(points, np.float64)
    sub = points[ref.sample]
    trust, recall = locality(sub, ref.ranks)
    few = len(ref.present) < 2
    return MapQuality(
        trustworthiness=trust,
        knn_recall=recall,
        knn_accuracy=float("nan") if few else vote(points, ref.labels),
        random_triplets=float((_nearer(sub, ref.triplets) == ref.nearer).mean()),
        centroid_triplets=centroid_triplets(points, ref),
        silhouette=float("nan") if few else silhouette(sub, ref.labels[ref.sample]),
        sample=len(ref.sample),
    )


def locality(points: np.ndarray, ranks: np.ndarray, k: int = NEIGHBOURS) -> tuple[float, float]:
    """Trustworthiness and neighbour recall.

    Args:
        points: float (m, d), the map.
        ranks: uint16 (m, m), from :func:`ranks_of`.
        k: neighbours; lowered to less than half the images, where trustworthiness is defined.

    Returns:
        Both in [0, 1].
    """
    m = len(points)
    k = min(k, max(1, (m - 1) // 2))
    found = _map_neighbours(points, k)
    rank = np.take_along_axis(ranks, found, 1).astype(np.int64)
    worst = m * k * (2 * m - 3 * k - 1) / 2
    trust = 1.0 - float(np.maximum(rank - k, 0).sum()) / worst if worst > 0 else 1.0
    return trust, float((rank <= k).mean())


def vote(points: np.ndarray, labels: np.ndarray, k: int = VOTERS) -> float:
    """Leave-one-out accuracy of a vote of the k nearest on the map; a tie goes to the nearest tied class."""
    k = min(k, len(points) - 1)
    right = 0
    found = labels[_map_neighbours(points, k)]
    for a in range(0, len(found), 8192):
        block = found[a : a + 8192]
        support = (block[:, :, None] == block[:, None, :]).sum(2)
        winner = np.take_along_axis(block, support.argmax(1)[:, None], 1)[:, 0]
        right += int((winner == labels[a : a + 8192]).sum())
    return right / len(points)


def centroid_triplets(points: np.ndarray, ref: Reference, most: int = 200_000) -> float:
    """Share of triplets of class means whose order of distances is kept; NaN with less than 3 classes."""
    c = len(ref.present)
    if c < 3:
        return float("nan")
    at = np.searchsorted(ref.present, ref.labels)
    counts = np.bincount(at, minlength=c)[:, None]
    means = (
        np.stack([np.bincount(at, weights=points[:, d], minlength=c) for d in range(points.shape[1])], 1)
        / counts
    )
    ours = _between(means)
    draws = np.random.default_rng(0).integers(c, size=(most, 3))
    i, j, k = draws[
        (draws[:, 0] != draws[:, 1]) & (draws[:, 0] != draws[:, 2]) & (draws[:, 1] != draws[:, 2])
    ].T
    return float(((ours[i, j] < ours[i, k]) == (ref.centroids[i, j] < ref.centroids[i, k])).mean())


def silhouette(points: np.ndarray, labels: np.ndarray) -> float:
    """Mean silhouette of the classes (Rousseeuw 1987), by blocks; images alone in their class count as 0.

    >>> silhouette(np.array([[0.0], [0.1], [9.0], [9.1]]), np.array([0, 0, 1, 1])) > 0.98
    True
    """
    order = np.argsort(labels, kind="stable")
    points = np.asarray(points, np.float64)[order]
    _, start, own, size = np.unique(labels[order], return_index=True, return_inverse=True, return_counts=True)
    if len(size) < 2:
        return float("nan")
    points = points - points.mean(0)
    norms = (points**2).sum(1)
    total = 0.0
    for a in range(0, len(points), _BLOCK):
        block = slice(a, a + _BLOCK)
        squares = norms[block, None] + norms - 2.0 * (points[block] @ points.T)
        sums = np.add.reduceat(np.sqrt(np.maximum(squares, 0)), start, axis=1)
        rows, mine = np.arange(len(sums)), own[block]
        inside = sums[rows, mine] / np.maximum(size[mine] - 1, 1)
        means = sums / size
        means[rows, mine] = np.inf
        outside = means.min(1)
        widest = np.maximum(np.maximum(inside, outside), 1e-300)
        total += float(np.where(size[mine] > 1, (outside - inside) / widest, 0.0).sum())
    return total / len(points)


def procrustes(a: np.ndarray, b: np.ndarray) -> float:
    """Disparity of two maps of the same images after the best shift, scale and rotation or reflection.

    Returns:
        In [0, 1]; 0 when they are the same map.

    >>> a = np.random.default_rng(0).normal(size=(50, 2))
    >>> turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    >>> round(procrustes(a, 3 * a @ turn + 7), 9)
    0.0
    """
    a, b = (np.asarray(x, np.float64) - np.asarray(x, np.float64).mean(0) for x in (a, b))
    a, b = a / max(float(np.linalg.norm(a)), 1e-300), b / max(float(np.linalg.norm(b)), 1e-300)
    return float(np.clip(1.0 - np.linalg.svd(a.T @ b, compute_uv=False).sum() ** 2, 0.0, 1.0))


def _map_neighbours(points: np.ndarray, k: int) -> np.ndarray:
    """Nearest on the map, int64 (n, k), without the image itself."""
    from scipy.spatial import KDTree

    found = KDTree(points).query(points, min(k + 1, len(points)))[1].reshape(len(points), -1)
    own = found == np.arange(len(points))[:, None]
    own[~own.any(1), -1] = True
    return np.asarray(found[~own].reshape(len(points), -1))


def _nearer(rows: np.ndarray, triplets: np.ndarray) -> np.ndarray:
    out = np.empty(len(triplets), bool)
    for a in range(0, len(triplets), 8192):
        i, j, k = (rows[t] for t in triplets[a : a + 8192].T)
        out[a : a + 8192] = ((i - j) ** 2).sum(1) < ((i - k) ** 2).sum(1)
    return out


def _between(means: np.ndarray) -> np.ndarray:
    squares = (means**2).sum(1)
    return np.sqrt(np.maximum(squares[:, None] + squares - 2.0 * (means @ means.T), 0))
