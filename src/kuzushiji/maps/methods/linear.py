"""Linear maps: every axis is a weighted sum of the features, so a new image is placed by one product.

PCA, truncated SVD and LDA come in closed form from the covariance that is summed anyway; tests hold them
against scikit-learn's. Of rows too wide for that (:data:`kuzushiji.maps.inputs.principal_components.EXACT`)
they see the first principal components alone, and say so. NMF is scikit-learn's.
"""

from __future__ import annotations

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.maps.inputs.shared_work import Shared
from kuzushiji.maps.inputs.source import stratified
from kuzushiji.maps.methods.method import Fitted, Job, Method

NMF_IMAGES = 20_000
"""Images on which NMF learns its parts when there are more; all are then placed with these parts."""


def pca(shared: Shared, job: Job) -> Fitted:
    """Principal components: the directions of largest variance."""
    basis = shared.principal
    dims = min(job.dims, shared.scores.shape[1])
    ratio = [round(float(v / basis.total), 6) for v in basis.variance[: job.dims]]
    new = None if shared.new is None else _widened(basis.project(shared.new, dims), job.dims)
    points = _widened(shared.scores[:, :dims], job.dims)
    return Fitted(points, {"explained_variance_ratio": ratio}, _inside(shared), new)


def svd(shared: Shared, job: Job) -> Fitted:
    """Truncated SVD: like PCA without taking away the mean first, so axis 1 is mostly the amount of ink."""
    basis = shared.principal
    # X'X / n = covariance + mean mean', inside the span of the components and the mean.
    offset = basis.components @ basis.mean
    rest = basis.mean - offset @ basis.components
    length = float(np.linalg.norm(rest))
    span = basis.components
    if length > 1e-9:
        span, offset = np.vstack([span, rest / length]), np.append(offset, length)
    square = np.diag(np.append(basis.variance, np.zeros(len(span) - len(basis.variance))))
    values, vectors = np.linalg.eigh(square + np.outer(offset, offset))
    axes = vectors[:, ::-1][:, : job.dims].T @ span
    axes *= np.sign(axes.sum(1, keepdims=True) + 1e-300)
    whole = basis.total + float(basis.mean @ basis.mean)
    kept = [round(float(v), 6) for v in values[::-1][: job.dims] / whole]
    fitted = _linear(
        shared, axes, np.zeros(shared.features.width), {"share_of_second_moment": kept}, job.dims
    )
    return Fitted(fitted.points, fitted.parameters, _inside(shared), fitted.new)


def lda(shared: Shared, job: Job) -> Fitted:
    """Fisher's linear discriminants: directions that part the class means most, against the spread inside."""
    means, counts = shared.class_means
    present = counts > 0
    classes = int(present.sum())
    if classes < 2:
        raise KuzushijiError("lda separates classes, but all images here are of one class; leave it out")
    basis = shared.principal
    n = len(shared)
    centred = ((means[present] - basis.mean) @ basis.components.T) * np.sqrt(counts[present] / n)[:, None]
    within = np.diag(basis.variance) - centred.T @ centred
    values, vectors = np.linalg.eigh(within)
    # Directions without spread inside the classes would count as infinitely good; on pixels they are the
    # empty corners.
    keep = values > basis.variance[0] * 1e-6
    whiten = vectors[:, keep] / np.sqrt(values[keep])
    _, strength, right = np.linalg.svd(centred @ whiten, full_matrices=False)
    dims = min(job.dims, classes - 1, len(right))
    axes = (whiten @ right[:dims].T).T @ basis.components
    axes *= np.sign(axes.sum(1, keepdims=True) + 1e-300)
    note = "learned from the labels of these very images"
    if dims < job.dims:
        note += f"; {classes} classes have only {dims} discriminant direction(s), the other axes are 0"
    note = "; ".join(filter(None, [note, _inside(shared)]))
    ratio = [round(float(v), 6) for v in (strength**2 / (strength**2).sum())[:dims]]
    fitted = _linear(shared, axes, basis.mean, {"between_class_variance_ratio": ratio}, job.dims)
    return Fitted(fitted.points, fitted.parameters, note, fitted.new)


def nmf(shared: Shared, job: Job) -> Fitted:
    """Non-negative matrix factorisation: glyphs as sums of parts that only add ink."""
    from sklearn.decomposition import NMF

    n = len(shared)
    chosen = stratified(shared.features.source.labels, min(n, NMF_IMAGES), job.seed)
    sample = shared.features.rows(chosen)
    floor = min(float(sample.min()), 0.0)
    model = NMF(job.dims, init="nndsvda", random_state=job.seed, max_iter=200, tol=1e-3)
    model.fit(np.maximum(sample - floor, 0))

    def transform(rows: np.ndarray) -> np.ndarray:
        return np.asarray(model.transform(np.maximum(rows - floor, 0).astype(sample.dtype)))

    points = np.concatenate([transform(b) for b in shared.features.blocks()])
    note = f"parts learned from {len(chosen):,} of {n:,} images" if len(chosen) < n else ""
    if floor < 0:
        note = "; ".join(filter(None, [note, f"features shifted by {-floor:.3g} to be non-negative"]))
    new = None if shared.new is None else transform(shared.new)
    return Fitted(points, {"init": "nndsvda", "iterations": int(model.n_iter_)}, note, new)


def _inside(shared: Shared) -> str:
    """What to say of rows whose principal components are not all known."""
    basis = shared.principal
    if basis.exact:
        return ""
    return f"inside the first {len(basis.components)} principal components, found by randomised iteration"


def _linear(
    shared: Shared, axes: np.ndarray, centre: np.ndarray, parameters: dict[str, object], dims: int
) -> Fitted:
    turn, shift = axes.T.astype(np.float32), (axes @ centre).astype(np.float32)
    points = np.concatenate([b @ turn - shift for b in shared.features.blocks()])
    new = None if shared.new is None else _widened(shared.new @ turn - shift, dims)
    return Fitted(_widened(points, dims), parameters, new=new)


def _widened(points: np.ndarray, dims: int) -> np.ndarray:
    return np.pad(points, ((0, 0), (0, dims - points.shape[1])))


METHODS = (
    Method("pca", "PCA", pca, modules=()),
    Method("lda", "LDA", lda, modules=()),
    Method("nmf", "NMF", nmf),
    Method("svd", "SVD", svd, modules=()),
)

__all__ = ["METHODS", "lda", "nmf", "pca", "svd"]
