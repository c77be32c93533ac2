"""Where the columns of a composed page go: frames, tiers, headings, spreads, pictures inside the text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kuzushiji.training.composing import marks
from kuzushiji.training.composing.hand import Hand
from kuzushiji.training.composing.placed import Kind
from kuzushiji.training.composing.sheet import Sheet
from kuzushiji.training.composing.text import TextSource
from kuzushiji.training.composing.writing import Writer

Region = tuple[float, float, float, float]
"""Left, top, right and bottom, pixels."""


class Layout:
    """Lays out one page.

    Args:
        writer: writes the columns.
        hand: how.
        text: what.
        sheet: on what.
        rng: source of chance.
        plain: one tier of full columns.
    """

    def __init__(
        self,
        writer: Writer,
        hand: Hand,
        text: TextSource,
        sheet: Sheet,
        rng: np.random.Generator,
        plain: bool = False,
    ) -> None:
        self._plain = plain
        self._writer, self._hand, self._text, self._sheet, self._rng = writer, hand, text, sheet, rng

    def fill(self, paper: Region) -> None:
        """Fills the paper with one page, or with two beside each other where it is a spread."""
        r = self._rng
        left, top, right, bottom = paper
        if right - left > 1.05 * (bottom - top):
            middle = (left + right) / 2 + r.normal(0, 0.01) * (right - left)
            marks.fold(self._sheet, middle, top, bottom, r)
            self._page((middle, top, right, bottom))
            self._page((left, top, middle, bottom))
        else:
            self._page(paper)

    def _page(self, paper: Region) -> None:
        r, hand = self._rng, self._hand
        left, top, right, bottom = paper
        wide, high = right - left, bottom - top
        x0, x1 = left + wide * r.uniform(0.01, 0.13), right - wide * r.uniform(0.01, 0.13)
        y0, y1 = top + high * r.uniform(0.015, 0.18), bottom - high * r.uniform(0.015, 0.12)
        framed = r.random() < 0.5
        if framed:
            marks.frame(self._sheet, (x0, y0, x1, y1), r)
        if self._plain:
            self._full((x0, y0, x1, y1))
            return
        if r.random() < 0.25:
            self._margin_title(paper, (x0, y0, x1, y1))
        if r.random() < 0.09:
            self._scattered((x0, y0, x1, y1))
            return
        pad = r.uniform(2, 14) if framed else 0.0
        inside = (x0 + pad, y0 + pad, x1 - pad, y1 - pad)
        ruled = framed and r.random() < 0.3
        tiers = int(r.choice([1, 2, 3], p=[0.86, 0.1, 0.04]))
        edges = np.linspace(inside[1], inside[3], tiers + 1)
        for upper, lower in pairwise(edges):
            tier = (inside[0], float(upper), inside[2], float(lower - (hand.size * 0.5 if tiers > 1 else 0)))
            self._tier(tier, self._picture(tier) if r.random() < 0.2 else None, ruled)
            if tiers > 1 and r.random() < 0.6:
                self._sheet.pen.line([(x0, lower), (x1, lower)], fill=int(r.uniform(110, 255)), width=2)
        if r.random() < 0.15:
            marks.boxed_words(self._sheet, hand.size, r)
        if not hand.ruby and r.random() < 0.12:
            marks.circles(self._sheet, hand.size, r)

    def _full(self, region: Region) -> None:
        hand, (left, top, right, bottom) = self._hand, region
        x = right - 0.6 * hand.pitch
        while x > left + 0.5 * hand.size:
            count = int((bottom - top) / hand.size * 1.8) + 4
            self._writer.column(self._text.take(count, self._rng), x, top, bottom, hand.size)
            x -= hand.pitch

    def _tier(self, region: Region, picture: Region | None, ruled: bool) -> None:
        r, hand = self._rng, self._hand
        left, top, right, bottom = region
        x = right - hand.pitch * r.uniform(0.45, 0.6)
        first = True
        while x > left + 0.5 * hand.size:
            if r.random() < 0.03:
                x -= hand.pitch * r.uniform(0.3, 1.5)
                continue
            upper, lower = top + r.uniform(0, 8), bottom
            if r.random() < 0.12:
                upper += hand.size * r.uniform(0.5, 4)
            if r.random() < 0.12:
                lower = upper + r.uniform(0.1, 0.9) * (lower - upper)
            size, kind = hand.size, Kind.MAIN
            if first and r.random() < 0.08:
                size, kind = hand.size * r.uniform(1.15, 1.6), Kind.HEADING
                upper += hand.size * r.uniform(0, 2)
            elif r.random() < 0.03:
                size *= r.uniform(0.55, 0.8)
            for a, b in self._around(picture, x, upper, lower):
                count = int((b - a) / size * 1.8) + 4
                self._writer.column(self._text.take(count, r), x, a, b, size, kind)
            if ruled:
                edge = x - hand.pitch / 2
                drift = hand.slant * (bottom - top)
                self._sheet.pen.line(
                    [(edge, top), (edge + drift, bottom)], fill=int(r.uniform(80, 200)), width=1
                )
            x -= hand.pitch * float(np.exp(r.normal(0, 0.03))) * max(1.0, size / hand.size)
            first = False

    def _around(
        self, picture: Region | None, x: float, top: float, bottom: float
    ) -> list[tuple[float, float]]:
        """The parts of a column that a picture leaves free."""
        size = self._hand.size
        if picture is None or not picture[0] - 0.6 * size < x < picture[2] + 0.6 * size:
            return [(top, bottom)]
        parts = [(top, picture[1] - 0.3 * size), (picture[3] + 0.3 * size, bottom)]
        return [(a, b) for a, b in parts if b - a > 1.5 * size]

    def _picture(self, region: Region) -> Region:
        """Draws an illustration, ink that is no text, and gives its place."""
        r = self._rng
        left, top, right, bottom = region
        width, height = r.uniform(0.25, 0.7) * (right - left), r.uniform(0.2, 0.6) * (bottom - top)
        x = r.uniform(left, right - width)
        y = top if r.random() < 0.4 else bottom - height
        place = (x, y, x + width, y + height)
        for _ in range(int(r.integers(1, 6))):
            marks.illustration(self._sheet, place, r)
        return place

    def _scattered(self, region: Region) -> None:
        """A menu or an inscribed drawing: short columns of several sizes all over the page."""
        r, hand = self._rng, self._hand
        left, top, right, bottom = region
        if r.random() < 0.6:
            marks.illustration(self._sheet, region, r)
        taken: list[Region] = []
        for _ in range(int(r.integers(6, 40))):
            size, count = hand.size * float(np.exp(r.normal(-0.12, 0.28))), int(r.integers(1, 9))
            if right - left < 3 * size or bottom - top < 4 * size:
                continue
            x, y = r.uniform(left + size, right - size), r.uniform(top, bottom - 2 * size)
            box = (x - 0.7 * size, y - 0.3 * size, x + 0.7 * size, y + 1.25 * size * count)
            if any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in taken):
                continue
            taken.append(box)
            end = self._writer.column(self._text.take(count, r), x, y, bottom, size)
            if r.random() < 0.15:
                edge = (x - size * r.uniform(0.8, 1.6), y - size * r.uniform(0.3, 1))
                corner = (x + size * r.uniform(0.8, 1.6), end + size * r.uniform(0.3, 1))
                draw = self._sheet.pen.ellipse if r.random() < 0.5 else self._sheet.pen.rectangle
                draw((*edge, *corner), outline=int(r.uniform(120, 255)), width=int(r.integers(1, 4)))

    def _margin_title(self, paper: Region, text: Region) -> None:
        """The title at the fold (柱): it is no part of the text, so its characters are not noted."""
        r = self._rng
        size = self._hand.size * r.uniform(0.45, 0.75)
        at_left = r.random() < 0.5
        x = (paper[0] + text[0]) / 2 if at_left else (paper[2] + text[2]) / 2
        x += r.normal(0, 0.3) * size
        before, columns = len(self._sheet.placed), self._sheet.columns
        top = r.uniform(text[1], (text[1] + text[3]) / 2)
        words = self._text.take(int(r.integers(2, 7)), r)
        self._writer.column(words, x, top, text[3], size)
        del self._sheet.placed[before:]
        self._sheet.columns = columns
