"""The shapes inside each class: a kana has several, one for each character it was written with (its jibo)."""

from __future__ import annotations

import warnings

import numpy as np

from kuzushiji.errors import UsageError
from kuzushiji.maps.quality import silhouette
from kuzushiji.maps.result import Cluster

MOST = 8
DISTINCT = 0.12
"""Least mean silhouette at which a class counts as having several shapes. It rejects round clouds alone: cut
in two by k-means, 1,000 draws of a Gaussian equally wide in 50 directions have 0.02, but of one as long as a
class of KMNIST in a model's embedding 0.16 to 0.38. Those are rejected by the surrogates."""

_SURROGATES = 5
_DEVIATIONS = 4
"""Standard deviations above the mean of the surrogates' silhouettes. For a new draw of the same normal
distribution, with mean and deviation taken from 5 draws, that is about 1 in 100 (Student's t)."""

_SMALLEST = 5
_SHARE = 0.01
_CHOOSING = 1_500


def find_clusters(
    embedding: np.ndarray,
    labels: np.ndarray,
    k: int | None = None,
    seed: int = 0,
    representatives: int = 12,
) -> tuple[tuple[Cluster, ...], np.ndarray]:
    """Divides every class by k-means.

    Without ``k`` each class is given the number of clusters, 1 to 8, with the best mean silhouette on at
    most 1,500 of its images; divisions with a cluster of fewer than 5 images or 1 % are not considered. One
    cluster is kept where no division reaches a silhouette of 0.12, or none exceeds what one Gaussian cloud
    gives that is as large and as long (the idea of the gap statistic of Tibshirani, Walther and Hastie 2001):
    five are drawn with the covariance of the class and divided in the same way.

    Args:
        embedding: float (n, d), a model's embedding, or its principal scores.
        labels: int64 (n,).
        k: clusters in every class, at most as many as it has images; None to choose.
        seed: of k-means and the sample.
        representatives: images named for each cluster.

    Returns:
        The clusters, by class and largest first, and int64 (n,), the cluster of each image.

    Raises:
        UsageError: k is not positive.
    """
    if k is not None and k < 1:
        raise UsageError(f"a class has at least 1 cluster, not {k}")
    ids = np.full(len(labels), -1, np.int64)
    found: list[Cluster] = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        rows = np.asarray(embedding[members], np.float32)
        assigned, score = _divide(rows, min(k, len(rows)) if k else None, seed)
        sizes = np.bincount(assigned)
        for part in np.argsort(-sizes, kind="stable"):
            inside = members[assigned == part]
            own = rows[assigned == part]
            from_centre = ((own - own.mean(0)) ** 2).sum(1)
            nearest = inside[np.argsort(from_centre, kind="stable")[:representatives]]
            ids[inside] = len(found)
            found.append(Cluster(len(found), int(label), nearest, len(inside), score))
    return tuple(found), ids


def _divide(rows: np.ndarray, k: int | None, seed: int) -> tuple[np.ndarray, float]:
    one = np.zeros(len(rows), np.int64), float("nan")
    if k == 1 or (k is None and len(rows) < 4 * _SMALLEST):
        return one
    sample = np.random.default_rng(seed).permutation(len(rows))[:_CHOOSING]
    if k is None:
        best, k = _best(rows[sample], seed)
        if best < DISTINCT or best <= _of_one_cloud(rows[sample], seed):
            return one
    assigned = _kmeans(rows, k, seed)
    if assigned.max() == 0:
        return one
    return assigned, silhouette(rows[sample], assigned[sample])


def _best(rows: np.ndarray, seed: int) -> tuple[float, int]:
    """The best mean silhouette of all divisions, and its number of clusters."""
    tried = [(_score(rows, _kmeans(rows, k, seed)), k) for k in range(2, MOST + 1)]
    return max(tried, key=lambda t: (t[0], -t[1]))


def _of_one_cloud(rows: np.ndarray, seed: int) -> float:
    """The silhouette that a Gaussian of the rows' number and covariance hardly exceeds."""
    rng = np.random.default_rng(seed)
    _, lengths, axes = np.linalg.svd(rows - rows.mean(0, dtype=np.float64), full_matrices=False)
    spread = lengths[:, None] * axes / np.sqrt(len(rows))
    drawn = [
        _best((rng.normal(size=(len(rows), len(spread))) @ spread).astype(np.float32), seed)[0]
        for _ in range(_SURROGATES)
    ]
    return float(np.mean(drawn) + _DEVIATIONS * np.std(drawn, ddof=1))


def _kmeans(rows: np.ndarray, k: int, seed: int) -> np.ndarray:
    """int64 (n,), by scikit-learn: `kuzushiji.evaluation.clusters.kmeans` takes 1.7 times as long (7,000 rows
    of 50 numbers, 6 clusters), and would number the shapes of finished map sets otherwise.
    """
    from sklearn.cluster import KMeans

    with warnings.catch_warnings():
        # Fewer distinct images than clusters: it then gives fewer clusters, which is right.
        warnings.simplefilter("ignore")
        assigned = KMeans(min(k, len(rows)), n_init=3, random_state=seed).fit_predict(rows)
    return np.unique(assigned, return_inverse=True)[1].astype(np.int64)


def _score(rows: np.ndarray, assigned: np.ndarray) -> float:
    sizes = np.bincount(assigned)
    if len(sizes) < 2 or sizes.min() < max(_SMALLEST, _SHARE * len(rows)):
        return -1.0
    return silhouette(rows, assigned)
