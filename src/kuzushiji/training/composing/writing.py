"""Writes one column of text on a sheet: glyphs of a hand, joined strokes, marks, ruby, warichu."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from kuzushiji.training.composing.glyphs import ITERATION, REPEAT, SIDE, GlyphBank, marks_of, shape_of
from kuzushiji.training.composing.hand import Hand
from kuzushiji.training.composing.placed import Kind
from kuzushiji.training.composing.sheet import Sheet

_LOW = set("しくへいりつ")  # kana whose height varies most


@dataclass
class _Written:
    """The last glyph: its box, and where its stroke ends below."""

    box: tuple[float, float, float, float]
    end: tuple[float, float] | None


class Writer:
    """Writes columns.

    Args:
        bank: glyphs.
        hand: how.
        sheet: on what.
        rng: source of chance.
    """

    def __init__(self, bank: GlyphBank, hand: Hand, sheet: Sheet, rng: np.random.Generator) -> None:
        self._bank, self._hand, self._sheet, self._rng = bank, hand, sheet, rng
        self._kanji = [c for c in bank.characters if c > "\u3400"]
        self._kana = [c for c in bank.characters if c < "\u3100"] or list(bank.characters)

    def column(
        self, text: str, x: float, top: float, bottom: float, size: float, kind: Kind = Kind.MAIN
    ) -> float:
        """Writes a column; text that has no room is left out.

        Args:
            text: characters; what the bank cannot draw becomes another character.
            x: centre, pixels.
            top: of the first character, pixels.
            bottom: where the column must end, pixels.
            size: side of a usual character, pixels.
            kind: of all its characters, except ruby and warichu.

        Returns:
            Where the column ended, pixels.
        """
        hand = replace(self._hand, size=size)
        return self._write(text, x, top, bottom, hand, kind, self._sheet.new_column())

    def _write(
        self, text: str, x: float, top: float, bottom: float, hand: Hand, kind: Kind, number: int
    ) -> float:
        r, size = self._rng, hand.size
        phase, tone, y, last, at = r.uniform(0, 6.28), hand.tone, top, None, 0
        ruby: list[tuple[str, tuple[float, float, float, float]]] = []
        while at < len(text) and y < bottom:
            char = text[at]
            at += 1
            if kind is Kind.MAIN and r.random() < hand.warichu and len(text) - at > 8:
                count = int(r.integers(6, 16))
                y = self._warichu(text[at : at + count], x, y, bottom, hand) + 0.05 * size
                at, last = at + count, None
                number = self._sheet.new_column()
                continue
            char, shape = self._drawable(char)
            cut, height, width = self._shaped(char, shape, hand)
            if y + height > bottom + 0.5 * size:
                break
            tone = float(np.clip(tone + r.normal(0, 0.05), 0.45, 1))
            centre = x + hand.slant * (y - top) + hand.wave * size * math.sin(y / (4 * size) + phase)
            centre += r.normal(0, 0.07) * size
            grey = self._inked(cut, round(width), round(height), hand, tone)
            if not self._sheet.stamp(grey, centre - width / 2, y):
                y, last = y + height, None
                continue
            left, upper = round(centre - width / 2), round(y)
            box = (float(left), float(upper), float(left + grey.shape[1]), float(upper + grey.shape[0]))
            last = self._join(last, box, grey, shape, hand, tone)
            spoken, box = self._voiced(char, shape, box, hand, tone)
            self._sheet.note(spoken, shape, box, kind, number)
            self._stop(box, hand, tone)
            if hand.ruby and kind is not Kind.RUBY and shape in self._bank and shape > "\u3400":
                ruby.append((char, box))
            y = box[3] + size * (hand.gap + r.normal(0, 0.08))
            if r.random() < 0.012:
                y += size * r.uniform(0.3, 2)
        if last and kind is not Kind.RUBY and r.random() < hand.tails:
            self._tail(last.box, hand, tone)
        for _, box in ruby:
            self._ruby(box, hand, tone)
        return y

    def _drawable(self, char: str) -> tuple[str, str]:
        """The character, or another one where the bank has no glyph of it, and the class it is drawn with."""
        shape = shape_of(char, self._bank)
        r = self._rng
        if shape is None or (shape > "\u3400" and self._kanji and r.random() < 0.06):
            pool = self._kanji or self._kana
            shape = char = pool[int(r.integers(len(pool)))]
        return char, shape

    def _shaped(self, char: str, shape: str, hand: Hand) -> tuple[np.ndarray, float, float]:
        """The glyph cut to its annotator's box, and the height and width it is drawn with."""
        r, size = self._rng, hand.size
        glyph = self._bank.draw(shape, r)
        cut = annotated(glyph)
        ratio = cut.shape[0] / cut.shape[1]
        side = size * math.exp(r.normal(0, hand.spread))
        if shape == REPEAT:
            height = side * r.uniform(1.5, 2.6)
            return cut, height, max(3.0, min(height / ratio, 0.75 * size))
        if shape > "\u3400":
            side *= hand.kanji
        if shape in ("ゝ", ITERATION):
            side *= r.uniform(0.5, 0.8)
        elif shape in _LOW:
            side *= r.uniform(0.7, 1.15)
        height = side * min(max(ratio, 0.3), 3.2) ** r.uniform(0.45, 0.6) * 0.98 * hand.stretch
        width = height / ratio / hand.stretch
        if shape == "し" and r.random() < 0.3:
            height *= r.uniform(1.1, 1.9)
        if width > 1.35 * size:
            shrink = 1.35 * size / width
            width *= shrink
            height *= max(shrink, 0.8)
        return cut, max(height, 2.0), max(width, 0.07 * size, 2.0)

    def _inked(self, cut: np.ndarray, width: int, height: int, hand: Hand, tone: float) -> np.ndarray:
        r = self._rng
        image = Image.fromarray(cut)
        if r.random() < 0.75:
            lean = hand.shear + r.uniform(-0.1, 0.1)
            image = image.transform(
                image.size,
                Image.Transform.AFFINE,
                (1, lean, -lean * cut.shape[0] / 2, 0, 1, 0),
                Image.Resampling.BILINEAR,
            )
        way = Image.Resampling.BILINEAR if width > cut.shape[1] else Image.Resampling.HAMMING
        grey = np.asarray(image.resize((max(width, 2), max(height, 2)), way), np.float32) / 255
        grey = np.minimum((1.15 * grey) ** (hand.gamma * math.exp(r.normal(0, 0.1))), 1)
        if hand.crisp > 1:
            grey = np.clip((grey - 0.45) * hand.crisp + 0.45, 0, 1)
        return np.asarray(grey * np.float32(tone), np.float32)

    def _join(
        self,
        last: _Written | None,
        box: tuple[float, float, float, float],
        grey: np.ndarray,
        shape: str,
        hand: Hand,
        tone: float,
    ) -> _Written:
        """Draws the stroke from the last kana to this one, where the hand joins them."""
        r, size = self._rng, hand.size
        edge = max(1, len(grey) // 8)
        start = (box[0] + int(grey[:edge].max(0).argmax()), box[1] + 1)
        kana = shape < "\u3100"
        end = (box[0] + int(grey[-edge:].max(0).argmax()), box[3] - 1) if kana else None
        before = last.end if last else None
        if before and kana and 0 <= start[1] - before[1] < 0.6 * size and r.random() < hand.joined:
            middle = ((before[0] + start[0]) / 2 + r.normal(0, 0.08) * size, (before[1] + start[1]) / 2)
            self._line([before, middle, start], tone * r.uniform(0.7, 1), size * r.uniform(0.03, 0.1))
        return _Written(box, end)

    def _voiced(
        self,
        char: str,
        shape: str,
        box: tuple[float, float, float, float],
        hand: Hand,
        tone: float,
    ) -> tuple[str, tuple[float, float, float, float]]:
        """Adds voicing marks where they are written: the character as it now reads, and its box."""
        marks = marks_of(char)
        r, size = self._rng, hand.size
        if not marks or shape not in self._bank:
            return (char if char == shape or shape not in self._bank else shape), box
        if r.random() >= hand.voicing:
            return shape, box
        width = size * r.uniform(0.05, 0.1)
        x, y = box[2] + r.uniform(-0.24, 0) * size, box[1] + r.uniform(-0.02, 0.25) * size
        if marks == "semi-voiced":
            side = size * r.uniform(0.12, 0.22)
            self._sheet.pen.ellipse(
                (x, y, x + side, y + side), outline=int(255 * tone), width=max(1, round(width))
            )
            return char, (box[0], min(box[1], y), max(box[2], x + side), box[3])
        length = size * r.uniform(0.12, 0.25)
        for k in (0, 1):
            a = x + k * size * r.uniform(0.12, 0.2)
            self._line([(a, y), (a + length * r.uniform(0.2, 0.6), y + length)], tone, width)
        return char, (box[0], min(box[1], y), max(box[2], x + 0.2 * size + 0.6 * length), box[3])

    def _stop(self, box: tuple[float, float, float, float], hand: Hand, tone: float) -> None:
        """A punctuation mark below right: ink that is no character."""
        r, size = self._rng, hand.size
        if r.random() >= hand.stops:
            return
        side = size * r.uniform(0.06, 0.13)
        x, y = box[2] + size * r.uniform(-0.1, 0.25), box[3] - size * r.uniform(0, 0.3)
        if r.random() < 0.5:
            self._sheet.pen.ellipse(
                (x - side, y - side, x + side, y + side),
                outline=int(255 * tone),
                width=max(1, round(0.05 * size)),
            )
        else:
            self._line([(x - side, y - side), (x + 0.6 * side, y + side)], tone, 0.08 * size)

    def _tail(self, box: tuple[float, float, float, float], hand: Hand, tone: float) -> None:
        r, size = self._rng, hand.size
        x, y = (box[0] + box[2]) / 2 + r.normal(0, 0.15) * size, box[3]
        points = [(x, y - 2), (x + r.normal(0, 0.1) * size, y + size * r.uniform(1, 3))]
        points.append((x + r.normal(0, 0.1) * size, points[1][1] + size * r.uniform(1, 3)))
        self._line(points, tone * r.uniform(0.6, 1), size * r.uniform(0.03, 0.09))

    def _ruby(self, box: tuple[float, float, float, float], hand: Hand, tone: float) -> None:
        """One to three kana beside a kanji, nearly always on its right."""
        r = self._rng
        if r.random() >= hand.ruby:
            return
        count = int(r.integers(1, 4))
        size = hand.ruby_size * hand.size
        text = "".join(self._kana[int(r.integers(len(self._kana)))] for _ in range(count))
        middle, half = (box[0] + box[2]) / 2, hand.size / 2
        x = max(middle + half, box[2]) + 0.55 * size if r.random() < 0.95 else box[0] - 0.5 * size
        top = box[1] + (box[3] - box[1] - count * size) / 2 + r.normal(0, 0.1) * hand.size
        small = replace(
            hand,
            size=size,
            tone=tone,
            warichu=0,
            joined=0,
            stops=0,
            slant=0,
            wave=0,
            spread=0.12,
            ruby=0,
            tails=0,
        )
        number = self._sheet.new_column()
        self._write(text, x, max(top, 0), top + 1.6 * count * size, small, Kind.RUBY, number)

    def _warichu(self, text: str, x: float, y: float, bottom: float, hand: Hand) -> float:
        """Two half columns side by side, the right one read first."""
        half = (len(text) + 1) // 2
        small = replace(hand, size=0.55 * hand.size, warichu=0, ruby=0, tails=0)
        ends = []
        for part, side in ((text[:half], 0.27), (text[half:], -0.27)):
            number = self._sheet.new_column()
            ends.append(self._write(part, x + side * hand.size, y, bottom, small, Kind.WARICHU, number))
        return max(ends)

    def _line(self, points: list[tuple[float, float]], tone: float, width: float) -> None:
        self._sheet.pen.line(points, fill=int(255 * tone), width=max(1, round(width)), joint="curve")


def annotated(glyph: np.ndarray) -> np.ndarray:
    """A glyph cut to the box that its annotator drew.

    The published glyphs fill their square along the longer side of that box; the other side is centred, so
    its extent is that of the ink.

    Args:
        glyph: uint8 (64, 64), white ink on black.
    """
    mask = glyph > 45
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return glyph
    top, bottom = max(int(rows[0]) - 1, 0), int(rows[-1]) + 2
    left, right = max(int(columns[0]) - 1, 0), int(columns[-1]) + 2
    if bottom - top >= right - left:
        top, bottom = 0, SIDE
    else:
        left, right = 0, SIDE
    if abs((bottom - top) - (right - left)) <= 0.06 * SIDE:
        return glyph
    return glyph[top:bottom, left:right]
