"""What a picture looks like to methods without a network: gradient histograms, principal components.

Neither sees a label, so anything built on them with the image itself left out is out of fold by construction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

BLOCK = 2048
"""Images in memory at a time."""


class Images(Protocol):
    """Images uint8 (n, h, w): an array, or a view of stored ones."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: Any) -> Any:
        """Some of them by slice or index array, uint8 (k, h, w)."""
        ...


def hog(images: np.ndarray, cells: int = 7, orientations: int = 9) -> np.ndarray:
    """Histograms of oriented gradients (Dalal & Triggs 2005).

    Gradients are central differences; each pixel votes with its gradient's length for the two nearest of the
    unsigned orientations, in its cell; blocks of 2x2 cells are normalised to length 1 and clipped at 0.2,
    twice over, and normalised once more.

    Args:
        images: uint8 (n, h, w); rows and columns that do not fill a cell are cut off evenly.
        cells: cells along each side.
        orientations: bins over 180 degrees.

    Returns:
        float32 (n, (cells - 1)² · 4 · orientations), values in [0, 1].

    >>> hog(np.zeros((2, 28, 28), np.uint8)).shape
    (2, 1296)
    """
    n, h, w = images.shape
    side_y, side_x = h // cells, w // cells
    top, left = (h - side_y * cells) // 2, (w - side_x * cells) // 2
    grey = images.astype(np.float32)
    dy, dx = np.zeros_like(grey), np.zeros_like(grey)
    dy[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
    dx[:, :, 1:-1] = grey[:, :, 2:] - grey[:, :, :-2]
    length = np.hypot(dx, dy)
    turn = (np.arctan2(dy, dx) / np.pi % 1.0) * orientations  # 0 .. orientations, 180 degrees being 0 again
    lower = np.floor(turn)
    upper_share = turn - lower
    first = lower.astype(np.int8) % orientations
    second = (first + 1) % orientations
    histogram = np.empty((n, cells, cells, orientations), np.float32)
    for o in range(orientations):
        votes = length * ((first == o) * (1 - upper_share) + (second == o) * upper_share)
        votes = votes[:, top : top + side_y * cells, left : left + side_x * cells]
        histogram[..., o] = votes.reshape(n, cells, side_y, cells, side_x).sum(axis=(2, 4))
    blocks = np.concatenate(
        [histogram[:, i : cells - 1 + i, j : cells - 1 + j] for i in (0, 1) for j in (0, 1)], axis=-1
    )
    for _ in range(2):
        blocks /= np.sqrt((blocks**2).sum(axis=-1, keepdims=True)) + 1e-6
        np.minimum(blocks, 0.2, out=blocks)
    blocks /= np.sqrt((blocks**2).sum(axis=-1, keepdims=True)) + 1e-6
    return blocks.reshape(n, -1)


def pixels(images: np.ndarray) -> np.ndarray:
    """The grey values as they are.

    Args:
        images: uint8 (n, h, w).

    Returns:
        float32 (n, h · w) in [0, 1].

    >>> pixels(np.full((1, 2, 2), 255, np.uint8)).tolist()
    [[1.0, 1.0, 1.0, 1.0]]
    """
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


@dataclass(frozen=True)
class PCA:
    """Principal components of a feature.

    Attributes:
        feature: turns uint8 images (n, h, w) into float32 (n, d).
        mean: (d,) float32.
        axes: (d, k) float32, orthonormal, of falling variance.
        variance: (k,) float64, variance along each axis.
        total: variance in all ``d`` directions.
    """

    feature: Callable[[np.ndarray], np.ndarray]
    mean: np.ndarray
    axes: np.ndarray
    variance: np.ndarray
    total: float

    @classmethod
    def fit(
        cls,
        images: Images,
        feature: Callable[[np.ndarray], np.ndarray],
        components: int,
        sample: int = 20_000,
    ) -> PCA:
        """Finds the components from an even sample of the images, block by block.

        Args:
            images: uint8 (n, h, w), an array or a view that can be indexed.
            feature: see the class.
            components: how many to keep; fewer where the feature is shorter.
            sample: how many images to look at at most.

        Returns:
            The fitted projection.
        """
        chosen = np.unique(np.linspace(0, len(images) - 1, min(sample, len(images))).astype(np.int64))
        total: np.ndarray | float = 0.0
        square: np.ndarray | float = 0.0
        for i in range(0, len(chosen), BLOCK):
            x = feature(np.asarray(images[chosen[i : i + BLOCK]]))
            total = total + x.sum(axis=0, dtype=np.float64)
            square = square + x.T @ x
        mean = np.asarray(total) / len(chosen)
        covariance = np.asarray(square) / len(chosen) - np.outer(mean, mean)
        values, axes = np.linalg.eigh(covariance)
        keep = slice(None, -components - 1, -1)
        return cls(
            feature,
            mean.astype(np.float32),
            axes[:, keep].astype(np.float32),
            values[keep],
            float(values.sum()),
        )

    def __call__(self, images: Images) -> np.ndarray:
        """Projects images, block by block.

        Args:
            images: uint8 (n, h, w), an array or a view that can be sliced.

        Returns:
            float32 (n, k).
        """
        out = np.empty((len(images), self.axes.shape[1]), np.float32)
        for i in range(0, len(images), BLOCK):
            out[i : i + BLOCK] = (self.feature(np.asarray(images[i : i + BLOCK])) - self.mean) @ self.axes
        return out
