"""Connected strokes of a binary picture, with NumPy alone: by runs, in two passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Components:
    """The 8-connected components of a mask.

    Attributes:
        labels: int32 (h, w): 0 background, else 1 + the component's index.
        area: int64 (n,), pixels.
        top, bottom, left, right: int64 (n,), the bounding boxes; bottom and right are exclusive.
    """

    labels: np.ndarray
    area: np.ndarray
    top: np.ndarray
    bottom: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def __len__(self) -> int:
        return len(self.area)


def components(mask: np.ndarray) -> Components:
    """Finds the 8-connected components of a mask.

    Rows are cut into runs; runs of neighbouring rows that touch are joined by union-find.

    Args:
        mask: bool (h, w).

    Returns:
        The components, in the order of their first run.

    >>> len(components(np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool)))
    2
    """
    height, width = mask.shape
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = mask
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    ends = np.nonzero(change == -1)[1]
    root = _join(rows, starts, ends)
    _, index = np.unique(root, return_inverse=True)
    n = int(index.max()) + 1 if len(index) else 0
    labels = np.zeros((height, width), np.int32)
    lengths = ends - starts
    labels[mask] = np.repeat(index + 1, lengths)
    top, left = np.full(n, height), np.full(n, width)
    bottom, right = np.zeros(n, np.int64), np.zeros(n, np.int64)
    np.minimum.at(top, index, rows)
    np.maximum.at(bottom, index, rows + 1)
    np.minimum.at(left, index, starts)
    np.maximum.at(right, index, ends)
    area = np.bincount(index, lengths, n).astype(np.int64)
    return Components(labels, area, top, bottom, left, right)


def _join(rows: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Root run of every run. Runs come ordered by row, then column; ends are exclusive."""
    parent = list(range(len(rows)))
    row, start, end = rows.tolist(), starts.tolist(), ends.tolist()
    above = 0
    for here in range(len(row)):
        while above < here and (
            row[above] < row[here] - 1 or (row[above] == row[here] - 1 and end[above] < start[here])
        ):
            above += 1
        k = above
        while k < here and row[k] == row[here] - 1 and start[k] <= end[here]:
            a, b = _root(parent, k), _root(parent, here)
            if a != b:
                parent[max(a, b)] = min(a, b)
            k += 1
    return np.array([_root(parent, k) for k in range(len(parent))], np.int64)


def _root(parent: list[int], k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k
