"""Glyphs and pages by the project's own brush: no data set is needed."""

from __future__ import annotations

import numpy as np

from kuzushiji.images.brush import draw
from kuzushiji.images.samples import STROKES
from kuzushiji.training.composing.glyphs import SIDE, GlyphBank
from kuzushiji.training.composing.page import ComposedPage, Composer
from kuzushiji.training.composing.text import TextSource

_EACH = 12  # glyphs of each of the ten characters


def brush_bank(seed: int = 0) -> GlyphBank:
    """Ten kana, each drawn several times with an unsteady hand."""
    classes = tuple(STROKES)
    images, labels = [], []
    for label, char in enumerate(classes):
        for k in range(_EACH):
            width = 0.075 + 0.004 * (k % 6)
            images.append(draw(STROKES[char], SIDE, width, wobble=0.008, seed=seed + 100 * label + k))
            labels.append(label)
    return GlyphBank(np.stack(images), np.array(labels), classes, seed)


def brush_page(seed: int = 0, height: int = 900, width: int = 640, size: float = 52.0) -> ComposedPage:
    """A clean page of ten kana in colour, as ``kuzushiji demo`` reads it.

    Args:
        seed: of glyphs, text and layout.
        height: pixels.
        width: pixels.
        size: median side of a character's box, pixels.
    """
    bank = brush_bank(seed)
    text = TextSource([], dict.fromkeys(bank.characters, 1.0))
    composer = Composer(bank, text, seed, height, width, size, spread=0.0, damage=0.0, plain=True)
    return composer.page(0, colour=True)
