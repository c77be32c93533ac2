"""The glyphs that composed pages are drawn with: all images of a class, at one size, in memory."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Mapping, Sequence

import numpy as np
from PIL import Image

from kuzushiji.errors import KuzushijiError

SIDE = 64
"""Side of every glyph in a bank, pixels."""
REPEAT = "〱"
"""The repeat mark for two and more characters; it is drawn, since no data set has it."""
ITERATION = "々"
"""The repeat mark for one kanji, drawn too."""
_MOST = 2500  # images of one class that are kept: ten kana have 6,000 and more
_WANTED = 600  # warped copies bring a kana with fewer images up to this many


class GlyphBank:
    """Glyphs by character.

    Args:
        images: uint8 (n, h, w) with h = w of 28 or 64, white ink on black.
        labels: int (n,), positions in ``classes``.
        classes: one character each.
        seed: of the choice and the warped copies.
        warp: bring classes with few images up by elastic copies (kana only; kanji stay as they are).

    Attributes:
        characters: the classes that have glyphs, sorted.
    """

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        classes: Sequence[str],
        seed: int = 0,
        warp: bool = False,
    ) -> None:
        if len(images) != len(labels) or not len(images):
            raise KuzushijiError(f"a glyph bank of {len(images)} images and {len(labels)} labels")
        rng = np.random.default_rng(seed)
        self._glyphs: dict[str, np.ndarray] = {}
        order = np.argsort(labels, kind="stable")
        found, first = np.unique(labels[order], return_index=True)
        for label, chosen in zip(found, np.split(order, first[1:]), strict=True):
            if len(chosen) > _MOST:
                chosen = np.sort(rng.choice(chosen, _MOST, replace=False))
            glyphs = np.stack([enlarged(glyph) for glyph in images[chosen]])
            if warp and len(glyphs) < _WANTED:
                glyphs = _with_warped(glyphs, _WANTED, rng)
            self._glyphs[classes[int(label)]] = glyphs
        self.characters = tuple(sorted(self._glyphs))

    @classmethod
    def joined(cls, *banks: GlyphBank) -> GlyphBank:
        """One bank of several; glyphs of a character that is in more than one are put together."""
        whole = cls.__new__(cls)
        whole._glyphs = {}
        for bank in banks:
            for char, glyphs in bank._glyphs.items():
                mine = whole._glyphs.get(char)
                whole._glyphs[char] = glyphs if mine is None else np.concatenate([mine, glyphs])
        whole.characters = tuple(sorted(whole._glyphs))
        return whole

    def __contains__(self, char: object) -> bool:
        return char in self._glyphs

    def counts(self) -> Mapping[str, int]:
        """Glyphs per character."""
        return {char: len(glyphs) for char, glyphs in self._glyphs.items()}

    def draw(self, char: str, rng: np.random.Generator) -> np.ndarray:
        """One glyph of a character, uint8 (64, 64), white ink on black; do not change it.

        Raises:
            KeyError: no glyph of that character.
        """
        if char == REPEAT and char not in self._glyphs:
            return repeat_mark(rng)
        if char == ITERATION and char not in self._glyphs:
            return iteration_mark(rng)
        glyphs = self._glyphs[char]
        return np.asarray(glyphs[int(rng.integers(len(glyphs)))])


def shape_of(char: str, known: Container[str]) -> str | None:
    """The class whose glyphs a character is drawn with; None where it is not known.

    Voiced kana are drawn with the plain kana's glyph and marks beside it, katakana with hiragana (old books
    mix both), small kana with large ones.
    """
    char = unicodedata.normalize("NFC", char)
    if char in (REPEAT, "〲", "〳"):
        return REPEAT
    if char in (ITERATION, "〻"):
        return ITERATION
    if char in known:
        return char
    if "ァ" <= char <= "ヶ":
        char = chr(ord(char) - 0x60)
    char = {"ヽ": "ゝ", "ヾ": "ゝ", "ゞ": "ゝ", "ゟ": "よ"}.get(char, char).translate(_SMALL)
    base = unicodedata.normalize("NFD", char)[0] if char else char
    return base if base in known else None


_SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")


def marks_of(char: str) -> str:
    """The voicing mark of a kana: ``"voiced"``, ``"semi-voiced"`` or ``""``.

    >>> marks_of("が"), marks_of("ぱ"), marks_of("か")
    ('voiced', 'semi-voiced', '')
    """
    parts = unicodedata.normalize("NFD", char)
    if len(parts) < 2:
        return ""
    return {"\u3099": "voiced", "\u309a": "semi-voiced"}.get(parts[1], "")


def enlarged(glyph: np.ndarray) -> np.ndarray:
    """A glyph at 64 px; a smaller one is enlarged and its edges made as sharp as those of larger glyphs."""
    if glyph.shape == (SIDE, SIDE):
        return glyph
    large = np.asarray(Image.fromarray(glyph).resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32)
    return np.clip((large - 127.5) * 1.9 + 127.5, 0, 255).astype(np.uint8)


def repeat_mark(rng: np.random.Generator) -> np.ndarray:
    """A drawn 〱, uint8 (64, 64): a long く."""
    from kuzushiji.images.brush import draw

    top, tip = rng.uniform(0.52, 0.66), rng.uniform(0.34, 0.47)
    points = ((top, 0.03), (tip, rng.uniform(0.35, 0.6)), (rng.uniform(0.5, 0.66), 0.97))
    return draw(
        [points], SIDE, width=float(rng.uniform(0.05, 0.12)), wobble=0.01, seed=int(rng.integers(2**31))
    )


def iteration_mark(rng: np.random.Generator) -> np.ndarray:
    """A drawn 々 or 〻, uint8 (64, 64)."""
    from kuzushiji.images.brush import draw

    if rng.random() < 0.5:
        strokes = [
            ((0.32, 0.08), (0.25, 0.35), (0.12, 0.6)),
            ((0.25, 0.34), (0.75, 0.28), (0.6, 0.62), (0.3, 0.95)),
            ((0.45, 0.55), (0.6, 0.72), (0.72, 0.86)),
        ]
    else:
        strokes = [
            ((0.2, 0.12), (0.55, 0.2), (0.68, 0.4), (0.4, 0.62), (0.28, 0.55)),
            ((0.4, 0.62), (0.75, 0.7), (0.5, 0.98)),
        ]
    width = float(rng.uniform(0.06, 0.13))
    return draw(strokes, SIDE, width=width, wobble=0.03, seed=int(rng.integers(2**31)))


def _with_warped(glyphs: np.ndarray, wanted: int, rng: np.random.Generator) -> np.ndarray:
    """Glyphs and elastic copies, up to a number (Simard et al. 2003, doi:10.1109/ICDAR.2003.1227801)."""
    copies = [glyphs]
    missing = wanted - len(glyphs)
    for start in range(0, missing, len(glyphs)):
        for glyph in glyphs[: min(len(glyphs), missing - start)]:
            copies.append(_warped(glyph, rng)[None])
    return np.concatenate(copies)


def _warped(glyph: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    coarse = rng.normal(0, 2.6, (2, 5, 5)).astype(np.float32)
    coarse[:, [0, -1], :] *= 0.4
    coarse[:, :, [0, -1]] *= 0.4
    dy, dx = (
        np.asarray(Image.fromarray(c).resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32)
        for c in coarse
    )
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    y, x = np.clip(y + dy, 0, SIDE - 1.001), np.clip(x + dx, 0, SIDE - 1.001)
    i, j = y.astype(int), x.astype(int)
    fy, fx = y - i, x - j
    g = glyph.astype(np.float32)
    top = g[i, j] * (1 - fx) + g[i, j + 1] * fx
    bottom = g[i + 1, j] * (1 - fx) + g[i + 1, j + 1] * fx
    return np.asarray(np.rint(top * (1 - fy) + bottom * fy), np.uint8)
