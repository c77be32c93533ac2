"""Maps from near, middle and far pairs: PaCMAP and LocalMAP by pacmap, TriMap by trimap."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import numpy as np

from kuzushiji.errors import need
from kuzushiji.maps.inputs.shared_work import Reduced
from kuzushiji.maps.methods.method import Fitted, Job, Method

CANDIDATES = 60
"""Neighbours from which the near pairs are chosen (PaCMAP takes its 10 plus 50)."""


def pacmap(seen: Reduced, job: Job) -> Fitted:
    """PaCMAP (Wang, Huang, Rudin and Shaposhnik 2021): near pairs, mid-near pairs and far pairs."""
    return _pacmap("PaCMAP", seen, job)


def localmap(seen: Reduced, job: Job) -> Fitted:
    """LocalMAP (Wang and others 2025): PaCMAP that draws its far pairs close by, which opens gaps."""
    return _pacmap("LocalMAP", seen, job)


def _pacmap(kind: str, seen: Reduced, job: Job) -> Fitted:
    with _quiet("pacmap"), _one_thread(job.seed):
        model = getattr(need("pacmap", extra="maps"), kind)(
            n_components=job.dims, n_neighbors=10, apply_pca=False, random_state=job.seed
        )
        # The library would shrink these for tiny sets, but only where it finds the neighbours itself.
        model.decide_num_pairs(len(seen.scores))
        model.pair_neighbors = near_pairs(seen, model.n_neighbors)
        points = model.fit_transform(
            np.asarray(seen.scores), init=seen.start(job.dims, 1.0), save_pairs=False
        )
    parameters = {"n_neighbors": int(model.n_neighbors), "MN_ratio": 0.5, "FP_ratio": 2.0, "initial": "pca"}
    return Fitted(points, parameters)


def near_pairs(seen: Reduced, k: int) -> np.ndarray:
    """The near pairs of PaCMAP: the k smallest distances after scaling by how crowded both ends are.

    Returns:
        int32 (n * k, 2).
    """
    neighbours, distances = seen.neighbours[:, :CANDIDATES], seen.distances[:, :CANDIDATES]
    # The mean distance to the 4th to 6th neighbour, as in the paper.
    crowd = np.maximum(distances[:, 3:6].mean(1) if distances.shape[1] > 3 else distances.mean(1), 1e-10)
    scaled = distances**2 / crowd[:, None] / crowd[neighbours]
    order = np.argsort(scaled, axis=1, kind="stable")[:, :k]
    ends = np.take_along_axis(np.asarray(neighbours), order, 1)
    return np.stack([np.repeat(np.arange(len(ends)), k), ends.ravel()], 1).astype(np.int32)


def trimap(seen: Reduced, job: Job) -> Fitted:
    """TriMap (Amid and Warmuth 2019): triplets "i is nearer to j than to k"."""
    n, k = len(seen.scores), min(CANDIDATES, seen.neighbours.shape[1])
    own = np.arange(n, dtype=np.int32)[:, None]
    indices = np.hstack([own, seen.neighbours[:, :k]]).astype(np.int32)
    distances = np.hstack([np.zeros((n, 1)), seen.distances[:, :k]]).astype(np.float32)
    # It divides by this spread, which copies of one image would make zero.
    distances[:, 1:] = np.maximum(distances[:, 1:], 1e-6)
    with _one_thread(job.seed):
        model = need("trimap", extra="trimap").TRIMAP(
            n_dims=job.dims, knn_tuple=(indices, distances), apply_pca=False, verbose=False
        )
        points = model.fit_transform(np.asarray(seen.scores), init=seen.start(job.dims, 0.01))
    return Fitted(points, {"n_inliers": 12, "n_outliers": 4, "n_random": 3, "initial": "pca"})


@contextlib.contextmanager
def _one_thread(seed: int) -> Iterator[None]:
    """Seeds numba's own generator and keeps it on one thread: both libraries draw from it."""
    numba = need("numba", extra="maps")

    @numba.njit
    def seed_numba(value: int) -> None:
        np.random.seed(value)

    before = numba.get_num_threads()
    numba.set_num_threads(1)
    seed_numba(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        numba.set_num_threads(before)


@contextlib.contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Silences a library's log below errors, and undoes it."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


METHODS = (
    Method("pacmap", "PaCMAP", pacmap, long=True, neighbours=CANDIDATES, work=5, modules=("pacmap",)),
    Method("localmap", "LocalMAP", localmap, long=True, neighbours=CANDIDATES, work=6, modules=("pacmap",)),
    Method(
        "trimap",
        "TriMap",
        trimap,
        long=True,
        neighbours=CANDIDATES,
        work=9,
        modules=("trimap",),
        extra="trimap",
    ),
)
