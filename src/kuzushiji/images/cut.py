"""Cuts a box, turned upright, out of a page."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from kuzushiji.errors import KuzushijiError

LARGEST_CUT = 1024
"""The longer side of what is cut out, in pixels: larger boxes are shrunk."""


def cut(image: np.ndarray, x: float, y: float, width: float, height: float, angle: float = 0.0) -> np.ndarray:
    """Cuts a box, turned upright, out of a page.

    Pixels outside the page repeat its edge, so that a box over the margin brings no false ink.

    Args:
        image: uint8 (h, w), grey, or (h, w, 3), RGB.
        x: left edge of the box in pixels, before turning.
        y: its top edge.
        width: in pixels, at least 1.
        height: in pixels, at least 1.
        angle: degrees clockwise by which the box is turned about its centre.

    Returns:
        uint8 of as many channels (about height, width of the box; the longer side at most 1024).

    Raises:
        KuzushijiError: the box lies outside the image.

    >>> cut(np.full((20, 30), 7, np.uint8), 4, 4, 10, 6, 30).shape
    (6, 10)
    """
    h, w = image.shape[:2]
    cx, cy = x + width / 2, y + height / 2
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    half_w = (abs(width * cos) + abs(height * sin)) / 2
    half_h = (abs(width * sin) + abs(height * cos)) / 2
    left, top = math.floor(cx - half_w) - 1, math.floor(cy - half_h) - 1
    right, bottom = math.ceil(cx + half_w) + 1, math.ceil(cy + half_h) + 1
    if right <= 0 or bottom <= 0 or left >= w or top >= h:
        raise KuzushijiError(f"the box {x:g},{y:g},{width:g},{height:g} lies outside the image")
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, w), min(bottom, h)
    part = np.ascontiguousarray(image[top:bottom, left:right])
    # Shrinking before turning keeps thin strokes (bilinear sampling alone would skip pixels).
    scale = min(1.0, LARGEST_CUT / max(width, height))
    if scale < 1:
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        part = np.asarray(Image.fromarray(part).resize(size, Image.Resampling.BOX))
    out_w, out_h = max(1, round(width * scale)), max(1, round(height * scale))
    u = (np.arange(out_w, dtype=np.float32) + 0.5 - out_w / 2)[None, :]
    v = (np.arange(out_h, dtype=np.float32) + 0.5 - out_h / 2)[:, None]
    at_x = (cx - left) * scale + u * cos - v * sin - 0.5
    at_y = (cy - top) * scale + u * sin + v * cos - 0.5
    return _sample(part, at_x, at_y)


def _sample(image: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bilinear interpolation at (x, y), the edge repeated."""
    h, w = image.shape[:2]
    x, y = np.clip(x, 0, w - 1), np.clip(y, 0, h - 1)
    x0, y0 = x.astype(np.int32), y.astype(np.int32)
    x1, y1 = np.minimum(x0 + 1, w - 1), np.minimum(y0 + 1, h - 1)
    fx, fy = ((at - before).reshape(at.shape + (1,) * (image.ndim - 2)) for at, before in ((x, x0), (y, y0)))
    above = image[y0, x0] * (1 - fx) + image[y0, x1] * fx
    below = image[y1, x0] * (1 - fx) + image[y1, x1] * fx
    return (above * (1 - fy) + below * fy + 0.5).astype(np.uint8)
