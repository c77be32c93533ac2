"""What is on a page beside its text: frames, the fold, illustrations, boxes and circles, seals."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from kuzushiji.training.composing.glyphs import GlyphBank
from kuzushiji.training.composing.placed import Kind
from kuzushiji.training.composing.sheet import Sheet

Region = tuple[float, float, float, float]


def frame(sheet: Sheet, region: Region, rng: np.random.Generator) -> None:
    """A frame of one or two lines."""
    left, top, right, bottom = region
    grey, width = int(rng.uniform(110, 255)), int(rng.integers(1, 5))
    sheet.pen.rectangle((left, top, right, bottom), outline=grey, width=width)
    if rng.random() < 0.4:
        out = rng.uniform(3, 9)
        sheet.pen.rectangle((left - out, top - out, right + out, bottom + out), outline=grey, width=1)
    if rng.random() < 0.15:
        y = top + (bottom - top) * rng.uniform(0.15, 0.35)
        sheet.pen.line([(left, y), (right, y)], fill=grey, width=1)


def fold(sheet: Sheet, x: float, top: float, bottom: float, rng: np.random.Generator) -> None:
    """The line where two pages meet, with the black wedges that block books print there."""
    sheet.pen.line([(x, top), (x, bottom)], fill=int(rng.uniform(0, 200)), width=int(rng.integers(1, 3)))
    if rng.random() < 0.4:
        for y in (top + 0.25 * (bottom - top), top + 0.7 * (bottom - top)):
            side = rng.uniform(6, 16)
            sheet.pen.polygon([(x - side, y), (x + side, y), (x, y + side)], fill=int(rng.uniform(120, 255)))


def boxed_words(sheet: Sheet, size: float, rng: np.random.Generator) -> None:
    """Frames around a few words of the text."""
    main = [p for p in sheet.placed if p.kind is Kind.MAIN]
    for _ in range(int(rng.integers(1, 7)) if main else 0):
        start = int(rng.integers(len(main)))
        words = [p for p in main[start : start + int(rng.integers(2, 6))] if p.column == main[start].column]
        out = 0.12 * size
        box = (
            min(p.left for p in words) - out,
            min(p.top for p in words) - out,
            max(p.right for p in words) + out,
            max(p.bottom for p in words) + out,
        )
        sheet.pen.rectangle(box, outline=int(rng.uniform(170, 255)), width=int(rng.integers(1, 4)))


def circles(sheet: Sheet, size: float, rng: np.random.Generator) -> None:
    """Circles around a few characters."""
    for _ in range(int(rng.integers(1, 6)) if sheet.placed else 0):
        p = sheet.placed[int(rng.integers(len(sheet.placed)))]
        out = 0.15 * size
        sheet.pen.ellipse((p.left - out, p.top - out, p.right + out, p.bottom + out), outline=220, width=2)


def illustration(sheet: Sheet, region: Region, rng: np.random.Generator) -> None:
    """Hatching, brush strokes, or arcs inside a region: ink that is no text."""
    left, top, right, bottom = region
    pen, kind, grey = sheet.pen, int(rng.integers(4)), int(rng.uniform(90, 255))
    if kind == 0:
        lean, step = rng.uniform(-1, 1) * (bottom - top) * 0.3, rng.uniform(4, 14)
        for x in np.arange(left, right, step):
            pen.line([(x, top), (x + lean, bottom)], fill=grey, width=1)
    elif kind == 3:
        for _ in range(int(rng.integers(2, 12))):
            x, y = rng.uniform(left, right), rng.uniform(top, bottom)
            a, b, begin = rng.uniform(5, 80), rng.uniform(5, 80), rng.uniform(0, 360)
            pen.arc(
                (x - a, y - b, x + a, y + b),
                begin,
                begin + rng.uniform(60, 360),
                fill=grey,
                width=int(rng.integers(1, 4)),
            )
    else:
        for _ in range(int(rng.integers(4, 25))):
            points = _wander(region, rng)
            pen.line(points, fill=grey, width=int(rng.integers(1, 4 if kind == 1 else 12)), joint="curve")


def _wander(region: Region, rng: np.random.Generator) -> list[tuple[float, float]]:
    left, top, right, bottom = region
    x, y, angle = rng.uniform(left, right), rng.uniform(top, bottom), rng.uniform(0, 6.28)
    points = []
    for _ in range(int(rng.integers(5, 30))):
        points.append((x, y))
        angle += rng.normal(0, 0.4)
        step = rng.uniform(6, 14)
        x = min(max(x + step * math.cos(angle), left), right)
        y = min(max(y + step * math.sin(angle), top), bottom)
    return points


def seal(bank: GlyphBank, unit: float, rng: np.random.Generator) -> np.ndarray:
    """A seal: characters in a frame, cut in relief or sunken.

    Args:
        bank: its characters.
        unit: side of a usual character of the text, pixels.
        rng: source of chance.

    Returns:
        float32 (h, w) in [0, 1], 1 where it prints.
    """
    width = int(unit * rng.uniform(0.9, 3.3))
    height = int(width * rng.uniform(0.5, 1.2)) if rng.random() < 0.4 else width
    height = max(height, 8)
    image = Image.new("L", (width, height))
    rows, columns = int(rng.integers(1, 4)), int(rng.integers(1, 3))
    cell = max(2, int(0.86 * width / columns)), max(2, int(0.86 * height / rows))
    for row in range(rows):
        for column in range(columns):
            char = bank.characters[int(rng.integers(len(bank.characters)))]
            glyph = Image.fromarray(bank.draw(char, rng)).resize(cell)
            image.paste(glyph, (int(0.07 * width) + column * cell[0], int(0.07 * height) + row * cell[1]))
    pen = ImageDraw.Draw(image)
    outline = pen.ellipse if rng.random() < 0.2 else pen.rectangle
    outline((1, 1, width - 2, height - 2), outline=255, width=int(rng.integers(1, 5)))
    print_ = np.asarray(image, np.float32) / 255
    if rng.random() < 0.4:
        print_ = 1 - print_
    return print_ * np.float32(rng.uniform(0.6, 1))
