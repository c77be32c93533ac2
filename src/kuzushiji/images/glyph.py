"""Any picture of one character to the glyph that the models are trained on. The one definition."""

from __future__ import annotations

import numpy as np
from PIL import Image

from kuzushiji.images.fit import place, resize_glyph, widened
from kuzushiji.images.frame import frame
from kuzushiji.images.paper.border import without_mat
from kuzushiji.images.paper.ink import calm, dark_on_light, ink_map, tones
from kuzushiji.images.quality import Quality, is_blank, judge, judge_glyph
from kuzushiji.images.read import Source, read_image

GLYPH_SIZES = (28, 64)
"""Sides of the published glyphs, in pixels."""
SLACKS = (0.0, -0.04, 0.04)
"""How much wider the boxes of `framings` are than the one that was found, at each side."""
LEAST_SIDE = 64
"""Smaller pictures are first enlarged to this longer side, in pixels: a stroke one pixel wide passes for
noise, and what its grey says of where it lies is lost to a threshold."""
WORKING_SIDE = 256
"""Larger pictures are first reduced to this longer side, in pixels: four times a glyph's."""


def to_glyph(image: Source, size: int = 64) -> np.ndarray:
    """Makes the glyph of one character, as the publisher of the data sets made theirs.

    A picture that is such a glyph already (28 or 64 px square, white on black) is resized only, and comes
    back unchanged at its own size.

    Args:
        image: uint8 grey array (h, w), or anything that :func:`read_image` takes.
        size: side of the glyph in pixels.

    Returns:
        uint8 (size, size), white ink (255) on black, aspect kept: the longer side of the character's box
        fills the square, the other is centred. All black where there is no ink. Copy it before changing it:
        it may share memory with what was given.

    Raises:
        KuzushijiError: see :func:`read_image`.

    >>> page = np.full((90, 60), 220, np.uint8)
    >>> page[20:70, 26:34] = 40
    >>> glyph = to_glyph(page)
    >>> glyph.shape, int(glyph[32, 32]), int(glyph[32, 2])
    ((64, 64), 255, 0)
    """
    return analyse(image, size)[0]


def glyph_quality(image: Source) -> Quality:
    """Says how usable a picture is as one character.

    Args:
        image: as for :func:`to_glyph`.

    Returns:
        The quality, with what speaks against a sure reading.

    Raises:
        KuzushijiError: see :func:`read_image`.

    >>> glyph_quality(np.full((50, 50), 230, np.uint8)).reasons
    ('blank: no ink found',)
    """
    return analyse(image)[1]


def analyse(image: Source, size: int = 64) -> tuple[np.ndarray, Quality]:
    """Glyph and quality in one pass.

    Args:
        image: as for :func:`to_glyph`.
        size: side of the glyph in pixels.

    Returns:
        What :func:`to_glyph` and :func:`glyph_quality` return.

    Raises:
        KuzushijiError: see :func:`read_image`.
    """
    glyphs, quality = _analyse(image, size, (0.0,))
    return glyphs[0], quality


def framings(image: Source, size: int = 64) -> tuple[np.ndarray, Quality]:
    """The glyph, and the same in a tighter and a wider box, over which a reader can average.

    Args:
        image: as for :func:`to_glyph`.
        size: side of the glyphs in pixels.

    Returns:
        Glyphs, uint8 (3, size, size), the first being that of :func:`to_glyph`; of a published glyph or where
        there is no ink, which leave no doubt about the box, that one alone, (1, size, size). And the quality.

    Raises:
        KuzushijiError: see :func:`read_image`.
    """
    return _analyse(image, size, SLACKS)


def _analyse(image: Source, size: int, slacks: tuple[float, ...]) -> tuple[np.ndarray, Quality]:
    grey = (
        image
        if isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.ndim == 2
        else read_image(image)
    )
    if is_glyph(grey):
        glyph = resize_glyph(grey, size)
        return glyph[None], judge_glyph(glyph)
    grey = without_mat(_to_working_size(grey))
    measured = tones(grey[::2, ::2])
    grey = dark_on_light(calm(grey, measured.contrast), measured.threshold)
    measured = tones(_without_rim(grey))
    ink = ink_map(grey, measured)
    found = None if is_blank(measured) else frame(ink)
    if found is None:
        glyph = np.zeros((size, size), np.uint8)
        return glyph[None], judge(glyph, measured, False, True)
    if found.foreign is not None:
        ink[found.foreign] = 0
    glyphs = np.stack([place(ink, widened(found.box, slack), size) for slack in slacks])
    return glyphs, judge(glyphs[0], measured, found.touches_border, False)


def is_glyph(grey: np.ndarray) -> bool:
    """Whether an array looks like a published glyph: its size, mostly dark, much of it exactly black.

    Args:
        grey: uint8 (h, w).

    Returns:
        True for the published glyphs of all three sets but the most soiled (docs/images.md has the count).
    """
    side = grey.shape[0]
    if grey.shape != (side, side) or side not in GLYPH_SIZES:
        return False
    black = grey.size - np.count_nonzero(grey)
    return bool(black >= 0.3 * grey.size and grey.mean() < 128)


def _to_working_size(grey: np.ndarray) -> np.ndarray:
    height, width = grey.shape
    long = max(height, width)
    if LEAST_SIDE <= long <= WORKING_SIDE:
        return grey
    scale = (WORKING_SIDE if long > WORKING_SIDE else LEAST_SIDE) / long
    target = max(1, round(width * scale)), max(1, round(height * scale))
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(grey).resize(target, method))


def _without_rim(grey: np.ndarray) -> np.ndarray:
    """Drops the usual margin, where the neighbours' ink is, before tones are measured.

    Of a narrow strip less goes, or nothing: its middle alone may lie wholly inside a stroke.
    """
    height, width = grey.shape
    rim = int(0.05 * max(height, width))
    rows, columns = (min(rim, max(0, side - 4 * rim) // 2) for side in (height, width))
    return grey[rows : height - rows, columns : width - columns]
