"""Turns a page: by quarters until it is upright, and by the tilt of its columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from kuzushiji.images.page import CentreLine
from kuzushiji.pages.strips import Line

LEAST_TILT = 2.5
"""Degrees from which a page is turned before it is read; less is followed by the strips."""
MOST_TILT = 15.0
"""Degrees up to which leaning columns are taken for a tilted page."""
_LONG = 6  # characters of a column that counts


def turned(picture: np.ndarray, degrees: int) -> np.ndarray:
    """A picture turned clockwise by a multiple of 90 degrees.

    >>> turned(np.array([[1, 2], [3, 4]]), 90).tolist()
    [[3, 1], [4, 2]]
    """
    return np.ascontiguousarray(np.rot90(picture, -(degrees // 90) % 4))


def tilt(lines: Sequence[Line]) -> float:
    """By how many degrees columns lean: positive where they drift to the left on their way down."""
    slopes = []
    for line in lines:
        if len(line.corners) < _LONG:
            continue
        ends = np.array([line.top, line.bottom])
        x = CentreLine(line.corners)(ends)
        slopes.append((x[0] - x[1]) / max(float(ends[1] - ends[0]), 1.0))
    return float(np.degrees(np.arctan(np.median(slopes)))) if slopes else 0.0


class Rotation:
    """A turn about the middle of a page that keeps its size.

    Args:
        degrees: counterclockwise.
        width: of the page, pixels.
        height: of the page, pixels.
    """

    def __init__(self, degrees: float, width: int, height: int) -> None:
        self._degrees, self._middle = degrees, np.array([width / 2, height / 2])

    def picture(self, grey: np.ndarray) -> np.ndarray:
        """The turned picture, uint8 (h, w), of the same shape; what was outside is as light as the paper."""
        paper = int(np.median(grey[::16, ::16]))
        image = Image.fromarray(grey).rotate(self._degrees, Image.Resampling.BILINEAR, fillcolor=paper)
        return np.asarray(image)

    def back(self, corners: np.ndarray) -> np.ndarray:
        """Boxes on the turned picture, float (n, 4), as boxes of the same size on the original."""
        middle = np.stack([corners[:, [0, 2]].mean(1), corners[:, [1, 3]].mean(1)], 1) - self._middle
        angle = np.radians(self._degrees)
        cos, sin = np.cos(angle), np.sin(angle)
        x = middle[:, 0] * cos - middle[:, 1] * sin
        y = middle[:, 0] * sin + middle[:, 1] * cos
        half = np.stack([corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]], 1) / 2
        centre = np.stack([x, y], 1) + self._middle
        return np.concatenate([centre - half, centre + half], 1)
