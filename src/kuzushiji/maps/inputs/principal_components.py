"""Principal components of any number of rows in one or a few passes, by blocks.

Up to ``EXACT`` numbers a row the covariance is summed once and solved exactly (784 x 784 for 28-pixel
glyphs: less than a second); beyond, a randomised subspace iteration (Halko, Martinsson and Tropp 2011) reads
the rows some times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

EXACT = 1024
"""Widest rows, in numbers, for which the whole covariance is summed."""

Blocks = Callable[[], Iterable[np.ndarray]]


@dataclass(frozen=True)
class Principal:
    """Principal components.

    Attributes:
        mean: float64 (d,).
        components: float64 (k, d), orthonormal rows, largest variance first; the entry of largest magnitude
            in each is positive, so that signs never depend on the solver.
        variance: float64 (k,), variance along each (divided by n).
        total: the variance of all directions together.
        exact: whether the covariance was solved whole; else there are only as many components as were
            wanted, found by randomised iteration.
    """

    mean: np.ndarray
    components: np.ndarray
    variance: np.ndarray
    total: float
    exact: bool = True

    def project(self, rows: np.ndarray, k: int) -> np.ndarray:
        """Scores float32 (m, k) of rows (m, d) on the first k components."""
        w = self.components[:k].T.astype(np.float32)
        return (rows.astype(np.float32) - self.mean.astype(np.float32)) @ w


def moments(blocks: Blocks, width: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Number of rows, mean float64 (d,) and covariance float64 (d, d), divided by n, in one pass."""
    n, total, square = 0, np.zeros(width), np.zeros((width, width))
    for block in blocks():
        n += len(block)
        total += block.sum(0, dtype=np.float64)
        square += block.T @ block
    mean = total / n
    return n, mean, square / n - np.outer(mean, mean)


def principal(blocks: Blocks, width: int, k: int, seed: int = 0) -> Principal:
    """The first k principal components; all of them where the rows are narrow enough for the exact way.

    Args:
        blocks: gives the rows anew each time it is called, in float32 blocks (m, width).
        width: numbers in a row.
        k: components wanted at least (fewer come back when there are fewer directions with variance).
        seed: of the randomised way.
    """
    if width <= EXACT:
        _, mean, covariance = moments(blocks, width)
        values, vectors = np.linalg.eigh(covariance)
        values, vectors = values[::-1], vectors[:, ::-1]
        total = float(values.clip(0).sum())
    else:
        mean, values, vectors, total = _randomised(blocks, width, k, seed)
    keep = values > max(values[0], 0.0) * 1e-7
    return Principal(mean, _signed(vectors[:, keep].T), values[keep], total, width <= EXACT)


def _randomised(
    blocks: Blocks, width: int, k: int, seed: int, passes: int = 4
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    n, total, squares = 0, np.zeros(width), 0.0
    for block in blocks():
        n += len(block)
        total += block.sum(0, dtype=np.float64)
        squares += float(np.einsum("ij,ij->", block, block, dtype=np.float64))
    mean = total / n
    basis = np.linalg.qr(np.random.default_rng(seed).normal(size=(width, min(k + 20, width))))[0]
    for _ in range(passes):
        turned = np.zeros_like(basis)
        small = basis.astype(np.float32)
        for block in blocks():
            turned += block.T @ (block @ small)
        turned = turned / n - np.outer(mean, mean @ basis)
        values, inner = np.linalg.eigh((basis.T @ turned + turned.T @ basis) / 2)
        vectors = basis @ inner[:, ::-1]
        basis = np.linalg.qr(turned)[0]
    return mean, values[::-1][:k], vectors[:, :k], squares / n - float(mean @ mean)


def _signed(components: np.ndarray) -> np.ndarray:
    largest = np.abs(components).argmax(1)
    sign = np.sign(components[np.arange(len(components)), largest])
    return components * np.where(sign == 0, 1.0, sign)[:, None]
