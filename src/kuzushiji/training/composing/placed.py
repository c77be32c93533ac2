"""What is known of a character on a composed page."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a character on a page is."""

    MAIN = "main"
    HEADING = "heading"
    WARICHU = "warichu"
    RUBY = "ruby"


class Placed(NamedTuple):
    """One character on a composed page.

    Attributes:
        char: the character as a reader would write it (が, not か).
        shape: the class of the glyph that was drawn (か).
        left: of the bounding box, in pixels.
        top: of the bounding box, in pixels.
        right: of the bounding box, in pixels.
        bottom: of the bounding box, in pixels.
        kind: main text, heading, warichu or ruby.
        column: number of its column; columns are numbered in reading order.
    """

    char: str
    shape: str
    left: float
    top: float
    right: float
    bottom: float
    kind: Kind
    column: int
