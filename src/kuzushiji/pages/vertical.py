"""The text of a page in vertical columns from right to left, as rows of cells for any display."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuzushiji.pages.result import Character, Column, Page

BLANK = "\u3000"
_INDENT = 5
"""A column that begins lower than this many characters is no indented one but of a lower tier."""


def set_vertical(
    page: Page,
    most: int | None = None,
    show: Callable[[Character], str] | None = None,
    blank: str = BLANK,
) -> list[str]:
    """Sets a page's columns side by side, the first on the right; ruby is left out.

    Args:
        page: what was read.
        most: columns side by side at most; what is further goes below, after an empty row. None for all.
        show: what stands for a character, as wide as ``blank``; None for the character in a full-width cell.
        blank: an empty cell.

    Returns:
        Rows from top to bottom, without blanks at their ends; none for a page without text.

    >>> from kuzushiji.pages import Box, Character, Column, Page
    >>> from kuzushiji.reading.candidate import Candidate
    >>> def column(text, x):
    ...     boxes = [Box(x, 10 + 20 * i, 18, 18) for i in range(len(text))]
    ...     return Column(tuple(Character(b, (Candidate.of(c, 0.9),)) for b, c in zip(boxes, text)))
    >>> page = Page("p.jpg", width=100, height=100, columns=(column("いろは", 70), column("にほ", 40)))
    >>> set_vertical(page)
    ['にい', 'ほろ', '\u3000は']
    """
    show = show or _full_width
    lines = [[c for c in column.characters if not c.ruby] for column in page.columns if not column.ruby]
    lines = [line for line in lines if line]
    if not lines:
        return []
    top = min(line[0].box.y for line in lines)
    pitch = _pitch([column for column in page.columns if not column.ruby])
    indents = [round((line[0].box.y - top) / pitch) for line in lines]
    columns = [
        [blank] * (indent if indent < _INDENT else 0) + [show(c) for c in line]
        for line, indent in zip(lines, indents, strict=True)
    ]
    rows: list[str] = []
    step = max(most or len(columns), 1)
    for start in range(0, len(columns), step):
        band = columns[start : start + step][::-1]
        rows += [""] if rows else []
        for i in range(max(map(len, band))):
            rows.append("".join(column[i] if i < len(column) else blank for column in band).rstrip())
    return rows


def _pitch(columns: list[Column]) -> float:
    """Pixels from one character to the next."""
    steps = [
        b.box.y - a.box.y
        for column in columns
        for a, b in zip(column.characters, column.characters[1:], strict=False)
    ]
    heights = [c.box.height for column in columns for c in column.characters]
    return max(median(steps or heights), 1.0)


def _full_width(c: Character) -> str:
    wide = unicodedata.east_asian_width(c.char[0]) in "WF"
    return c.char if wide else c.char + " "
