"""Chains: characters that follow each other downwards without doubt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_ASIDE = 0.45  # how far a follower's middle may be to the side, in usual widths
_OVERLAP = 0.6  # or further, up to 0.7, where the boxes overlap this much sideways
_FAR = 2.2  # the widest gap inside a chain, in usual heights
_SMALL = 0.75  # the largest size of warichu, in usual sizes
_LAP = 0.6  # how much of the lower of two heights two followers may share


@dataclass(frozen=True)
class Boxes:
    """Character boxes of a page.

    Attributes:
        corners: float (n, 4): left, top, right, bottom, pixels.
    """

    corners: np.ndarray

    def __len__(self) -> int:
        return len(self.corners)

    @property
    def x(self) -> np.ndarray:
        """Middles, float (n,)."""
        return np.asarray((self.corners[:, 0] + self.corners[:, 2]) / 2)

    @property
    def y(self) -> np.ndarray:
        """Middles, float (n,)."""
        return np.asarray((self.corners[:, 1] + self.corners[:, 3]) / 2)

    @property
    def widths(self) -> np.ndarray:
        """Pixels, float (n,)."""
        return np.asarray(self.corners[:, 2] - self.corners[:, 0])

    @property
    def heights(self) -> np.ndarray:
        """Pixels, float (n,)."""
        return np.asarray(self.corners[:, 3] - self.corners[:, 1])

    @property
    def size(self) -> float:
        """The median of the longer sides, pixels; 1 without boxes."""
        return float(np.median(np.maximum(self.widths, self.heights))) if len(self) else 1.0


def halves(boxes: Boxes) -> np.ndarray:
    """Finds warichu: small characters with another small one closely beside them.

    Returns:
        int (n,): 0 for main text, 1 in a right half column, 2 in a left one.
    """
    n, size = len(boxes), boxes.size
    side = np.zeros(n, int)
    own = np.maximum(boxes.widths, boxes.heights)
    small = np.flatnonzero(own < _SMALL * size)
    if len(small) < 4:
        return side
    dx = boxes.x[small][None] - boxes.x[small][:, None]  # above 0: the other is to the right
    top, bottom = boxes.corners[small, 1], boxes.corners[small, 3]
    level = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    level = level > 0.3 * np.minimum(boxes.heights[small][:, None], boxes.heights[small])
    beside = level & (np.abs(dx) > 0.3 * size) & (np.abs(dx) < 0.85 * size)
    right, left = (beside & (dx < 0)).any(1), (beside & (dx > 0)).any(1)
    side[small[right & ~left]], side[small[left & ~right]] = 1, 2
    for which in (1, 2):  # the last one of the longer half has none beside it
        members = np.flatnonzero(side == which)
        for k in small[side[small] == 0]:
            above = members[(np.abs(boxes.x[members] - boxes.x[k]) < 0.25 * size)]
            gap = boxes.corners[k, 1] - boxes.corners[above, 3]
            if len(above) and np.abs(gap).min() < 0.4 * size:
                side[k] = which
    return side


def chains(boxes: Boxes, side: np.ndarray | None = None) -> list[list[int]]:
    """Links every character to the one below it, where each is the other's nearest.

    Args:
        boxes: the characters.
        side: of each, from `halves`: only characters of the same side are linked.

    Returns:
        Indices, from top to bottom; every box is in exactly one chain.
    """
    n = len(boxes)
    if n == 0:
        return []
    left, top, right, bottom = boxes.corners.T
    wide = np.median(np.maximum(boxes.widths, 0.7 * boxes.heights))
    high = np.median(boxes.heights)
    aside = np.abs(boxes.x[:, None] - boxes.x)
    gap = top[None] - bottom[:, None]
    shared = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    shared = shared / np.maximum(np.minimum(boxes.widths[:, None], boxes.widths), 1e-6)
    least = np.minimum(boxes.heights[:, None], boxes.heights)
    follows = (
        (boxes.y[None] - boxes.y[:, None] > 0.15 * high)
        & (gap < _FAR * high)
        & (gap > -_LAP * least)
        & ((aside < _ASIDE * wide) | ((shared > _OVERLAP) & (aside < 0.7 * wide)))
    )
    if side is not None:
        follows &= side[:, None] == side
    cost = np.where(follows, np.maximum(gap, -0.3 * high) + aside, np.inf)
    below, above = cost.argmin(1), cost.argmin(0)
    linked = np.isfinite(cost[np.arange(n), below]) & (above[below] == np.arange(n))
    followed = np.zeros(n, bool)
    followed[below[linked]] = True
    found = []
    for first in np.flatnonzero(~followed):
        chain = [int(first)]
        while linked[chain[-1]]:
            chain.append(int(below[chain[-1]]))
        found.append(chain)
    return found
