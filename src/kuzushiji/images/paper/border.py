"""What lies around the paper in a scan or a photograph: a scanner's black, the white beyond a page's edge."""

from __future__ import annotations

import numpy as np

EVEN = 5.0
"""Standard deviation within a line of a mat, and difference between its lines, at most; grey levels."""
DARKER, LIGHTER = 6.0, 12.0
"""By how much a mat is darker than nearly all that it surrounds, or lighter, at least; grey levels."""
LEFT, CONTRAST = 0.25, 30.0
"""Least share of the picture's shorter side that must be left, and least grey levels between the darkest and
the lightest of that: without ink in it, it is what 口 or 二 enclose, cut to their strokes."""


def without_mat(grey: np.ndarray) -> np.ndarray:
    """Cuts off bands of one tone along whole sides that are neither paper nor ink.

    Nearly all of what is left must be lighter, or darker, than the band, so that neither a margin of the same
    paper nor a printed stroke along a side is cut.

    Args:
        grey: uint8 (h, w), ink of either polarity.

    Returns:
        uint8 (h', w'), a view; the same array where there is no such band.
    """
    sides = grey, grey[:, ::-1].T, grey[::-1], grey.T  # each with the lines of one side first
    depths = [_flat(lines) for lines in sides]
    if not any(depths):
        return grey
    rest = _cut(grey, depths)
    if min(rest.shape) < LEFT * min(grey.shape):
        return grey
    darkest, lightest = np.percentile(rest, (0.5, 99))
    if lightest - darkest < CONTRAST:
        return grey
    levels = [float(lines[0].mean()) for lines in sides]
    mats = [level < darkest - DARKER or level > lightest + LIGHTER for level in levels]
    return _cut(grey, [depth if mat else 0 for depth, mat in zip(depths, mats, strict=True)])


def _cut(grey: np.ndarray, depths: list[int]) -> np.ndarray:
    top, right, bottom, left = depths
    return grey[top : len(grey) - bottom, left : grey.shape[1] - right]


def _flat(lines: np.ndarray) -> int:
    """How many lines from the first on have one tone, with the one after them, which may be half of it."""
    first = lines[0].astype(np.float32)
    if first.std() > EVEN:
        return 0
    values = lines.astype(np.float32)
    other = (values.std(axis=1) > EVEN) | (abs(values.mean(axis=1) - first.mean()) > EVEN)
    return min(int(other.argmax()) + 1, len(lines) - 1) if other.any() else 0
