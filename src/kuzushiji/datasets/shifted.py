"""A validation set that is shifted from the training set, as the test sets are.

KMNIST's test set mixes the forms (jibo) of a character otherwise than its train set, so a random hold-out of
train scores points above test and may pick the wrong model. Holding out whole clusters of look-alike
images inside each class asks instead: how well are forms read that were not trained on?
"""

from __future__ import annotations

import numpy as np

from kuzushiji.datasets.dataset import Dataset
from kuzushiji.errors import UsageError

_SAMPLE = 10_000  # images that the principal components are computed from
_SIDE = 28  # larger images are averaged down to at most this
_CHUNK = 4096


def shifted_holdout(
    dataset: Dataset, fraction: float = 0.1, clusters: int = 10, seed: int = 0, components: int = 20
) -> tuple[np.ndarray, np.ndarray]:
    """Splits a set into training and validation by clusters inside each class.

    The pixels are projected on the principal components of a sample; each class is cut by k-means into
    ``clusters`` groups (fewer in small classes: at least 5 images a cluster on average); groups, visited in
    an order drawn by ``seed``, are held out whole as long as that brings the class closer to ``fraction``.
    Classes with fewer than 10 images stay in training. The same arguments give the same split, up to the
    rounding of the machine's linear algebra.

    Args:
        dataset: usually the official train split.
        fraction: of each class to hold out, in (0, 0.5]; clusters are uneven, so it is met approximately.
        clusters: per class, at least 2.
        seed: of the clustering and of the choice of clusters.
        components: principal components used.

    Returns:
        Two sorted int64 index arrays, (training, validation): disjoint, together all of the set.

    Raises:
        UsageError: a fraction or number of clusters out of range.

    >>> rng = np.random.default_rng(0)
    >>> images = np.repeat(rng.integers(0, 255, (20, 8, 8), np.uint8), 10, axis=0)  # 20 forms, 10 copies each
    >>> d = Dataset("own", "train", images, np.repeat([0, 1], 100), ("あ", "い"))
    >>> train, validation = shifted_holdout(d)
    >>> len(train), len(validation)
    (180, 20)
    >>> set(validation // 10).isdisjoint(train // 10)  # whole forms only
    True
    """
    if not 0 < fraction <= 0.5:
        raise UsageError(f"fraction must be above 0 and at most 0.5, not {fraction}")
    if clusters < 2:
        raise UsageError(f"clusters must be 2 or more, not {clusters}")
    rng = np.random.default_rng(seed)
    features = _project(dataset, components, rng)
    held = np.zeros(len(dataset), bool)
    for label in np.unique(dataset.labels):
        members = np.flatnonzero(dataset.labels == label)
        k = min(clusters, len(members) // 5)
        if k >= 2:
            held[members[_pick(_kmeans(features[members], k, rng), fraction, rng)]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)


def _small(images: np.ndarray) -> np.ndarray:
    """float32 (n, pixels) in [0, 1], block-averaged to at most 28x28."""
    n, h, w = images.shape
    f = -(-max(h, w) // _SIDE)
    if f > 1:
        images = np.pad(images, ((0, 0), (0, -h % f), (0, -w % f)))
        images = images.reshape(n, images.shape[1] // f, f, images.shape[2] // f, f).mean((2, 4), np.float32)
    return images.reshape(n, -1).astype(np.float32) / 255


def _project(dataset: Dataset, components: int, rng: np.random.Generator) -> np.ndarray:
    n = len(dataset)
    sample = _small(dataset.images[np.sort(rng.permutation(n)[:_SAMPLE])])
    mean = sample.mean(0)
    sample -= mean
    _, vectors = np.linalg.eigh(sample.T @ sample)
    basis = vectors[:, ::-1][:, :components]
    return np.concatenate(
        [(_small(dataset.images[i : i + _CHUNK]) - mean) @ basis for i in range(0, n, _CHUNK)]
    )


def _kmeans(x: np.ndarray, k: int, rng: np.random.Generator, rounds: int = 25) -> np.ndarray:
    """Lloyd's k-means from k-means++ seeds (Arthur and Vassilvitskii 2007). Returns int (n,), the cluster.

    Not `kuzushiji.evaluation.clusters.kmeans`, which stands above this room and rounds otherwise: every
    published run was calibrated on what this one holds out.
    """
    centres = x[[rng.integers(len(x))]]
    nearest = ((x - centres[0]) ** 2).sum(1).astype(np.float64)
    while len(centres) < k and nearest.sum() > 0:
        pick = rng.choice(len(x), p=nearest / nearest.sum())
        centres = np.concatenate([centres, x[[pick]]])
        nearest = np.minimum(nearest, ((x - x[pick]) ** 2).sum(1))
    cluster = np.full(len(x), -1)
    for _ in range(rounds):
        moved = np.argmin((centres**2).sum(1) - 2 * x @ centres.T, axis=1)
        if np.array_equal(moved, cluster):
            break
        cluster = moved
        for c in np.unique(cluster):  # an empty cluster keeps its centre
            centres[c] = x[cluster == c].mean(0)
    return cluster


def _pick(cluster: np.ndarray, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """bool (n,): members of the clusters to hold out; never all of them."""
    labels, sizes = np.unique(cluster, return_counts=True)
    if len(labels) < 2:
        return np.zeros(len(cluster), bool)
    target, taken, chosen = fraction * len(cluster), 0, []
    for i in rng.permutation(len(labels)):
        if abs(taken + sizes[i] - target) < abs(taken - target):
            taken += sizes[i]
            chosen.append(labels[i])
    if not chosen:
        chosen = [labels[np.argmin(sizes)]]
    return np.isin(cluster, chosen)
