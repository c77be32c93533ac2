"""What can be said of a picture before any model looks at it: blank, faint, cut, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.images.paper.ink import Tones
from kuzushiji.images.reasons import Reason, words

BLANK_CONTRAST = 10.0
"""Grey levels between paper and ink below which there is nothing to read."""
FAINT_CONTRAST = 45.0
"""Grey levels below which the ink counts as faint; where it is not even distinct, as none (paper grain)."""
NO_SEPARATION = 0.70
"""Share of variance explained by two tones below which there are not two (normal noise has 0.64)."""
LITTLE_INK, MUCH_INK = 0.012, 0.60
"""Shares of the glyph's square; published glyphs lie between (1st percentile 0.05, 99th 0.44)."""
SOLID_INK = 100
"""Grey level from which a pixel of a glyph is ink through and through."""
SOLID_SIDE = 0.42
"""Side of a square of solid ink, as a share of the glyph's, that a blot fills and a stroke does not (none of
20,000 published kana and one of 14,000 kanji have such a square)."""

LINE_BEND, LINE_WIDTH = 0.007, 0.08
"""Standard deviation of a ruled line's middle from a straight one, as a share of the glyph's side, and of its
width, as a share of the width, below which no stroke of a brush lies (no published kana or kanji of 174,524
does)."""


@dataclass(frozen=True)
class Quality:
    """How usable a picture is as one character.

    Attributes:
        ink: mean ink of the glyph, 0..1 (published glyphs: 0.1 to 0.4).
        contrast: grey levels between paper and ink, 0..255.
        touches_border: strokes cover a good part of the picture's edge, so some may be missing.
        is_empty: nothing to read; the glyph is black, or nearly.
        reason_codes: what speaks against a sure reading; empty if nothing does.
    """

    ink: float
    contrast: float
    touches_border: bool
    is_empty: bool
    reason_codes: tuple[Reason, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons in English words (`kuzushiji.images.reasons.words` has Japanese too)."""
        return words(self.reason_codes)


def is_blank(measured: Tones) -> bool:
    """Whether the tones are those of bare paper.

    Bare 32 px windows of real pages have a contrast up to 40 and a separation up to 0.67 (80th percentiles);
    real characters have a separation of 0.79 and more (5th percentile).
    """
    faint = measured.contrast < FAINT_CONTRAST
    return measured.contrast < BLANK_CONTRAST or (faint and measured.separation < NO_SEPARATION)


def judge(glyph: np.ndarray, measured: Tones, touches_border: bool, is_empty: bool) -> Quality:
    """Sums up the findings of a conversion.

    Args:
        glyph: uint8 (size, size), white ink on black.
        measured: tones of the picture it was made from.
        touches_border: see :class:`Quality`.
        is_empty: the conversion found no ink.

    Returns:
        The quality.
    """
    ink = float(glyph.mean()) / 255
    is_empty = is_empty or ink < LITTLE_INK / 4
    reasons = []
    if is_empty:
        reasons.append(Reason.BLANK)
    else:
        if measured.contrast < FAINT_CONTRAST:
            reasons.append(Reason.FAINT)
        if measured.separation < NO_SEPARATION:
            reasons.append(Reason.NO_CLEAR_INK)
        if ink < LITTLE_INK:
            reasons.append(Reason.LITTLE_INK)
        if ink > MUCH_INK:
            reasons.append(Reason.MOSTLY_INK)
        elif is_blot(glyph):
            reasons.append(Reason.BLOT)
        elif is_ruled_line(glyph):
            reasons.append(Reason.RULED_LINE)
        if touches_border:
            reasons.append(Reason.CUT)
    return Quality(ink, measured.contrast, touches_border, is_empty, tuple(reasons))


def judge_glyph(glyph: np.ndarray) -> Quality:
    """The findings about a glyph by itself, taken as ready: white ink on black, whatever its side.

    Args:
        glyph: uint8 (size, size).

    Returns:
        The quality; an all black glyph is blank.
    """
    white = int(glyph.max())
    return judge(glyph, Tones(float(white), 0.0, white // 2, 1.0), False, not white)


def is_blot(glyph: np.ndarray) -> bool:
    """Whether a glyph holds a square of solid ink that is too large for a stroke (see `SOLID_SIDE`).

    Args:
        glyph: uint8 (size, size), white ink on black.

    >>> blot = np.zeros((28, 28), np.uint8)
    >>> blot[6:22, 6:22] = 255
    >>> is_blot(blot), is_blot(blot // 3)
    (True, False)
    """
    side = round(SOLID_SIDE * len(glyph))
    inked = glyph > SOLID_INK
    if np.count_nonzero(inked) < side * side:
        return False
    sums = np.zeros((len(glyph) + 1,) * 2, np.int32)
    sums[1:, 1:] = inked.cumsum(0, dtype=np.int32).cumsum(1)
    filled = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return bool(filled.max() == side * side)


def is_ruled_line(glyph: np.ndarray) -> bool:
    """Whether a glyph is one upright line from edge to edge that no brush has drawn (see `LINE_BEND`).

    Args:
        glyph: uint8 (size, size), white ink on black.

    >>> line = np.zeros((28, 28), np.uint8)
    >>> line[:, 13:15] = 255
    >>> is_ruled_line(line), is_ruled_line(line.T)
    (True, False)
    """
    side = len(glyph)
    ends = max(1, round(0.05 * side))  # a line's ends may fade
    ink = glyph[ends:-ends].astype(np.float32)
    width = ink @ np.ones(side, np.float32)
    least = float(width.min())
    if least < SOLID_INK or float(width.max()) > 2 * least or width.std() >= LINE_WIDTH * width.mean():
        return False  # (the second asks cheaply what the third asks)
    middle = ink @ np.arange(side, dtype=np.float32) / width
    along = np.arange(len(middle)) - (len(middle) - 1) / 2
    bend = middle - middle.mean() - along * (along @ middle) / (along @ along)
    return bool(bend.std() < LINE_BEND * side)
