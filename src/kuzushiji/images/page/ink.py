"""From a photograph of a page to its ink: paper at 0, full strokes near 1, whatever the light."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

_COARSE = 8  # the paper is estimated on a picture this many times smaller
_DARKEST_PAPER = 0.15
_FAINTEST_INK = 0.25


def red_channel(picture: np.ndarray) -> np.ndarray:
    """The channel in which vermilion seals and marks are nearly as light as paper.

    Args:
        picture: uint8 (h, w), or (h, w, 3) RGB.

    Returns:
        uint8 (h, w).
    """
    return picture if picture.ndim == 2 else np.ascontiguousarray(picture[..., 0])


def page_ink(grey: np.ndarray) -> np.ndarray:
    """Divides the paper out.

    The paper's tone at a place is the lightest in its neighbourhood, smoothed; ink is how much darker a pixel
    is, and the darkest hundredth of the page becomes 1.

    Args:
        grey: uint8 (h, w), dark ink on light paper.

    Returns:
        float32 (h, w), about 0 on paper and 1 on ink, within [-0.2, 1.3].
    """
    height, width = grey.shape
    small = Image.fromarray(grey).resize(
        (max(8, width // _COARSE), max(8, height // _COARSE)), Image.Resampling.BOX
    )
    for step in (
        ImageFilter.MedianFilter(3),
        ImageFilter.MaxFilter(9),
        ImageFilter.MinFilter(5),
        ImageFilter.GaussianBlur(4),
    ):
        small = small.filter(step)
    paper = np.asarray(small.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    ink = 1 - grey / np.maximum(paper, np.float32(255 * _DARKEST_PAPER))
    np.clip(ink, -0.1, 1, out=ink)
    full = float(np.percentile(ink[::4, ::4], 99))
    return np.clip(ink / np.float32(max(full, _FAINTEST_INK)), -0.2, 1.3).astype(np.float32)
