"""The order of columns: the right page of a spread first, upper tiers first, then from right to left."""

from __future__ import annotations

import numpy as np

from kuzushiji.pages.ordering.chains import Boxes
from kuzushiji.pages.ordering.columns import Group, groups

_SPREAD = 1.05  # width by height from which a page may be two
_GUTTER = 1.2  # least width of the free band between two pages, in character sizes
_TIER_LINES = 4  # lines that a tier's boundary must cut, at least
_TILTS = (0.0, 0.01, -0.01, 0.02, -0.02, 0.035, -0.035)  # slopes of the band that are tried
_TIER_GAPS = ((0.55, _TIER_LINES), (0.2, 8))
"""Least height of the free band between two tiers, in character sizes, and least lines on either side: the
more lines end and begin there, the less it can be chance."""


def ordered(corners: np.ndarray, width: int, height: int) -> list[tuple[list[int], bool]]:
    """Puts characters into columns in reading order.

    Args:
        corners: float (n, 4): left, top, right, bottom, pixels, of main text.
        width: of the page, pixels.
        height: of the page.

    Returns:
        Columns: indices from top to bottom, and whether the column is half of a warichu.
    """
    everything = np.arange(len(corners))
    found: list[tuple[list[int], bool]] = []
    for page in _pages(corners, everything, width, height):
        for tier in _tiers(corners, page):
            own = Boxes(corners[tier])
            for group in _right_to_left(own, groups(own)):
                for part, half in zip(group.parts, group.half, strict=True):
                    found.append(([int(tier[k]) for k in part], half))
    return found


def _pages(corners: np.ndarray, members: np.ndarray, width: int, height: int) -> list[np.ndarray]:
    """The right and the left page of a spread, or the one page."""
    if width < _SPREAD * height or len(members) < 2 * _TIER_LINES:
        return [members]
    size = Boxes(corners).size
    cut = _free_middle(corners[:, [0, 2]], 0.38 * width, 0.62 * width, _GUTTER * size)
    if cut is None:
        return [members]
    right = (corners[:, 0] + corners[:, 2]) / 2 > cut
    return [part for part in (members[right], members[~right]) if len(part)]


def _free_middle(spans: np.ndarray, low: float, high: float, least: float) -> float | None:
    """The middle of the widest band that no span, float (n, 2), enters, inside (low, high)."""
    inside = spans[(spans[:, 1] > low) & (spans[:, 0] < high)]
    edges = [low]
    best, widest = None, least
    for a, b in inside[np.argsort(inside[:, 0])]:
        if a - max(edges) > widest:
            best, widest = (a + max(edges)) / 2, a - max(edges)
        edges.append(b)
    if high - max(edges) > widest:
        best = (high + max(edges)) / 2
    return best


def _tiers(corners: np.ndarray, members: np.ndarray) -> list[np.ndarray]:
    """Splits a page where a level band is free of text and long lines of text are above and below it."""
    own = corners[members]
    size = Boxes(own).size
    if len(members) < 4 * _TIER_LINES:
        return [members]
    top, bottom = own[:, 1].min(), own[:, 3].max()
    across = (own[:, 0] + own[:, 2]) / 2
    across -= across.mean()
    low, high = top + 0.18 * (bottom - top), top + 0.82 * (bottom - top)
    parts: list[np.ndarray] = []
    for tilt in _TILTS:
        drop = (tilt * across)[:, None]
        for least, lines in _TIER_GAPS:
            cut = _free_middle(own[:, [1, 3]] - drop, low, high, least * size)
            if cut is None:
                continue
            upper = (own[:, 1] + own[:, 3]) / 2 - drop[:, 0] < cut
            both = [members[upper], members[~upper]]
            if all(_lines(corners[part]) >= lines for part in both):
                parts = both
                break
        if parts:
            break
    if not parts:
        return [members]
    return [tier for part in parts for tier in _tiers(corners, part)]


def _lines(corners: np.ndarray) -> int:
    """How many lines of at least three characters there are."""
    own = Boxes(corners)
    return sum(len(group.indices) >= 3 for group in groups(own))


def _right_to_left(boxes: Boxes, lines: list[Group]) -> list[Group]:
    return sorted(lines, key=lambda group: -float(np.median(boxes.x[group.indices])))
