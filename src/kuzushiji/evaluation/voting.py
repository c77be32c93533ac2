"""Voting among nearest neighbours."""

from __future__ import annotations

import numpy as np


def vote(distances: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Each neighbour's vote for its class, weighted by the inverse of its distance.

    Args:
        distances: (n, k) float, to the neighbours.
        labels: (n, k) int, their classes.
        classes: number of classes.

    Returns:
        float32 (n, classes), each row summing to 1.

    >>> vote(np.array([[1.0, 2.0, 2.0]]), np.array([[0, 1, 1]]), 2).tolist()
    [[0.5, 0.5]]
    """
    weights = 1.0 / np.maximum(distances, 1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    flat = (np.arange(len(labels))[:, None] * classes + labels).ravel()
    votes = np.bincount(flat, weights=weights.ravel(), minlength=len(labels) * classes)
    return votes.reshape(len(labels), classes).astype(np.float32)
