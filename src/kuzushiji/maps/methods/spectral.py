"""Kernel PCA and locally linear embedding: eigenproblems of the size of the set, hence learned on landmarks.

The whole n x n problem of 70,000 images would need 40 GB and hours; each is solved exactly on a fixed sample
in which every class has its share, and the method's own extension places all other images.
"""

from __future__ import annotations

import numpy as np

from kuzushiji.maps.inputs.shared_work import Reduced
from kuzushiji.maps.inputs.source import stratified
from kuzushiji.maps.methods.method import Fitted, Job, Method

KERNEL_LANDMARKS = 2_000
LLE_LANDMARKS = 5_000
LLE_NEIGHBOURS = 15
_BLOCK = 2_048


def kpca(seen: Reduced, job: Job) -> Fitted:
    """Kernel PCA with a Gaussian kernel as wide as the median distance between images."""
    from sklearn.decomposition import KernelPCA

    scores = np.asarray(seen.scores)
    chosen = landmarks(seen, KERNEL_LANDMARKS, job.seed)
    base = scores[chosen].astype(np.float64)
    gamma = 1.0 / max(_median_square(base, job.seed), 1e-12)
    model = KernelPCA(job.dims, kernel="rbf", gamma=gamma, random_state=job.seed, eigen_solver="randomized")
    model.fit(base)
    points = _in_blocks(model.transform, scores)
    new = None if seen.new is None else _in_blocks(model.transform, seen.new)
    parameters = {"kernel": "rbf", "gamma": float(gamma), "landmarks": len(chosen)}
    return Fitted(points, parameters, note_of(len(chosen), len(scores), "the Nyström extension"), new)


def lle(seen: Reduced, job: Job) -> Fitted:
    """Modified locally linear embedding: keeps how each image is a blend of its neighbours."""
    from sklearn.manifold import LocallyLinearEmbedding

    scores = np.asarray(seen.scores)
    chosen = landmarks(seen, LLE_LANDMARKS, job.seed)
    k = min(LLE_NEIGHBOURS, len(chosen) - 2)
    method = "modified" if k > job.dims else "standard"
    model = LocallyLinearEmbedding(
        n_neighbors=k,
        n_components=job.dims,
        method=method,
        eigen_solver="dense" if len(chosen) < 200 else "arpack",
        random_state=job.seed,
        n_jobs=1,
    )
    base = scores[chosen].astype(np.float64)
    # Exact copies make its local weights singular; a trace of noise far below a grey level sets them apart.
    base += np.random.default_rng(job.seed).normal(size=base.shape) * base.std() * 1e-6
    model.fit(base)
    points = _in_blocks(model.transform, scores)
    points[chosen] = model.embedding_
    new = None if seen.new is None else _in_blocks(model.transform, seen.new)
    # Its unit is 1 / sqrt(n), far from every other map's.
    scale = np.sqrt(len(chosen))
    parameters = {"n_neighbors": k, "method": method, "landmarks": len(chosen)}
    note = note_of(len(chosen), len(scores), "their neighbours' weights")
    return Fitted(points * scale, parameters, note, None if new is None else new * scale)


def landmarks(seen: Reduced, most: int, seed: int) -> np.ndarray:
    """Sorted positions of the landmarks: all images up to ``most``, else a fair sample."""
    return stratified(seen.labels, min(most, len(seen.scores)), seed)


def note_of(chosen: int, n: int, how: str) -> str:
    """What to say of landmarks: nothing when every image is one."""
    return "" if chosen >= n else f"learned on {chosen:,} landmarks; the other images placed by {how}"


def _median_square(base: np.ndarray, seed: int) -> float:
    i, j = np.random.default_rng(seed).integers(len(base), size=(2, 20_000))
    return float(np.median(((base[i] - base[j]) ** 2).sum(1)[i != j]))


def _in_blocks(transform: object, rows: np.ndarray) -> np.ndarray:
    assert callable(transform)
    parts = [transform(rows[a : a + _BLOCK].astype(np.float64)) for a in range(0, len(rows), _BLOCK)]
    return np.concatenate(parts)


METHODS = (
    Method("kpca", "Kernel PCA", kpca, long=True, work=1, whole=KERNEL_LANDMARKS),
    Method("lle", "LLE", lle, long=True, work=4, whole=LLE_LANDMARKS),
)
