"""Boxes that a person put on a page, to be read again: a layout without readings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages.result import ColumnKind

SMALLEST = 1.0
"""The least width and height of a box, in pixels."""
LARGEST = 1_000_000.0
"""The largest coordinate, in pixels."""


@dataclass(frozen=True, slots=True)
class GivenBox:
    """Where one character is, and which one it is when a person has decided that.

    Attributes:
        x: left edge in pixels of the upright image, before turning.
        y: top edge.
        width: in pixels, at least 1.
        height: in pixels, at least 1.
        angle: degrees clockwise by which the box is turned about its centre.
        char: the character, when it is known; it is context for its neighbours and is not read again.
        ruby: a reading beside the column.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0
    char: str | None = None
    ruby: bool = False

    @classmethod
    def from_json(cls, tree: Any) -> GivenBox:
        """Reads ``{"box": [x, y, width, height], "angle": 0, "char": "か", "ruby": false}``.

        Raises:
            KuzushijiError: something else, or a box that cannot be.

        >>> GivenBox.from_json({"box": [1, 2, 30, 40]}).height
        40.0
        """
        if not isinstance(tree, Mapping):
            raise KuzushijiError("layout: a character must be an object with a box")
        box, angle, char = tree.get("box"), tree.get("angle", 0), tree.get("char")
        if not isinstance(box, list) or len(box) != 4 or not all(map(_is_number, [*box, angle])):
            raise KuzushijiError("layout: a box must be [x, y, width, height] in plain numbers")
        x, y, width, height = map(float, box)
        if min(width, height) < SMALLEST or max(abs(x), abs(y), width, height, abs(angle)) > LARGEST:
            raise KuzushijiError(f"layout: the box {box} is too small or too far away")
        if char is not None and (not isinstance(char, str) or not 1 <= len(char) <= 4):
            raise KuzushijiError("layout: char must be one character")
        return cls(x, y, width, height, float(angle), char, tree.get("ruby") is True)


@dataclass(frozen=True, slots=True)
class GivenColumn:
    """The boxes of one column, in reading order (at least one).

    Attributes:
        boxes: from top to bottom.
        kind: what the column is.
    """

    boxes: tuple[GivenBox, ...]
    kind: ColumnKind = ColumnKind.MAIN

    @classmethod
    def from_json(cls, tree: Any) -> GivenColumn:
        """Reads ``{"kind": "main", "characters": […]}``, the characters as for `GivenBox.from_json`.

        Raises:
            KuzushijiError: something else.
        """
        boxes = tree.get("characters") if isinstance(tree, Mapping) else None
        if not isinstance(boxes, list) or not boxes:
            raise KuzushijiError("layout: a column must have a list of characters, at least one")
        kind = tree.get("kind", "main")
        if kind not in set(ColumnKind):
            raise KuzushijiError(f"layout: kind must be one of {', '.join(ColumnKind)}")
        return cls(tuple(map(GivenBox.from_json, boxes)), ColumnKind(kind))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
