"""Sample glyphs drawn by this project: ten characters in cursive shapes, in several guises.

They are synthetic: our own strokes, after the shapes that are usual in old prints, for demonstrations and
tests where no data set is at hand.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from kuzushiji.images.brush import Stroke, draw, on_paper

STROKES: dict[str, tuple[Stroke, ...]] = {
    "お": (
        ((0.06, 0.34), (0.28, 0.31), (0.52, 0.25)),
        (
            *(
                (0.34, 0.05),
                (0.34, 0.40),
                (0.33, 0.78),
                (0.22, 0.90),
                (0.10, 0.78),
                (0.22, 0.60),
                (0.48, 0.48),
            ),
            *((0.70, 0.52), (0.74, 0.72), (0.60, 0.88), (0.46, 0.90)),
        ),
        ((0.74, 0.16), (0.86, 0.24), (0.95, 0.36)),
    ),
    "き": (
        ((0.24, 0.24), (0.48, 0.20), (0.72, 0.12)),
        ((0.22, 0.44), (0.50, 0.38), (0.78, 0.30)),
        ((0.42, 0.03), (0.52, 0.28), (0.62, 0.50), (0.72, 0.66)),
        ((0.68, 0.66), (0.44, 0.64), (0.28, 0.74), (0.34, 0.90), (0.58, 0.96), (0.74, 0.94)),
    ),
    "す": (
        ((0.14, 0.26), (0.46, 0.23), (0.86, 0.20)),
        (
            *(
                (0.54, 0.03),
                (0.54, 0.30),
                (0.54, 0.54),
                (0.42, 0.62),
                (0.34, 0.52),
                (0.44, 0.42),
                (0.55, 0.52),
            ),
            *((0.54, 0.74), (0.44, 0.90), (0.34, 0.97)),
        ),
    ),
    "つ": (
        ((0.04, 0.44), (0.24, 0.34), (0.54, 0.22), (0.82, 0.26), (0.93, 0.46), (0.80, 0.68), (0.50, 0.80)),
    ),
    "な": (
        ((0.10, 0.26), (0.30, 0.24), (0.52, 0.18)),
        ((0.36, 0.03), (0.30, 0.24), (0.18, 0.46), (0.08, 0.56)),
        ((0.66, 0.22), (0.78, 0.28), (0.88, 0.38)),
        (
            *(
                (0.60, 0.40),
                (0.62, 0.62),
                (0.60, 0.84),
                (0.44, 0.92),
                (0.34, 0.82),
                (0.46, 0.74),
                (0.66, 0.80),
            ),
            (0.86, 0.92),
        ),
    ),
    "は": (
        ((0.34, 0.26, 0.9), (0.24, 0.50, 1.0), (0.08, 0.70, 0.7)),
        ((0.58, 0.26, 0.6), (0.74, 0.36, 1.0), (0.88, 0.54, 1.3), (0.94, 0.70, 1.1)),
    ),
    "ま": (
        ((0.22, 0.20), (0.48, 0.18), (0.76, 0.15)),
        ((0.26, 0.40), (0.48, 0.38), (0.72, 0.35)),
        (
            *(
                (0.50, 0.03),
                (0.50, 0.36),
                (0.50, 0.74),
                (0.42, 0.92),
                (0.28, 0.90),
                (0.28, 0.76),
                (0.46, 0.72),
            ),
            *((0.66, 0.84), (0.74, 0.92)),
        ),
    ),
    "や": (
        ((0.04, 0.52), (0.26, 0.42), (0.56, 0.28), (0.82, 0.26), (0.94, 0.40), (0.80, 0.56), (0.58, 0.56)),
        ((0.50, 0.08), (0.60, 0.18), (0.62, 0.26)),
        ((0.22, 0.16), (0.32, 0.40), (0.44, 0.68), (0.56, 0.96)),
    ),
    "れ": (
        ((0.24, 0.05), (0.25, 0.40), (0.25, 0.95)),
        ((0.06, 0.32), (0.22, 0.28), (0.36, 0.24), (0.24, 0.50), (0.06, 0.76)),
        (
            *(
                (0.24, 0.52),
                (0.40, 0.32),
                (0.56, 0.18),
                (0.66, 0.26),
                (0.62, 0.54),
                (0.64, 0.82),
                (0.76, 0.90),
            ),
            (0.94, 0.76),
        ),
    ),
    "を": (
        ((0.18, 0.24), (0.40, 0.23), (0.64, 0.17)),
        ((0.46, 0.03), (0.36, 0.28), (0.16, 0.54), (0.38, 0.45), (0.50, 0.54), (0.48, 0.70)),
        ((0.88, 0.36), (0.60, 0.52), (0.34, 0.70), (0.34, 0.88), (0.58, 0.95), (0.86, 0.92)),
    ),
}
"""Strokes of the ten classes of Kuzushiji-MNIST, in the order of the classes."""

ROMAJI = dict(zip(STROKES, ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"), strict=True))
"""The characters' names in file names."""

_PAPERS = ((226, 210, 172), (203, 186, 152), (236, 232, 224), (160, 132, 100))
_INKS = ((44, 38, 34), (70, 58, 48), (24, 22, 26), (28, 18, 14))


def sample(character: str, guise: int) -> np.ndarray:
    """Draws one sample.

    Args:
        character: a key of :data:`STROKES`.
        guise: 0 a 28 px glyph, 1 a 64 px glyph (white ink on black), from 2 on dark ink on coloured paper at
            growing size; also the seed of the hand's wobble.

    Returns:
        uint8 (28, 28) or (64, 64), or (h, w, 3) RGB.

    >>> sample("つ", 0).shape, sample("つ", 2).shape[2]
    ((28, 28), 3)
    """
    seed = 97 * guise + list(STROKES).index(character)
    width = (0.085, 0.10, 0.075, 0.115)[guise % 4]
    size = (28, 64, 96, 140, 200, 120)[guise % 6]
    glyph = draw(STROKES[character], size, width, wobble=0.006, seed=seed)
    if guise < 2:
        return glyph
    k = seed % len(_PAPERS)
    return on_paper(glyph, _PAPERS[k], _INKS[k], margin=0.07, grain=4, shade=0.03 * guise, seed=seed)


def write(folder: str | Path) -> list[Path]:
    """Writes twenty samples, two of each character, as ``synthetic-o-1.png`` and so on.

    Args:
        folder: where to; made if it is not there. Files of these names are replaced.

    Returns:
        The files, in order of the characters.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for k, character in enumerate(STROKES):
        for number, guise in enumerate((k % 2, 2 + k % 4), start=1):
            file = folder / f"synthetic-{ROMAJI[character]}-{number}.png"
            Image.fromarray(sample(character, guise)).save(file)
            files.append(file)
    return files


def character_of(file: str | Path) -> str:
    """The character that a sample file shows, from its name.

    >>> character_of("somewhere/synthetic-tsu-2.png")
    'つ'
    """
    romaji = Path(file).stem.split("-")[1]
    return next(character for character, name in ROMAJI.items() if name == romaji)
