"""Glyphs at another size, and an ink map into a glyph's square: longer side to the full size, centred."""

from __future__ import annotations

import numpy as np
from PIL import Image

Box = tuple[float, float, float, float]


def resize_glyph(glyph: np.ndarray, size: int) -> np.ndarray:
    """Brings a glyph to another size; at its own size it comes back unchanged (the same array).

    Args:
        glyph: uint8 (h, w), white ink on black.
        size: side of the result in pixels.

    Returns:
        uint8 (size, size). Reduction averages over areas, enlargement is bicubic.

    >>> resize_glyph(np.full((64, 64), 255, np.uint8), 28).shape
    (28, 28)
    """
    if glyph.shape == (size, size):
        return glyph
    height, width = glyph.shape
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
        box: left, top, right, bottom in pixels, fractions allowed; within the map.
        size: side of the result in pixels.

    Returns:
        uint8 (size, size), the box centred on black.
    """
    left, top, right, bottom = box
    scale = size / max(right - left, bottom - top)
    width = max(1, round((right - left) * scale))
    height = max(1, round((bottom - top) * scale))
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    small = np.asarray(Image.fromarray(ink).resize((width, height), method, box=box))
    if (height, width) == (size, size):
        return small
    out = np.zeros((size, size), np.uint8)
    y, x = (size - height) // 2, (size - width) // 2
    out[y : y + height, x : x + width] = small
    return out
