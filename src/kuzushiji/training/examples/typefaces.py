"""Characters of brush typefaces as further examples of kanji that have few.

Nearly half of the kanji have one image or two to learn from, and two images of a character tell a network
little of what may vary in it. A calligrapher who has drawn a typeface has written all of them, in the grass
script (sosho), the running one (gyosho) or the regular one (kaisho), as the rarer kanji of a book mostly are.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kuzushiji.datasets.registry import K49_CLASSES
from kuzushiji.errors import KuzushijiError
from kuzushiji.images.fit import place

_EM = 4
"""The em that is drawn, as a multiple of the glyph's side; the box of the ink is then scaled down."""
_UNKNOWN = "\uffff"
"""No character, by Unicode's word, so that no typeface has it."""


def typeset_glyphs(
    classes: Sequence[str], typefaces: Sequence[str], size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Every class but the kana, whose old shapes no typeface has, in every typeface that knows it.

    What a typeface does not know it leaves blank or draws as it draws `_UNKNOWN`; two characters that share
    a picture are one and the same to the typeface, and are left out too.

    Args:
        classes: characters.
        typefaces: font files, by path or by the name under which the system's font folders have them.
        size: side of the glyphs, pixels.

    Returns:
        Images uint8 (n, size, size), white ink on black, framed as the publisher's are, and labels
        int64 (n,), positions in ``classes``.

    Raises:
        KuzushijiError: a typeface is not installed, or is no font.
    """
    wanted = [(label, c) for label, c in enumerate(classes) if c not in K49_CLASSES]
    images, labels = [np.empty((0, size, size), np.uint8)], [np.empty(0, np.int64)]
    for typeface in typefaces:
        font = _open(typeface, _EM * size)
        drawn = [(label, *_draw(c, font, size)) for label, c in wanted]
        seen = Counter([_draw(_UNKNOWN, font, size)[1], *(picture for _, _, picture in drawn)])
        own = [(label, glyph) for label, glyph, picture in drawn if seen[picture] == 1 and glyph.any()]
        if own:
            images.append(np.stack([glyph for _, glyph in own]))
            labels.append(np.array([label for label, _ in own]))
    return np.concatenate(images), np.concatenate(labels)


def _open(typeface: str, em: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(typeface, em)
    except OSError as e:
        raise KuzushijiError(
            f"data.typefaces: {typeface} is not among the system's fonts, or is none; docs/training.md says "
            "which packages have those of the recipes"
        ) from e


def _draw(character: str, font: ImageFont.FreeTypeFont, size: int) -> tuple[np.ndarray, bytes]:
    """The glyph, uint8 (size, size), and the whole picture that it was cut from."""
    side = round(1.5 * font.size)
    picture = Image.new("L", (side, side))
    ImageDraw.Draw(picture).text((side / 2, side / 2), character, font=font, fill=255, anchor="mm")
    ink = np.asarray(picture)
    left, top, right, bottom = picture.getbbox() or (0, 0, side, side)
    glyph = place(ink, (float(left), float(top), float(right), float(bottom)), size)
    return glyph, hashlib.blake2b(ink.tobytes(), digest_size=16).digest()
