"""Composes whole pages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kuzushiji.training.composing import camera, marks, paper
from kuzushiji.training.composing.glyphs import GlyphBank
from kuzushiji.training.composing.hand import Hand
from kuzushiji.training.composing.layout import Layout
from kuzushiji.training.composing.placed import Kind, Placed
from kuzushiji.training.composing.sheet import Sheet
from kuzushiji.training.composing.text import TextSource
from kuzushiji.training.composing.writing import Writer


@dataclass(frozen=True)
class ComposedPage:
    """A page and the truth about it.

    Attributes:
        image: uint8 (h, w) as the red channel of a photograph shows it, or (h, w, 3), RGB.
        placed: the characters, those of one column together and from top to bottom.
    """

    image: np.ndarray
    placed: tuple[Placed, ...]

    @property
    def text(self) -> str:
        """The text in reading order, one line per column, without ruby."""
        columns: dict[int, str] = {}
        for p in sorted(self.placed, key=lambda p: p.column):
            if p.kind is not Kind.RUBY:
                columns[p.column] = columns.get(p.column, "") + p.char
        return "\n".join(columns.values())


@dataclass(frozen=True)
class Composer:
    """Composes pages, each a function of the seed and its number alone.

    Attributes:
        bank: glyphs.
        text: what is written.
        seed: of all pages.
        height: pixels.
        width: pixels; above the height a page may be a spread.
        size: median side of a character's box, pixels.
        spread: standard deviation of the logarithm of that side from page to page.
        damage: how much happens to the paper and the picture: 0 for a clean page, 1 for the full range.
        skew: standard deviation of the page's tilt, degrees.
        plain: one tier of full columns: no ruby, warichu, heading or picture.
    """

    bank: GlyphBank
    text: TextSource
    seed: int = 0
    height: int = 1088
    width: int = 736
    size: float = 38.0
    spread: float = 0.33
    damage: float = 1.0
    skew: float = 0.0
    plain: bool = False

    def page(self, number: int, colour: bool = False) -> ComposedPage:
        """The page of a number.

        Args:
            number: 0 or more.
            colour: RGB in place of the red channel alone, in which seals are nearly as light as paper.
        """
        r = np.random.default_rng((self.seed, number))
        sheet = Sheet(self.height, self.width)
        hand = Hand.random(r, self.size, self.spread)
        if self.plain:
            hand = replace(hand, ruby=0.0, warichu=0.0, tails=0.0)
        region = self._paper_region(r)
        writer = Writer(self.bank, hand, sheet, r)
        Layout(writer, hand, self.text, sheet, r, self.plain).fill(region)
        ink = sheet.all_ink()
        red = self._seals(hand, r)
        image = self._printed(ink, red, region, r)
        grey = camera.exposed(image, r)
        placed, tilt, bend = sheet.placed, r.normal(0, self.skew), r.normal(0, 3 * min(self.skew, 2))
        picture = _coloured(grey, red, r) if colour else grey
        if self.skew:
            picture, placed = camera.skewed(picture, placed, float(tilt), float(bend))
        return ComposedPage(np.asarray(picture), tuple(placed))

    def _paper_region(self, r: np.random.Generator) -> tuple[float, float, float, float]:
        left, top, right, bottom = 0.0, 0.0, float(self.width), float(self.height)
        if r.random() < 0.6 * self.damage:
            left = r.uniform(0, 0.1) * self.width
        if r.random() < 0.6 * self.damage:
            right -= r.uniform(0, 0.1) * self.width
        if r.random() < 0.6 * self.damage:
            top, bottom = r.uniform(0, 0.05) * self.height, bottom - r.uniform(0, 0.065) * self.height
        return left, top, right, bottom

    def _seals(self, hand: Hand, r: np.random.Generator) -> np.ndarray | None:
        """How much red covers each pixel, float32 (h, w); None without seals."""
        if r.random() >= 0.5 * self.damage:
            return None
        red = np.zeros((self.height, self.width), np.float32)
        for _ in range(int(r.integers(1, 13))):
            seal = marks.seal(self.bank, hand.size, r)
            h, w = seal.shape
            if h >= self.height or w >= self.width:
                continue
            y, x = int(r.uniform(0, self.height - h)), int(r.uniform(0, self.width - w))
            part = red[y : y + h, x : x + w]
            np.maximum(part, seal * np.float32(r.uniform(0.5, 1)), out=part)
        return red

    def _printed(
        self,
        ink: np.ndarray,
        red: np.ndarray | None,
        region: tuple[float, float, float, float],
        r: np.random.Generator,
    ) -> np.ndarray:
        """Ink and seals on paper, float32 (h, w) in [0, 1]."""
        height, width, damage = self.height, self.width, self.damage
        behind = ink
        if r.random() < 0.5 * damage:
            ink = ink * (1 - r.uniform(0, 0.45) * paper.clouds(height, width, width // 6, r))
        soft = r.uniform(0, 1.15) * damage
        if soft > 0.35:
            ink = paper.blurred(ink, soft)
        ground = paper.sheet_of_paper(height, width, r) if damage else np.full(ink.shape, 0.9, np.float32)
        if r.random() < 0.65 * damage:
            ground = ground * (1 - paper.shine_through(behind, r))
        image = ground * (1 - np.float32(r.uniform(0.42, 0.92)) * ink)
        if red is not None:
            cover = np.float32(r.uniform(0.5, 1)) * red
            image = image * (1 - cover) + cover * ground * np.float32(r.uniform(0.68, 1.08))
        if r.random() < 0.35 * damage:
            gone = paper.holes(height, width, r)
            grey = r.uniform(0.1, 0.5) if r.random() < 0.6 else r.uniform(0.8, 1)
            image = image * (1 - gone) + gone * np.float32(grey)
        return camera.borders(image, region, r) if damage else image


def _coloured(grey: np.ndarray, red: np.ndarray | None, r: np.random.Generator) -> np.ndarray:
    """RGB of a red channel: paper is yellowish, seals are dark in green and blue."""
    value = grey.astype(np.float32)
    green, blue = value * r.uniform(0.9, 0.99), value * r.uniform(0.72, 0.93)
    if red is not None:
        green, blue = green * (1 - 0.65 * red), blue * (1 - 0.6 * red)
    return np.stack([value, green, blue], -1).astype(np.uint8)
