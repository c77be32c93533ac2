"""How often each training image is drawn: classes and the shapes inside them, as they come or evenly."""

from __future__ import annotations

import numpy as np


def chances(
    labels: np.ndarray, power: float, shapes: np.ndarray | None = None, shape_power: float = 1.0
) -> np.ndarray:
    """The chance of each image to be drawn.

    Args:
        labels: int (n,).
        power: a class of n images is drawn in proportion to n^power.
        shapes: int (n,), the shape of each image, numbered inside its class; None where they do not matter.
        shape_power: a shape of m images is drawn in proportion to m^shape_power among its class's.

    Returns:
        float64 (n,), of sum 1.

    >>> chances(np.array([0, 0, 0, 1]), power=0).round(3).tolist()
    [0.167, 0.167, 0.167, 0.5]
    >>> chances(np.array([0, 0, 0, 0]), 1, np.array([0, 0, 0, 1]), shape_power=0).round(3).tolist()
    [0.167, 0.167, 0.167, 0.5]
    """
    counts = np.bincount(labels).astype(np.float64)
    chance = counts[labels] ** (power - 1)
    if shapes is not None:
        _, which, sizes = np.unique(
            np.stack([labels, shapes]), axis=1, return_inverse=True, return_counts=True
        )
        within = sizes[which.ravel()].astype(np.float64) ** (shape_power - 1)
        chance *= within * counts[labels] / np.bincount(labels, within)[labels]
    return chance / chance.sum()
