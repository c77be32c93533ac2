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

    Rows are cut into runs; runs of neighbouring rows that touch are joined.

    Args:
        mask: bool (h, w).

    Returns:
        The components, in the order of their first run.

    >>> len(components(np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool)))
    2
    """
    height, width = mask.shape
    stride = width + 2  # two blank columns end each row's last run and keep rows apart
    line = np.zeros(height * stride + 1, bool)
    line[:-1].reshape(height, stride)[:, 1:-1] = mask
    bounds = np.flatnonzero(line[1:] != line[:-1])
    first, last = bounds[::2], bounds[1::2]  # in the padded line: a run is first + 1 .. last
    index = _labels(*_touching(first, last, stride), len(first))
    n = int(index.max()) + 1 if len(index) else 0
    lengths = last - first
    labels = np.zeros((height, width), np.int32)
    labels[mask] = np.repeat(index + 1, lengths)
    rows, starts = np.divmod(first, stride)
    ends = starts + lengths
    top, left = np.full(n, height), np.full(n, width)
    bottom, right = np.zeros(n, np.int64), np.zeros(n, np.int64)
    np.minimum.at(top, index, rows)
    np.maximum.at(bottom, index, rows + 1)
    np.minimum.at(left, index, starts)
    np.maximum.at(right, index, ends)
    area = np.bincount(index, lengths, n).astype(np.int64)
    return Components(labels, area, top, bottom, left, right)


def _touching(first: np.ndarray, last: np.ndarray, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (above, below) of runs in neighbouring rows that share a side or a corner."""
    begin = np.searchsorted(last, first - stride)
    end = np.searchsorted(first, last - stride, side="right")
    count = np.maximum(end - begin, 0)
    below = np.repeat(np.arange(len(first)), count)
    offset = np.arange(len(below)) - np.repeat(count.cumsum() - count, count)
    return begin[below] + offset, below


def _labels(one: np.ndarray, other: np.ndarray, n: int) -> np.ndarray:
    """Numbers the connected parts of a graph of n nodes 0, 1, … by their first node.

    Each round hangs every tree under the smallest neighbouring root, then flattens the trees (Shiloach and
    Vishkin 1982, doi:10.1016/0196-6774(82)90008-6); a few rounds are enough for strokes.
    """
    root = np.arange(n)
    while True:
        a, b = root[one], root[other]
        if (a == b).all():
            break
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while (root[root] != root).any():
            root = root[root]
    is_root = root == np.arange(n)
    return (is_root.cumsum() - 1)[root]
