"""Glyphs as text: braille dots, two by four to a character, so that a terminal can show evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

SIDE = 28
"""Pixels a side of a thumbnail: 14 columns by 7 lines of text."""
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


def braille(glyph: np.ndarray, threshold: int = 96) -> list[str]:
    """Draws a glyph with the Unicode braille patterns.

    Args:
        glyph: uint8 (h, w), white ink on black; h a multiple of 4, w of 2.
        threshold: grey from which a pixel is a dot.

    Returns:
        h / 4 lines of w / 2 characters.

    >>> braille(np.array([[255, 0], [255, 0], [255, 0], [255, 255]], np.uint8))
    ['⣇']
    """
    rows, columns = glyph.shape[0] // 4, glyph.shape[1] // 2
    cells = (glyph >= threshold).reshape(rows, 4, columns, 2)
    codes = 0x2800 + np.einsum("rdce,de->rc", cells.astype(int), _DOTS)
    return ["".join(map(chr, row)) for row in codes]


def beside(glyphs: Sequence[np.ndarray], captions: Sequence[str], columns: int) -> Iterator[str]:
    """Lines of text that show glyphs side by side, as many in a row as the width allows, captions below.

    Args:
        glyphs: uint8 (h, w) each, any size.
        captions: one for each, cut to a thumbnail's width.
        columns: width of the terminal.
    """
    from kuzushiji.images import resize_glyph

    wide = SIDE // 2
    each = max(1, columns // (wide + 2))
    for start in range(0, len(glyphs), each):
        drawn = [braille(resize_glyph(glyph, SIDE)) for glyph in glyphs[start : start + each]]
        for parts in zip(*drawn, strict=True):
            yield "  ".join(parts)
        yield "  ".join(caption[:wide].ljust(wide) for caption in captions[start : start + each]).rstrip()
