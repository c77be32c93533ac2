"""ALTO 4.2: blocks, lines, strings and glyphs with their boxes, as libraries keep them.

A column is a ``TextLine``; tags say what it is. A glyph's further candidates are its ``Variant`` elements.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from kuzushiji._version import __version__
from kuzushiji.pages.formats import lines, markup
from kuzushiji.pages.result import Box, Character, Column, ColumnKind, Page

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from kuzushiji.pages.formats.sheet import Sheet

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-2.xsd"
_VARIANT = 3
"""Code points that the schema lets a variant have."""


def write(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Writes a page."""
    for sheet in sheets:
        yield markup.document(_root(sheet.page))


def _root(page: Page) -> Element:
    root = markup.add(
        None,
        "alto",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": f"{NAMESPACE} {_SCHEMA}",
            "SCHEMAVERSION": "4.2",
        },
    )
    _description(root, page)
    columns = lines.columns(page)
    kinds = {column.kind for column in columns} | {_block(column) for column in columns}
    if kinds:
        tags = markup.add(root, "Tags")
        for kind in sorted(kinds):
            markup.add(tags, "LayoutTag", {"ID": kind.value, "TYPE": "column", "LABEL": kind.value})
    whole = Box(0, 0, page.width, page.height)
    here = markup.add(
        markup.add(root, "Layout"),
        "Page",
        {
            "ID": f"p{page.page}",
            "PHYSICAL_IMG_NR": page.page,
            "HEIGHT": page.height,
            "WIDTH": page.width,
            "PC": markup.mean(page.characters) if page.characters else None,
        },
    )
    space = markup.add(here, "PrintSpace", _place(whole, page))
    blocks = groupby(enumerate(columns, 1), key=lambda each: _block(each[1]))
    for number, (kind, members) in enumerate(blocks, 1):
        _add_block(space, number, kind, list(members), page)
    return root


def _description(root: Element, page: Page) -> None:
    about = markup.add(root, "Description")
    markup.add(about, "MeasurementUnit", text="pixel")
    markup.add(markup.add(about, "sourceImageInformation"), "fileName", text=page.file)
    processing = markup.add(about, "Processing", {"ID": "reading"})
    markup.add(processing, "processingCategory", text="contentGeneration")
    if page.turned:
        markup.add(processing, "processingStepDescription", text=f"turned by {page.turned} degrees clockwise")
    software = markup.add(processing, "processingSoftware")
    markup.add(software, "softwareName", text="kuzushiji")
    markup.add(software, "softwareVersion", text=__version__)


def _add_block(
    parent: Element, number: int, kind: ColumnKind, columns: list[tuple[int, Column]], page: Page
) -> None:
    around = Box.around(column.box for _, column in columns)
    block = markup.add(
        parent, "TextBlock", {"ID": f"b{number}", "TAGREFS": kind.value, "LANG": "ja", **_place(around, page)}
    )
    for name, column in columns:
        line = markup.add(
            block,
            "TextLine",
            {"ID": f"c{name}", "TAGREFS": column.kind.value, **_place(column.box, page)},
        )
        string = markup.add(
            line,
            "String",
            {
                "ID": f"c{name}s",
                "CONTENT": column.text,
                "WC": markup.mean(column.characters),
                **_place(column.box, page),
            },
        )
        for j, c in enumerate(column.characters, 1):
            _glyph(string, f"c{name}g{j}", c, page)


def _glyph(parent: Element, name: str, c: Character, page: Page) -> None:
    """The glyph of a character; the schema wants one code point, so one of several becomes several."""
    points = unicodedata.normalize("NFC", c.char)
    for k, point in enumerate(points):
        glyph = markup.add(
            parent,
            "Glyph",
            {
                "ID": name if not k else f"{name}.{k}",
                "CONTENT": point,
                "GC": markup.share(c.probability),
                **_place(c.box, page),
            },
        )
        for other in c.candidates[1:] if len(points) == 1 else ():
            if len(other.char) <= _VARIANT:
                markup.add(glyph, "Variant", {"CONTENT": other.char, "VC": markup.share(other.probability)})


def _block(column: Column) -> ColumnKind:
    """The kind of the block that a column is in: ruby and warichu are lines of the text's block."""
    return column.kind if column.kind in (ColumnKind.HEADING, ColumnKind.CAPTION) else ColumnKind.MAIN


def _place(box: Box, page: Page) -> dict[str, int]:
    on = markup.inside(box, page)
    return {"HPOS": on.x, "VPOS": on.y, "WIDTH": on.width, "HEIGHT": on.height}
