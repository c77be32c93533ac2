"""Weights against imbalance: how much an image, or a class, is to count."""

from __future__ import annotations

import numpy as np


def class_weights(labels: np.ndarray, power: float = 1.0) -> dict[int, float]:
    """A weight for each class that has images, for the ``class_weight`` of Keras.

    Args:
        labels: whole numbers (n,).
        power: a class of c images has a weight proportional to c to the power of minus this. 1: all
            classes count the same; 0.5: rare classes count more, not fully; 0: all images count the same.

    Returns:
        Weights whose mean over the images is 1.

    >>> class_weights(np.array([0, 0, 0, 2]))
    {0: 0.6666666666666666, 2: 2.0}
    """
    classes, counts = np.unique(labels, return_counts=True)
    weights = counts.astype(np.float64) ** -power
    if len(weights):
        weights *= counts.sum() / (weights * counts).sum()
    return {int(label): float(weight) for label, weight in zip(classes, weights, strict=True)}


def sample_weights(labels: np.ndarray, power: float = 1.0) -> np.ndarray:
    """A weight for each image, for ``torch.utils.data.WeightedRandomSampler`` and ``sample_weight``.

    Args:
        labels: whole numbers (n,).
        power: see `class_weights`.

    Returns:
        float64 (n,), above 0, with mean 1.

    >>> sample_weights(np.array([0, 0, 0, 2])).round(2).tolist()
    [0.67, 0.67, 0.67, 2.0]
    """
    weights = class_weights(labels, power)
    return np.array([weights[int(label)] for label in labels], np.float64)
