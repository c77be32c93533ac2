"""Glyphs at another size, and an ink map into a glyph's square: padded to a square first, then scaled."""

from __future__ import annotations

import numpy as np
from PIL import Image

SMALL = 48
"""Sides below this are scaled by Lanczos, others by a bicubic: nearest to the published 28 px glyphs (by the
look of their edges) and to the 64 px ones (by pairs); docs/images.md has the figures."""

Box = tuple[float, float, float, float]


def resize_glyph(glyph: np.ndarray, size: int) -> np.ndarray:
    """Brings a glyph to another size; at its own size it comes back unchanged (the same array).

    Args:
        glyph: uint8 (h, w), white ink on black.
        size: side of the result in pixels.

    Returns:
        uint8 (size, size), aspect kept, the shorter side centred on black.

    >>> resize_glyph(np.full((64, 64), 255, np.uint8), 28).shape
    (28, 28)
    """
    if glyph.shape == (size, size):
        return glyph
    height, width = glyph.shape
    if height == width:
        return np.asarray(Image.fromarray(glyph).resize((size, size), _method(size)))
    return place(glyph, (0.0, 0.0, float(width), float(height)), size)


def resize_glyphs(glyphs: np.ndarray, size: int) -> np.ndarray:
    """Brings a batch of glyphs to another size, each as :func:`resize_glyph` does.

    Args:
        glyphs: uint8 (n, h, w), white ink on black.
        size: side of the result in pixels.

    Returns:
        uint8 (n, size, size); the same array where it has that size already.
    """
    if glyphs.shape[1:] == (size, size):
        return glyphs
    out = np.empty((len(glyphs), size, size), np.uint8)
    for k, glyph in enumerate(glyphs):
        out[k] = resize_glyph(glyph, size)
    return out


def place(ink: np.ndarray, box: Box, size: int) -> np.ndarray:
    """Cuts a box from an ink map and scales it, aspect kept, so that its longer side fills the square.

    Args:
        ink: uint8 (h, w), 255 full ink.
        box: left, top, right, bottom in pixels, fractions allowed; outside the map there is no ink.
        size: side of the result in pixels.

    Returns:
        uint8 (size, size), the box centred on black.
    """
    left, top, right, bottom = box
    side = max(right - left, bottom - top)
    x0, y0, x1, y1 = max(0, round(left)), max(0, round(top)), round(right), round(bottom)
    cut = ink[y0:y1, x0:x1]
    if cut.shape == (size, size) and side == size:
        return cut.copy()
    pad = int(side) + 1
    canvas = np.zeros((cut.shape[0] + 2 * pad, cut.shape[1] + 2 * pad), np.uint8)
    canvas[pad : pad + cut.shape[0], pad : pad + cut.shape[1]] = cut
    x = (left + right - side) / 2 - x0 + pad
    y = (top + bottom - side) / 2 - y0 + pad
    square = (x, y, x + side, y + side)
    return np.asarray(Image.fromarray(canvas).resize((size, size), _method(size), box=square))


def widened(box: Box, share: float) -> Box:
    """A box with more around it at each side, by a share of its longer side (below 0: with less).

    >>> widened((10.0, 10.0, 30.0, 20.0), 0.1)
    (8.0, 8.0, 32.0, 22.0)
    """
    left, top, right, bottom = box
    by = share * max(right - left, bottom - top)
    return left - by, top - by, right + by, bottom + by


def _method(size: int) -> Image.Resampling:
    return Image.Resampling.LANCZOS if size < SMALL else Image.Resampling.BICUBIC
