"""A column of a page as a straight strip: what the column network reads, in training and on real pages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

STRIP_WIDTH = 56
"""Width of a strip, pixels."""
CHARACTER = 44
"""Side of a usual character's box in a strip, pixels."""
STEP = 8
"""Height of one frame of the column network, pixels."""
EDGE = 0.64
"""The column network gives a box's left and right as offsets from this place, in characters: the strip's
middle is at 28/44."""


def character_size(boxes: np.ndarray) -> float:
    """The median of the boxes' longer sides.

    Args:
        boxes: float (n, 4), left, top, right, bottom; n at least 1.
    """
    return float(np.median(np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])))


class CentreLine:
    """The middle of a column as a smooth function of the height: a straight line, or a parabola where there
    are enough characters. Wide characters count more, outliers less.

    Args:
        boxes: float (n, 4) of the column's characters: left, top, right, bottom.
    """

    def __init__(self, boxes: np.ndarray) -> None:
        x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        wide = np.maximum(boxes[:, 2] - boxes[:, 0], 1)
        self._middle, self._half = float(y.mean()), float(max(np.ptp(y) / 2, 1))
        short = len(boxes) < 3 or (len(boxes) < 5 and np.ptp(y) < 3 * wide.max())
        if short:
            self._curve = np.array([np.average(x, weights=wide)])
            return
        t, weight = (y - self._middle) / self._half, np.sqrt(wide)
        for _ in range(3):
            self._curve = np.polyfit(t, x, 1 if len(boxes) < 9 else 2, w=weight)
            off = np.abs(np.polyval(self._curve, t) - x)
            weight = np.sqrt(wide) / (1 + (off / (0.25 * np.median(wide) + 1e-6)) ** 2)

    def __call__(self, y: np.ndarray) -> np.ndarray:
        """Centres, float, at heights float (n,); beyond the ends the curve goes on straight for a little."""
        return np.polyval(self._curve, np.clip((y - self._middle) / self._half, -1.05, 1.05))


@dataclass(frozen=True)
class Strip:
    """A straightened column.

    Attributes:
        ink: float32 (n, STRIP_WIDTH).
        top: where the strip begins on the page, pixels.
        scale: strip pixels per page pixel.
        left: float (n,), where each row begins on the page, pixels.
    """

    ink: np.ndarray
    top: float
    scale: float
    left: np.ndarray

    def to_page(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes from strip pixels to page pixels.

        Args:
            boxes: float (n, 4), left, top, right, bottom in the strip.

        Returns:
            float (n, 4) on the page; a row's shift is that at the middle of the box.
        """
        middle = (boxes[:, 1] + boxes[:, 3]) / 2
        shift = np.interp(middle, np.arange(len(self.left)) + 0.5, self.left)
        x = boxes[:, [0, 2]] / self.scale + shift[:, None]
        y = boxes[:, [1, 3]] / self.scale + self.top
        return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], 1)


def straighten(
    ink: np.ndarray,
    line: CentreLine,
    top: float,
    bottom: float,
    size: float,
    shift: float = 0.0,
) -> Strip:
    """Cuts a column out of a page along its centre line, scaled so that ``size`` becomes `CHARACTER` pixels.

    Args:
        ink: float32 (h, w), from `page_ink`.
        line: the column's middle.
        top: where to begin, pixels of ``ink``.
        bottom: where to end.
        size: side of a usual character, pixels of ``ink``.
        shift: moves the strip to the right, pixels of ``ink``.
    """
    height, width = ink.shape
    scale = CHARACTER / size
    top, bottom = max(0.0, top), min(float(height), bottom)
    rows = max(2 * STEP, round((bottom - top) * scale))
    centres = line(top + (np.arange(rows) + 0.5) / scale) + shift
    reach = STRIP_WIDTH / scale
    x0, x1 = int(max(0, np.floor(centres.min() - reach))), int(min(width, np.ceil(centres.max() + reach)))
    x0, x1 = min(x0, width - 2), max(x1, min(x0, width - 2) + 2)
    y0, y1 = int(top), max(int(min(height, np.ceil(bottom))), int(top) + 1)
    columns = max(2, round((x1 - x0) * scale))
    part = Image.fromarray(np.ascontiguousarray(ink[y0:y1, x0:x1]))
    way = Image.Resampling.BILINEAR if scale >= 1 else Image.Resampling.HAMMING
    window = (0, top - y0, x1 - x0, min(bottom - y0, y1 - y0))
    scaled = np.asarray(part.resize((columns, rows), way, box=window))
    padded = np.pad(scaled, ((0, 0), (STRIP_WIDTH, STRIP_WIDTH)), "edge")
    begin = (centres - x0) * columns / (x1 - x0) - STRIP_WIDTH / 2
    at = np.clip(begin[:, None] + np.arange(STRIP_WIDTH) + STRIP_WIDTH, 0, padded.shape[1] - 1.001)
    whole = at.astype(int)
    share = (at - whole).astype(np.float32)
    row = np.arange(rows)[:, None]
    straight = padded[row, whole] * (1 - share) + padded[row, whole + 1] * share
    return Strip(straight.astype(np.float32), top, scale, centres - STRIP_WIDTH / 2 / scale)
