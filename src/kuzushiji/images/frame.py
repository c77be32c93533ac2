"""Which part of a crop is the character: the margin to drop, and the neighbours' strokes that reach into it.

The publisher's glyph is the annotator's box around one character, padded to a square and scaled to 64 px.
Crops for reading come with a margin (commonly 6 % of the longer side all round), with none, or with far
too much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.images.components import Components, components

MARGIN = 0.06 / 1.12
"""The usual margin, as a share of the crop's longer side."""
LOOSE = 0.12
"""Blank paper at one side that an annotator's box may keep, as a share of the character's longer side."""
EVEN_SLACK = 0.02
"""The same at all sides at once: what is more is margin."""
RIM = 0.04
"""Depth of the rim whose ink tells whether there is a margin, same unit."""
SPECK = 0.01
"""Components below this share of the ink do not hold the box open."""
CONTACT = 0.08
"""Share of the edge that ink must cover for the character to count as cut (tight box: median 0.05)."""
FAR_SPECK, FAR = 0.05, 0.25
"""Nor do components below this share of the ink that lie further from all larger ones than this share of
their extent: a hole or a fleck in the margin (a dot of a character, or a voicing mark, lies nearer)."""
SOLID = 128
"""Ink from this value on counts as a stroke."""


@dataclass(frozen=True)
class Frame:
    """The character's place in an ink map.

    Attributes:
        box: left, top, right, bottom, in pixels of the map.
        foreign: bool (h, w), ink of neighbours, or None where there is none.
        touches_border: the character itself runs into the edge, over a good part of it.
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
    margin = MARGIN * long if _has_margin(mask) else 0.0
    foreign = _neighbours(found, mask.shape, margin)
    own = ~foreign & (found.area >= SPECK * found.area[~foreign].sum())
    own &= ~_far_specks(found, own)
    if not own.any():
        own = ~foreign
    gaps = np.array(
        [
            found.left[own].min(),
            found.top[own].min(),
            width - found.right[own].max(),
            height - found.bottom[own].max(),
        ],
        float,
    )
    wide, high = width - gaps[0] - gaps[2], height - gaps[1] - gaps[3]
    extent = max(wide, high)
    even = gaps.min() - EVEN_SLACK * extent
    # The margin is a share of the longer side: across a stroke like 一 it would cut away the stroke itself.
    spare = np.maximum(0, np.array([wide, high, wide, high]) - 2 * margin) / 2
    cut = np.maximum(np.minimum(margin, gaps + spare), even)
    left, top, right, bottom = np.maximum(cut, gaps - LOOSE * extent)
    box = (left, top, width - right, height - bottom)
    ghost = np.concatenate([[False], foreign])[found.labels] if foreign.any() else None
    return Frame(box, ghost, _contact(mask if ghost is None else mask & ~ghost) > CONTACT)


def _has_margin(mask: np.ndarray) -> bool:
    """Whether paper was left around the character: one side of the rim has next to no ink.

    Of 622 real crops with the usual margin 97 % are recognised; of the same without it 10 % are mistaken.
    """
    height, width = mask.shape
    depth = max(1, round(RIM * max(height, width)))
    inner = mask[depth : height - depth, depth : width - depth]
    if not inner.size:
        return False
    sides = (mask[:, :depth], mask[:depth], mask[:, width - depth :], mask[height - depth :])
    clearest = min(np.count_nonzero(side) / side.size for side in sides)
    return bool(clearest < 0.05 * np.count_nonzero(inner) / inner.size)


def _far_specks(found: Components, own: np.ndarray) -> np.ndarray:
    """Small components far from all large ones, as a mask over the components."""
    small = own & (found.area < FAR_SPECK * found.area[own].sum())
    large = own & ~small
    if not (small.any() and large.any()):
        return np.zeros_like(own)
    left, top = found.left[large].min(), found.top[large].min()
    right, bottom = found.right[large].max(), found.bottom[large].max()
    gaps = (left - found.right, top - found.bottom, found.left - right, found.top - bottom)
    apart = np.stack(gaps).max(axis=0)
    return small & (apart > FAR * max(right - left, bottom - top))


def _contact(mask: np.ndarray) -> float:
    """Share of the picture's outermost pixels that are ink."""
    edge = (mask[0], mask[-1], mask[1:-1, 0], mask[1:-1, -1])
    return sum(np.count_nonzero(side) for side in edge) / sum(side.size for side in edge)


def _neighbours(found: Components, shape: tuple[int, int], margin: float) -> np.ndarray:
    """Components that are not the character's: they come from the edge and stay near it; never the largest.

    With a margin, those that end within twice the margin, and ruled lines along a side. Without one only
    crumbs, as the strokes of a character in a tight box touch the edge themselves.
    """
    height, width = shape
    long = max(shape)
    reach = np.stack([found.right, found.bottom, width - found.left, height - found.top])
    gap = np.stack([found.left, found.top, width - found.right, height - found.bottom])
    if margin:
        near = ((gap == 0) & (reach <= 2 * margin)).any(axis=0)
        wide, high = found.right - found.left, found.bottom - found.top
        thin = 0.06 * long
        flat = (wide >= 0.7 * width) & (found.area <= thin * wide)
        upright = (high >= 0.7 * height) & (found.area <= thin * high)
        close = reach < 0.2 * long
        lines = (flat & (close[1] | close[3])) | (upright & (close[0] | close[2]))
        foreign = near | (lines & (gap == 0).any(axis=0))
    else:
        near = ((gap == 0) & (reach <= MARGIN * long)).any(axis=0)
        foreign = near & (found.area < 0.03 * found.area.sum())
    foreign[found.area.argmax()] = False
    return foreign
