"""Convolution features that nobody trained, and ridge regression on top: numpy only, one pass, no gradient.

Filters are either Gaussian noise or patches cut from training images, decorrelated by the patches' own
covariance (Coates & Ng 2011 found random patches nearly as good as learned ones). Responses are rectified
above a threshold and averaged over a 4x4 grid; the features are standardised and a one-hot target is
fitted by ridge regression. Only the Gram matrix is kept, so 60,000 images need no more memory than 1,000.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

SIDE = 6
GRID = 4
STEP = 256


def fit_random_convolutions(
    x: np.ndarray, y: np.ndarray, filters: str, count: int, ridge: float, seed: int = 0
) -> Callable[[np.ndarray], np.ndarray]:
    """Fits on uint8 (n, 28, 28) and int labels; returns a function from images to labels."""
    bank, centre = make_filters(x, filters, count, seed)
    classes = int(y.max()) + 1
    width = count * GRID * GRID
    gram, target = np.zeros((width, width), np.float32), np.zeros((width, classes))
    total = np.zeros(width)
    for i in range(0, len(x), STEP * 8):
        f = features(x[i : i + STEP * 8], bank, centre)
        gram += f.T @ f
        total += f.sum(axis=0)
        for c in range(classes):
            target[:, c] += f[y[i : i + STEP * 8] == c].sum(axis=0)
    mean = total / len(x)
    target -= np.outer(mean, np.bincount(y, minlength=classes))
    gram -= (len(x) * np.outer(mean, mean)).astype(np.float32)
    scale = 1 / np.sqrt(np.maximum(np.diag(gram) / len(x), 1e-8))
    gram *= np.outer(scale, scale).astype(np.float32)
    gram /= len(x)
    gram[np.diag_indices(width)] += ridge
    weights = np.linalg.solve(gram, (target * scale[:, None] / len(x)).astype(np.float32))
    weights *= scale[:, None].astype(np.float32)
    bias = np.bincount(y, minlength=classes) / len(x) - mean @ weights

    def predict(images: np.ndarray) -> np.ndarray:
        parts = [
            (features(images[i : i + STEP], bank, centre) @ weights + bias).argmax(axis=1)
            for i in range(0, len(images), STEP)
        ]
        return np.concatenate(parts)

    return predict


def make_filters(x: np.ndarray, kind: str, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """float32 (SIDE², count) filters that include the whitening, and the float32 (SIDE²,) mean patch."""
    rng = np.random.default_rng(seed)
    windows = sliding_window_view(x, (SIDE, SIDE), axis=(1, 2))
    n, rows, columns = windows.shape[:3]
    many = 40_000
    picked = windows[rng.integers(0, n, many), rng.integers(0, rows, many), rng.integers(0, columns, many)]
    patches = picked.reshape(many, -1).astype(np.float32) / 255
    patches = patches[patches.std(axis=1) > 0.05]  # bare paper says nothing
    centre = patches.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(patches - centre, rowvar=False))
    whiten = (axes / np.sqrt(values + 0.01)) @ axes.T
    if kind == "gaussian":
        bank = rng.normal(size=(SIDE * SIDE, count))
    else:
        bank = ((patches[rng.permutation(len(patches))[:count]] - centre) @ whiten).T
    bank /= np.linalg.norm(bank, axis=0)
    return (whiten @ bank).astype(np.float32), centre.astype(np.float32)


def features(images: np.ndarray, bank: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """float32 (n, count · GRID²): mean rectified responses in each cell of the grid."""
    return np.concatenate(
        [_features(images[i : i + STEP], bank, centre) for i in range(0, len(images), STEP)]
    )


def _features(images: np.ndarray, bank: np.ndarray, centre: np.ndarray) -> np.ndarray:
    windows = sliding_window_view(images, (SIDE, SIDE), axis=(1, 2))
    n, rows, columns = windows.shape[:3]
    patches = windows.reshape(n, rows, columns, -1).astype(np.float32)
    patches /= 255
    patches -= centre
    response = patches.reshape(-1, SIDE * SIDE) @ bank
    response -= 0.5  # soft threshold: a filter must match, not merely not mismatch
    np.maximum(response, 0, out=response)
    response = response.reshape(n, rows, columns, -1)
    edges_y = np.linspace(0, rows, GRID + 1).astype(int)[:-1]
    edges_x = np.linspace(0, columns, GRID + 1).astype(int)[:-1]
    pooled = np.add.reduceat(np.add.reduceat(response, edges_y, axis=1), edges_x, axis=2)
    return pooled.reshape(n, -1) / np.float32(rows * columns / GRID**2)
