"""What the XML formats share: elements whose text is always fit for XML, and numbers as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from kuzushiji.pages.result import Box, Character, Page

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """A text with U+FFFD in place of what XML cannot hold: controls, halves of surrogate pairs.

    >>> clean("a\\x00b")
    'a\ufffdb'
    """
    return _UNFIT.sub("\ufffd", text)


def add(
    parent: ET.Element | None,
    tag: str,
    attributes: Mapping[str, object] | None = None,
    text: str | None = None,
) -> ET.Element:
    """A new element, at the end of another or on its own; attributes that are None are left out."""
    kept = {name: clean(str(value)) for name, value in (attributes or {}).items() if value is not None}
    element = ET.Element(tag, kept) if parent is None else ET.SubElement(parent, tag, kept)
    if text is not None:
        element.text = clean(text)
    return element


def document(root: ET.Element) -> bytes:
    """A whole document, indented: for elements that hold either text or elements."""
    ET.indent(root)
    return HEAD + ET.tostring(root, encoding="utf-8") + b"\n"


def share(probability: float) -> str:
    """A probability as it is written: four decimals, never above 1.

    >>> share(0.93), share(1.0000001)
    ('0.9300', '1.0000')
    """
    return f"{min(max(probability, 0.0), 1.0):.4f}"


def mean(characters: Iterable[Character]) -> str:
    """The mean probability of characters (at least one)."""
    values = [character.probability for character in characters]
    return share(sum(values) / len(values))


def corners(box: Box) -> str:
    """The four corners of a box, clockwise from the top left: ``"x,y x,y x,y x,y"``.

    >>> from kuzushiji.pages import Box
    >>> corners(Box(1, 2, 3, 4))
    '1,2 4,2 4,6 1,6'
    """
    x, y, right, bottom = box.x, box.y, box.right, box.bottom
    return f"{x},{y} {right},{y} {right},{bottom} {x},{bottom}"


def inside(box: Box, page: Page) -> Box:
    """The part of a box that is on the page; schemas take no negative corners."""
    left, top = min(max(box.x, 0), page.width), min(max(box.y, 0), page.height)
    right, bottom = min(max(box.right, 0), page.width), min(max(box.bottom, 0), page.height)
    return type(box)(left, top, max(right - left, 0), max(bottom - top, 0))
