"""Maps that keep neighbours together: t-SNE by openTSNE, UMAP and densMAP by umap-learn.

Each is handed the shared graph and the shared initialisation instead of making its own.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from kuzushiji._vectors import nearest
from kuzushiji.maps.inputs.shared_work import Reduced
from kuzushiji.maps.methods.method import Fitted, Job, Method

PERPLEXITY = 50
TSNE_NEIGHBOURS = 90
"""Neighbours that t-SNE sees. Three times the perplexity is the custom. Measured on all of KMNIST, 50 over
the same 90 neighbours costs what 30 does and keeps more of what is a little farther off."""
UMAP_NEIGHBOURS = 15
EARLY, LATE = 150, 250
"""t-SNE iterations with and without early exaggeration. Measured on KMNIST: trustworthiness and 10-NN
accuracy no longer move after some 250 in all, while the map goes on growing and each iteration costs more."""


def tsne(seen: Reduced, job: Job) -> Fitted:
    """t-SNE with interpolation by fast Fourier transform (Linderman and others 2019) in 2 dimensions."""
    if job.dims == 3:
        return _tsne_3d(seen, job)
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN

    perplexity, k = _perplexity(seen)
    affinity = PerplexityBasedNN(
        knn_index=_graph(seen, k), perplexity=perplexity, n_jobs=job.threads, random_state=job.seed
    )
    embedding = TSNEEmbedding(
        seen.start(job.dims, 1e-4).astype(np.float64),
        affinity,
        negative_gradient_method="fft" if len(seen.scores) > 1000 else "bh",
        # Three units of the map to an interval instead of one: a ninth of the grid, with no loss we could
        # measure.
        ints_in_interval=3,
        n_jobs=job.threads,
        random_state=job.seed,
    )
    embedding = embedding.optimize(EARLY, exaggeration=12, momentum=0.8)
    embedding = embedding.optimize(LATE, momentum=0.8)
    new = (
        None if seen.new is None else np.asarray(embedding.transform(seen.new, perplexity=min(5, perplexity)))
    )
    parameters = {
        "perplexity": perplexity,
        "neighbours": k,
        "early": EARLY,
        "iterations": LATE,
        "exaggeration": 12,
        "initial": "pca",
    }
    return Fitted(np.asarray(embedding), parameters, new=new)


def _tsne_3d(seen: Reduced, job: Job) -> Fitted:
    from sklearn.manifold import TSNE

    perplexity, _ = _perplexity(seen)
    start = seen.start(3, 1e-4)
    model = TSNE(
        3, perplexity=perplexity, init=start, max_iter=500, random_state=job.seed, n_jobs=job.threads
    )
    points = model.fit_transform(np.asarray(seen.scores))
    return Fitted(
        points, {"perplexity": perplexity, "iterations": 500}, "Barnes-Hut, as openTSNE has 2 dimensions only"
    )


def _perplexity(seen: Reduced) -> tuple[float, int]:
    k = min(TSNE_NEIGHBOURS, seen.neighbours.shape[1])
    return min(PERPLEXITY, max(1.0, k * PERPLEXITY / TSNE_NEIGHBOURS)), k


def _graph(seen: Reduced, k: int) -> Any:
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    class Graph(PrecomputedNeighbors):
        def query(self, query: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
            distances, indices = nearest(query, seen.scores, k, threads=1)
            return indices.astype(np.int32), distances.astype(np.float64)

    indices = np.ascontiguousarray(seen.neighbours[:, :k], np.int32)
    return Graph(indices, np.ascontiguousarray(seen.distances[:, :k], np.float64))


def umap(seen: Reduced, job: Job) -> Fitted:
    """UMAP: the weighted neighbour graph, laid out by attraction along edges and random repulsion."""
    return _umap(seen, job, dense=False)


def densmap(seen: Reduced, job: Job) -> Fitted:
    """densMAP: UMAP with a further term that keeps how dense each place was."""
    return _umap(seen, job, dense=True)


def _umap(seen: Reduced, job: Job, dense: bool) -> Fitted:
    scores = np.ascontiguousarray(seen.scores, np.float32)
    n, k = len(scores), min(UMAP_NEIGHBOURS, seen.neighbours.shape[1] + 1)
    own = np.arange(n, dtype=np.int32)[:, None]
    indices = np.hstack([own, seen.neighbours[:, : k - 1]]).astype(np.int32)
    distances = np.hstack([np.zeros((n, 1), np.float32), seen.distances[:, : k - 1]]).astype(np.float32)
    with warnings.catch_warnings():
        # It warns that a seed forbids threads, and that its own index is absent: both are meant.
        warnings.simplefilter("ignore")
        from umap.umap_ import UMAP

        model = UMAP(
            n_components=job.dims,
            n_neighbors=k,
            init=seen.start(job.dims, 4.0),
            random_state=job.seed,
            n_jobs=1,
            densmap=dense,
            precomputed_knn=(indices, distances),
        )
        points = np.asarray(model.fit_transform(scores))
        new = None
        if seen.new is not None and not dense:
            model._knn_search_index = _ExactIndex(scores)
            new = np.asarray(model.transform(np.ascontiguousarray(seen.new, np.float32)))
    return Fitted(points, {"n_neighbors": k, "min_dist": 0.1, "initial": "pca"}, new=new)


class _ExactIndex:
    """Stands where UMAP expects its search index when it transforms."""

    _angular_trees = False

    def __init__(self, base: np.ndarray) -> None:
        self._base = base

    def query(self, rows: np.ndarray, k: int, epsilon: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        distances, indices = nearest(rows, self._base, k, threads=1)
        return indices.astype(np.int32), distances


METHODS = (
    Method(
        "tsne",
        "t-SNE",
        tsne,
        long=True,
        neighbours=TSNE_NEIGHBOURS,
        work=10,
        limit={3: 20_000},
        modules=("openTSNE", "sklearn"),
    ),
    Method("umap", "UMAP", umap, long=True, neighbours=UMAP_NEIGHBOURS - 1, work=8, modules=("umap",)),
    Method(
        "densmap", "densMAP", densmap, long=True, neighbours=UMAP_NEIGHBOURS - 1, work=12, modules=("umap",)
    ),
)
