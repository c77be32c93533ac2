"""PAGE XML (2019-07-15): regions, lines and glyphs with their boxes, for Transkribus, eScriptorium and OCR-D.

A column is a ``TextLine`` that reads from top to bottom; what it is stands in its ``custom`` attribute
(``structure {type:ruby;}``), as Transkribus writes it. A glyph's candidates are its ``TextEquiv`` elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from kuzushiji._version import __version__
from kuzushiji.pages.formats import lines, markup
from kuzushiji.pages.result import Box, Column, ColumnKind, Page

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from kuzushiji.pages.formats.sheet import Sheet

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
_REGIONS = {ColumnKind.HEADING: "heading", ColumnKind.CAPTION: "caption"}  # all others are paragraphs


def write(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Writes a page."""
    for sheet in sheets:
        yield markup.document(_root(sheet.page, sheet.title))


def _root(page: Page, name: str) -> Element:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    root = markup.add(None, "PcGts", {"xmlns": NAMESPACE})
    about = markup.add(root, "Metadata")
    markup.add(about, "Creator", text=f"kuzushiji {__version__}")
    markup.add(about, "Created", text=now)
    markup.add(about, "LastChange", text=now)
    custom = f"source {{page:{page.page}; turned:{page.turned};}}"
    here = markup.add(
        root,
        "Page",
        {
            "imageFilename": name if page.page == 1 else page.file.replace("\\", "/").rsplit("/", 1)[-1],
            "imageWidth": page.width,
            "imageHeight": page.height,
            "custom": custom if page.page > 1 or page.turned else None,
            "primaryLanguage": "Japanese",
            "primaryScript": "Jpan - Japanese",
            "readingDirection": "top-to-bottom",
            "textLineOrder": "right-to-left",
        },
    )
    numbered = list(enumerate(lines.columns(page), 1))
    regions = [
        (kind, list(columns))
        for kind, columns in groupby(numbered, key=lambda each: _REGIONS.get(each[1].kind, "paragraph"))
    ]
    if regions:
        order = markup.add(markup.add(here, "ReadingOrder"), "OrderedGroup", {"id": "order"})
        for i in range(len(regions)):
            markup.add(order, "RegionRefIndexed", {"index": i, "regionRef": f"r{i + 1}"})
    for i, (kind, columns) in enumerate(regions, 1):
        _region(here, i, kind, columns, page)
    return root


def _region(parent: Element, number: int, kind: str, columns: list[tuple[int, Column]], page: Page) -> None:
    region = markup.add(
        parent,
        "TextRegion",
        {
            "id": f"r{number}",
            "type": kind,
            "readingDirection": "top-to-bottom",
            "textLineOrder": "right-to-left",
            "custom": f"readingOrder {{index:{number - 1};}}",
        },
    )
    _coords(region, Box.around(column.box for _, column in columns), page)
    for place, (name, column) in enumerate(columns):
        _line(region, f"c{name}", place, column, page)
    text = "\n".join(column.text for _, column in columns if not column.ruby)
    _text(region, text, markup.mean(c for _, column in columns for c in column.characters))


def _line(region: Element, name: str, place: int, column: Column, page: Page) -> None:
    line = markup.add(
        region,
        "TextLine",
        {
            "id": name,
            "readingDirection": "top-to-bottom",
            "index": place,
            "custom": f"readingOrder {{index:{place};}} structure {{type:{column.kind.value};}}",
        },
    )
    _coords(line, column.box, page)
    box = markup.inside(column.box, page)
    middle = box.x + box.width // 2
    markup.add(line, "Baseline", {"points": f"{middle},{box.y} {middle},{box.bottom}"})
    word = markup.add(line, "Word", {"id": f"{name}w", "readingDirection": "top-to-bottom"})
    _coords(word, column.box, page)
    for j, c in enumerate(column.characters, 1):
        marks = f"reading {{sure:{str(c.sure).lower()};}}"
        glyph = markup.add(word, "Glyph", {"id": f"{name}g{j}", "custom": marks})
        _coords(glyph, c.box, page)
        for k, candidate in enumerate(c.candidates):
            _text(glyph, candidate.char, markup.share(candidate.probability), index=k)
    confidence = markup.mean(column.characters)
    _text(word, column.text, confidence)
    _text(line, column.text, confidence)


def _coords(parent: Element, box: Box, page: Page) -> None:
    markup.add(parent, "Coords", {"points": markup.corners(markup.inside(box, page))})


def _text(parent: Element, text: str, confidence: str, index: int | None = None) -> None:
    equivalent = markup.add(parent, "TextEquiv", {"index": index, "conf": confidence})
    markup.add(equivalent, "Unicode", text=text)
