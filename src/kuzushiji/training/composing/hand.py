"""How one composed page is written: sizes, spacing, slant, ink; one draw per page."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Hand:
    """The style of one page. Lengths are shares of ``size`` unless a unit is given.

    Attributes:
        size: side of a usual character's box, pixels.
        pitch: from one column's centre to the next, pixels.
        gap: between two boxes of a column; negative where they overlap.
        spread: standard deviation of the logarithm of a character's size.
        kanji: how much larger kanji are than kana.
        slant: drift of a column to the side per pixel down.
        wave: how far a column swings to the side.
        tone: blackness of the ink, 0 to 1.
        gamma: exponent of the ink's grey: above 1 thinner strokes, below 1 thicker ones.
        crisp: contrast at the edges of strokes: 1 as the glyph is, above 1 sharper.
        shear: the glyphs' own slant, a tangent.
        stretch: height of the glyphs by their width.
        joined: chance of a stroke that joins two kana (renmen).
        voicing: chance that a voiced kana carries its marks.
        stops: chance of a punctuation mark after a character.
        ruby: chance that a kanji has ruby; 0 for a page without.
        ruby_size: of a ruby character.
        warichu: chance per character that a warichu begins.
        tails: chance of a long trailing stroke at a column's end.
    """

    size: float
    pitch: float
    gap: float
    spread: float
    kanji: float
    slant: float
    wave: float
    tone: float
    gamma: float
    crisp: float
    shear: float
    stretch: float
    joined: float
    voicing: float
    stops: float
    ruby: float
    ruby_size: float
    warichu: float
    tails: float

    @classmethod
    def random(cls, rng: np.random.Generator, size: float, spread: float) -> Hand:
        """Draws a hand.

        Args:
            rng: source of chance.
            size: median side of a character's box, pixels.
            spread: standard deviation of the logarithm of that side from page to page.
        """
        u = rng.uniform
        ruby = rng.random() < 0.42
        side = float(np.clip(size * math.exp(rng.normal(0, spread)), 0.45 * size, 2.3 * size))
        pitch = side * (u(1.45, 2.0) if ruby else u(1.18, 1.7))
        if rng.random() < 0.12:
            pitch *= u(1.2, 2.0)
        return cls(
            size=side,
            pitch=pitch,
            gap=float(u(-0.17, 0.13)),
            spread=float(u(0.05, 0.18)),
            kanji=float(u(1.0, 1.2) if ruby else u(1.0, 1.35)),
            slant=float(rng.normal(0, 0.006)),
            wave=float(u(0, 0.12)),
            tone=float(u(0.7, 1)),
            gamma=float(math.exp(rng.normal(0, 0.35))),
            crisp=float(u(1, 2.8)) if rng.random() < 0.6 else 1.0,
            shear=float(rng.normal(0, 0.06)),
            stretch=float(math.exp(rng.normal(0, 0.09))),
            joined=float(max(0.0, u(-0.3, 0.95))),
            voicing=1.0 if rng.random() < 0.5 else float(u(0, 0.3)),
            stops=float(u(0.03, 0.12)) if rng.random() < 0.3 else 0.0,
            ruby=float(u(0.3, 0.95)) if ruby else 0.0,
            ruby_size=float(u(0.3, 0.46)),
            warichu=0.012 if rng.random() < 0.25 else 0.0,
            tails=float(u(0.1, 0.6)) if rng.random() < 0.2 else 0.01,
        )
