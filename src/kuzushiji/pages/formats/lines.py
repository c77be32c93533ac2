"""Columns as a reader sees them: with ruby on its characters, and warichu inside its line.

A page lists ruby as columns of its own. A line that changes into warichu (割注, two half columns) and back is
several columns there. Most formats want them together: ruby as an annotation of its base characters, and the
half columns as a part of the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kuzushiji.pages.result import Box, Character, Column, ColumnKind, Page

_GAP = 0.75
"""Ruby characters further apart than this many of their heights belong to different words."""
_COVERED = 0.5
"""A base character belongs to the ruby that covers at least this share of its height."""
_ALIGNED = 0.5
"""Columns are one line where they overlap by this share of the narrower one's width."""


@dataclass(slots=True)
class Run:
    """Neighbouring characters of a column, with the ruby beside them (often none)."""

    base: list[Character]
    ruby: list[Character]

    @property
    def text(self) -> str:
        """The base characters in a row."""
        return "".join(character.char for character in self.base)

    @property
    def reading(self) -> str:
        """The ruby in a row."""
        return "".join(character.char for character in self.ruby)


@dataclass(frozen=True, slots=True)
class Piece:
    """A column without its ruby.

    Attributes:
        column: as the page has it.
        number: its place among the page's columns, from 0.
        runs: its characters in reading order; ruby beside no character is a piece of its own, without base.
    """

    column: Column
    number: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What stands on one vertical line: one piece, or several where it changes into warichu."""

    pieces: tuple[Piece, ...]

    @property
    def kind(self) -> ColumnKind:
        """What the line is, its warichu left aside."""
        kinds = [piece.column.kind for piece in self.pieces]
        return next((kind for kind in kinds if kind is not ColumnKind.WARICHU), kinds[0])

    def parts(self) -> Iterator[tuple[ColumnKind, tuple[Piece, ...]]]:
        """The line's pieces, neighbouring half columns of warichu together."""
        group: list[Piece] = []
        for piece in self.pieces:
            if group and (
                piece.column.kind is not ColumnKind.WARICHU or group[0].column.kind is not piece.column.kind
            ):
                yield group[0].column.kind, tuple(group)
                group = []
            group.append(piece)
        yield group[0].column.kind, tuple(group)


def columns(page: Page) -> tuple[Column, ...]:
    """The columns of a page, with ruby that is listed inside of a column as a column of its own behind it."""
    return tuple(part for column in page.columns for part in _apart(column))


def lines(page: Page) -> tuple[Line, ...]:
    """The lines of a page in reading order, with ruby on its characters."""
    words = list(_words(page))
    homes = [_home(word, page) for word in words]
    result: list[list[Piece]] = []
    for number, column in enumerate(page.columns):
        mine = [word for word, home in zip(words, homes, strict=True) if home == number]
        stray = [
            word
            for word, home in zip(words, homes, strict=True)
            if home is None and word[0] in column.characters
        ]
        base = [] if column.ruby else [c for c in column.characters if not c.ruby]
        if base:
            piece = Piece(column, number, _runs(base, mine))
            if result and _goes_on(result[-1][-1].column, column):
                result[-1].append(piece)
            else:
                result.append([piece])
        if stray:
            apart = Column(tuple(c for word in stray for c in word), ColumnKind.RUBY)
            result.append([Piece(apart, number, tuple(Run([], list(word)) for word in stray))])
    return tuple(Line(tuple(pieces)) for pieces in result)


def _apart(column: Column) -> Iterator[Column]:
    base = tuple(c for c in column.characters if not c.ruby)
    if column.ruby or len(base) == len(column.characters):
        yield column
        return
    if base:
        yield Column(base, column.kind)
    yield Column(tuple(c for c in column.characters if c.ruby), ColumnKind.RUBY)


def _words(page: Page) -> Iterator[tuple[Character, ...]]:
    """The page's ruby, cut where there is a gap."""
    for column in page.columns:
        word: list[Character] = []
        for c in column.characters:
            ruby = c.ruby or column.ruby
            if word and (not ruby or c.box.y - word[-1].box.bottom > _GAP * word[-1].box.height):
                yield tuple(word)
                word = []
            if ruby:
                word.append(c)
        if word:
            yield tuple(word)


def _home(word: Sequence[Character], page: Page) -> int | None:
    """The number of the column that ruby belongs to: the nearest beside it, rather to its left."""
    box = Box.around(c.box for c in word)
    best, chosen = float("inf"), None
    for number, column in enumerate(page.columns):
        base = [c.box for c in column.characters if not c.ruby and _overlap(c.box, box) > 0]
        if column.ruby or not base:
            continue
        around = Box.around(base)
        offset = (box.x + box.width / 2) - (around.x + around.width / 2)
        distance = abs(offset) * (1 if offset >= 0 else 1.5)  # ruby to the left of its column is rare
        if distance < best and abs(offset) <= 1.5 * (around.width + box.width) / 2 + box.width:
            best, chosen = distance, number
    return chosen


def _runs(base: Sequence[Character], words: Iterable[Sequence[Character]]) -> tuple[Run, ...]:
    """The characters of a column, those under ruby together."""
    owner: dict[int, list[Character]] = {}  # place of a base character -> the ruby over it
    for word in sorted(words, key=lambda word: word[0].box.y):
        box = Box.around(c.box for c in word)
        covered = [i for i, c in enumerate(base) if _overlap(c.box, box) >= _COVERED * max(c.box.height, 1)]
        if not covered:
            covered = [max(range(len(base)), key=lambda i: _overlap(base[i].box, box))]
        taken = next((owner[i] for i in covered if i in owner), None)
        ruby = taken if taken is not None else []
        ruby.extend(word)
        for i in range(covered[0], covered[-1] + 1):
            owner.setdefault(i, ruby)
    runs: list[Run] = []
    last: list[Character] | None = None
    for i, c in enumerate(base):
        ruby_here = owner.get(i)
        if runs and ruby_here is last:
            runs[-1].base.append(c)
        else:
            runs.append(Run([c], ruby_here or []))
        last = ruby_here
    return tuple(runs)


def _goes_on(before: Column, after: Column) -> bool:
    """Whether two columns in reading order are on one line: one is warichu, and they meet."""
    if ColumnKind.WARICHU not in (before.kind, after.kind) or before.ruby or after.ruby:
        return False
    a, b = before.box, after.box
    if before.kind is after.kind:  # the second half column is to the left of the first
        return _overlap(a, b) > 0 and a.x - b.right < max(a.width, b.width) and b.x <= a.x
    shared = min(a.right, b.right) - max(a.x, b.x)
    return shared >= _ALIGNED * min(a.width, b.width) and b.y >= a.y


def _overlap(a: Box, b: Box) -> int:
    """The height that two boxes share, in pixels; at most 0 where they share none."""
    return min(a.bottom, b.bottom) - max(a.y, b.y)
