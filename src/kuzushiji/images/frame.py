"""Which part of a crop is the character: the margin to drop, and the neighbours' strokes that reach into it.

The publisher's glyph is the annotator's box around one character, longer side to 64 px. Crops for reading come with
a margin (commonly 6 % of the longer side all round), with none, or with far too much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.images.components import Components, components

MARGIN = 0.06 / 1.12
"""The usual margin, as a share of the crop's longer side."""
LOOSE = 0.06
"""Blank paper that an annotator's box may keep beyond the margin, same unit."""
SOLID = 128
"""Ink from this value on counts as a stroke."""


@dataclass(frozen=True)
class Frame:
    """The character's place in an ink map.

    Attributes:
        box: left, top, right, bottom, in pixels of the map.
        foreign: bool (h, w), ink of neighbours, or None where there is none.
        touches_border: the character itself runs into the edge.
    """

    box: tuple[float, float, float, float]
    foreign: np.ndarray | None
    touches_border: bool


def frame(ink: np.ndarray) -> Frame | None:
    """Finds the character in an ink map.

    Args:
        ink: uint8 (h, w), 255 full ink.

    Returns:
        Its frame, or None where there is no stroke.
    """
    height, width = ink.shape
    long = max(height, width)
    mask = ink >= SOLID
    found = components(mask)
    if not len(found):
        return None
    foreign = _neighbours(found, mask, MARGIN * long)
    own = ~foreign
    heavy = own & (found.area >= 0.01 * found.area[own].sum())
    gaps = np.array(
        [
            found.left[heavy].min(),
            found.top[heavy].min(),
            width - found.right[heavy].max(),
            height - found.bottom[heavy].max(),
        ],
        float,
    )
    left, top, right, bottom = _trim(gaps, long)
    box = (left, top, width - right, height - bottom)
    ghost = None
    if foreign.any():
        ghost = np.concatenate([[False], foreign])[found.labels]
    return Frame(box, ghost, bool((gaps < 1).any()))


def _neighbours(found: Components, mask: np.ndarray, margin: float) -> np.ndarray:
    """Components that touch the edge and lie mostly in the margin; never all, never the largest."""
    height, width = mask.shape
    at_edge = (found.left == 0) | (found.top == 0) | (found.right == width) | (found.bottom == height)
    if not at_edge.any():
        return at_edge
    m = max(1, round(margin))
    inner = found.labels[m : height - m, m : width - m]
    inside = np.bincount(inner.ravel(), minlength=len(found) + 1)[1:]
    foreign = at_edge & (inside < 0.5 * found.area)
    foreign[found.area.argmax()] = False
    return foreign


def _trim(gaps: np.ndarray, long: int) -> np.ndarray:
    """Pixels to cut off at each side, from the blank ones there."""
    margin = MARGIN * long
    has_margin = np.count_nonzero(gaps >= 0.5 * margin) >= 2
    cut = np.maximum(margin, gaps - LOOSE * long) if has_margin else np.minimum(gaps, margin)
    return cut
