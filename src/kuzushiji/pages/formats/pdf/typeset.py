"""Where the text behind a picture goes: the operators of a page's invisible text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

from kuzushiji.pages.formats.lines import columns
from kuzushiji.pages.formats.pdf.cells import STEPS, WIDEST

if TYPE_CHECKING:
    from kuzushiji.pages.formats.pdf.cells import Cells
    from kuzushiji.pages.result import Character, Page

POINT = 72 / 300
"""Points to a pixel: pages are taken for scans of 300 dots an inch."""
_STRAIGHT = 0.6
"""A column that drifts by less than this many of its widths is set upright: programs follow those best."""


class _Row(NamedTuple):
    """A column to set: size in points, axis (x at y = 0, and x to y), and the characters."""

    size: float
    width: float
    start: float
    slope: float
    characters: Sequence[Character]


def text_of(page: Page, cells: Cells) -> str:
    """The invisible text of a page: ruby after all the rest, so that it parts no sentence.

    Args:
        page: with boxes in pixels.
        cells: where the codes come from.

    Returns:
        Operators of a content stream, in ASCII.
    """
    found = columns(page)
    ordered = [c for c in found if not c.ruby] + [c for c in found if c.ruby]
    if not ordered:
        return ""
    rows = [_row(column.characters) for column in ordered]
    words = ["BT 3 Tr /F 1 Tf"]
    for i, row in enumerate(rows):
        after = rows[i + 1].characters[0].box.y if i + 1 < len(rows) else None
        words.append(_set(row, after, page.height, cells))
    words.append("ET\n")
    return "\n".join(words)


def _row(characters: Sequence[Character]) -> _Row:
    """Fits a straight line through a column's characters."""
    boxes = [c.box for c in characters]
    size = max(median(b.height for b in boxes), 1.0)
    width = max(median(b.width for b in boxes), 1.0)
    xs, ys = [b.x + b.width / 2 for b in boxes], [b.y + b.height / 2 for b in boxes]
    x, y = fmean(xs), fmean(ys)
    spread = sum((each - y) ** 2 for each in ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / spread if spread else 0.0
    if abs(slope) * (max(ys) - min(ys)) < _STRAIGHT * width or abs(slope) > 1:
        slope = 0.0
    return _Row(size, width, x - slope * y, slope, characters)


def _set(row: _Row, after: int | None, height: int, cells: Cells) -> str:
    """One column.

    It is shown in two pieces. Some programs take pieces that follow each other and begin at one height for a
    line that runs to the right; the second piece begins elsewhere than the next column, given by ``after``.
    Where the column is too short for that, a space far away parts the two.
    """
    length = math.hypot(1, row.slope)
    across, down = row.slope / length, 1 / length
    top = row.characters[0].box.y
    left = row.start + row.slope * top - row.width / 2 * down
    size, width = row.size * POINT, row.width * POINT
    matrix = (
        f"{size * across:.4f} {-size * down:.4f} {width * down:.4f} {width * across:.4f} "
        f"{left * POINT:.2f} {(height - top + row.width / 2 * across) * POINT:.2f} Tm"
    )
    codes = _codes(row, length, cells)
    cut, apart = _cut(row, after)
    words = [matrix, f"[{' '.join(codes[:cut])}] TJ"]
    if cut < len(codes):
        words.append(f"[{' '.join(codes[cut:])}] TJ")
    if not apart and after is not None:
        near = (row.characters[cut % len(codes)].box.y, after)
        away = max((0, height // 2, height), key=lambda y: min(abs(y - each) for each in near))
        words.append(
            f"1 0 0 1 {left * POINT:.2f} {(height - away) * POINT:.2f} Tm <{cells.code(' ', STEPS)}> Tj"
        )
    return "\n".join(words)


def _codes(row: _Row, length: float, cells: Cells) -> list[str]:
    """A code for each character, and the gap after it where that is wide; rounding does not add up."""
    boxes = [c.box for c in row.characters]
    error = 0.0
    codes = []
    for i, c in enumerate(row.characters):
        own = boxes[i].height * length / row.size
        # A gap is the upper character's: a place that was not read must not part the line in two.
        pitch = (boxes[i + 1].y - boxes[i].y) * length / row.size if i + 1 < len(boxes) else own
        steps = min(max(round((pitch + error) * STEPS), 1), WIDEST)
        gap = pitch + error - steps / STEPS
        wide = gap > 1 / STEPS  # more than rounding
        error = 0.0 if wide else max(gap, -1.0)
        jump = f" {-1000 * gap:.0f}" if wide and i + 1 < len(boxes) else ""
        codes.append(f"<{cells.code(c.char, steps)}>{jump}")
    return codes


def _cut(row: _Row, after: int | None) -> tuple[int, bool]:
    """How many characters the first piece has, and whether the second begins far from the next column.

    Both have two characters or more: a single one has no direction.
    """
    tops = [c.box.y for c in row.characters]
    if after is None or len(tops) < 4:
        return len(tops), False
    places = range(2, len(tops) - 1)
    distances = {i: min(abs(tops[i] - after), tops[i] - tops[0], 2 * row.size) for i in places}
    cut = max(places, key=distances.__getitem__)
    return cut, distances[cut] > row.size
