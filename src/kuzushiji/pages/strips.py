"""From detected characters to the strips that the column network reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from kuzushiji.images.page import CHARACTER, CentreLine, Strip, character_size, page_ink, straighten
from kuzushiji.pages.detect import Detections
from kuzushiji.pages.ordering import ordered
from kuzushiji.pages.result import ColumnKind

LEAST_SCORE = 0.4
"""A column needs one detection of at least this score."""
MARGIN = 0.8
"""How far a strip goes beyond its first and last character, in characters."""
ZOOM = 0.85
"""How much smaller characters are taken to be than they were detected: annotators' boxes exceed the ink."""
_SIZES = (0.6, 1.7)  # how much a column's characters may differ from the page's, as a share
_LARGEST_INK = 3000  # longer side of the ink that strips are cut from, pixels
_RUBY_BESIDE = 1.6  # how far ruby may be from the column that it belongs to, in the column's characters


@dataclass(frozen=True)
class Line:
    """One column to read.

    Attributes:
        corners: float (n, 4): its detected characters, pixels of the page.
        size: side of a usual character, pixels of the page.
        kind: main text, warichu or ruby.
    """

    corners: np.ndarray
    size: float
    kind: ColumnKind

    @property
    def top(self) -> float:
        """Of the first character, pixels."""
        return float(self.corners[:, 1].min())

    @property
    def bottom(self) -> float:
        """Of the last character, pixels."""
        return float(self.corners[:, 3].max())

    @property
    def x(self) -> float:
        """The middle, pixels."""
        return float(np.median(self.corners[:, [0, 2]].mean(axis=1)))


def lines_of(found: Detections, width: int, height: int) -> list[Line]:
    """Columns in reading order, each followed by its ruby.

    Args:
        found: the characters of a page.
        width: of the page, pixels.
        height: of the page, pixels.
    """
    main = found.where(~found.ruby)
    if not len(main):
        return []
    usual = character_size(
        main.corners[main.scores > LEAST_SCORE] if (main.scores > LEAST_SCORE).any() else main.corners
    )
    lines = []
    for members, half in ordered(main.corners, width, height):
        if main.scores[members].max() < LEAST_SCORE:
            continue
        corners = main.corners[members]
        size = character_size(corners) if half or len(members) >= 5 else usual
        if not half:
            size = min(max(size, _SIZES[0] * usual), _SIZES[1] * usual)
        lines.append(Line(corners, size, ColumnKind.WARICHU if half else ColumnKind.MAIN))
    return _with_ruby(lines, found.where(found.ruby), width, height)


def _with_ruby(lines: list[Line], ruby: Detections, width: int, height: int) -> list[Line]:
    """Puts each ruby column behind the column on its left; what is beside none is left out."""
    beside: list[list[Line]] = [[] for _ in lines]
    if len(ruby):
        for members, _ in ordered(ruby.corners, width, height):
            corners = ruby.corners[members]
            if ruby.scores[members].max() < LEAST_SCORE:
                continue
            line = Line(corners, character_size(corners), ColumnKind.RUBY)
            owner = _owner(line, lines)
            if owner is not None:
                beside[owner].append(line)
    return [each for line, own in zip(lines, beside, strict=True) for each in (line, *sorted(own, key=_top))]


def _top(line: Line) -> float:
    return line.top


def _owner(ruby: Line, lines: list[Line]) -> int | None:
    best, nearest = None, np.inf
    for k, line in enumerate(lines):
        if min(line.bottom, ruby.bottom) - max(line.top, ruby.top) <= 0:
            continue
        away = ruby.x - float(CentreLine(line.corners)(np.array([(ruby.top + ruby.bottom) / 2]))[0])
        cost = away if away > 0 else -1.5 * away  # ruby is nearly always on the right
        if cost < _RUBY_BESIDE * line.size and cost < nearest:
            best, nearest = k, cost
    return best


class Straightener:
    """Cuts strips out of one page.

    Args:
        grey: uint8 (h, w), dark ink on light paper.
        lines: what will be cut; their sizes decide the resolution.
    """

    def __init__(self, grey: np.ndarray, lines: list[Line]) -> None:
        self._lines = lines
        smallest = min((line.size for line in lines), default=float(CHARACTER))
        height, width = grey.shape
        self.scale = min(1.0, _LARGEST_INK / max(height, width), 1.1 * CHARACTER / smallest)
        size = (max(1, round(width * self.scale)), max(1, round(height * self.scale)))
        way = Image.Resampling.BOX if self.scale < 0.4 else Image.Resampling.HAMMING
        self.ink = page_ink(np.asarray(Image.fromarray(grey).resize(size, way)))

    def __call__(self, line: Line, zoom: float = ZOOM) -> Strip:
        """The strip of a line; its ``scale``, ``top`` and ``left`` are those of the page.

        Args:
            line: one of the lines.
            zoom: see `ZOOM`.
        """
        size = line.size * zoom
        top, bottom = line.top - MARGIN * size, line.bottom + MARGIN * size
        for other in self._lines:
            if other is line or other.kind is ColumnKind.RUBY or abs(other.x - line.x) > 0.6 * line.size:
                continue
            if other.bottom <= line.top + 0.5 * size:
                top = max(top, (other.bottom + line.top) / 2)
            if other.top >= line.bottom - 0.5 * size:
                bottom = min(bottom, (other.top + line.bottom) / 2)
        k = self.scale
        strip = straighten(self.ink, CentreLine(line.corners * k), top * k, bottom * k, size * k)
        return Strip(strip.ink, strip.top / k, strip.scale * k, strip.left / k)
