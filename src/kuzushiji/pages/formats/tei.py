"""TEI P5: a facsimile with a zone for every character, and the text that refers to it.

Lines begin with ``lb``, pages with ``pb``. Ruby is ``ruby`` with ``rb`` and ``rt``; warichu is a ``note`` of
that type; characters that are not sure are inside ``unclear``. Each character is a ``c`` with its probability
as ``cert`` and its zone as ``facs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from kuzushiji._version import __version__
from kuzushiji.pages.formats import markup
from kuzushiji.pages.formats.lines import Piece, lines
from kuzushiji.pages.result import Box, Character, ColumnKind, Page

if TYPE_CHECKING:
    from kuzushiji.pages.formats.sheet import Sheet

NAMESPACE = "http://www.tei-c.org/ns/1.0"


def write(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Writes pages as one document: header, facsimile, text."""
    bodies: list[bytes] = []  # the facsimile of all pages comes before the text of the first
    for number, sheet in enumerate(sheets, 1):
        if number == 1:
            yield _opening(sheet.page)
        yield _indented(_surface(sheet.page, number)) + b"\n"
        bodies.append(_plain(_division(sheet.page, number)) + b"\n")
    if not bodies:
        return
    yield b'</facsimile>\n<text xml:lang="ja"><body>\n'
    yield from bodies
    yield b"</body></text>\n</TEI>\n"


def _opening(page: Page) -> bytes:
    title = escape(markup.clean(page.file.replace("\\", "/").rsplit("/", 1)[-1]))
    return (
        markup.HEAD
        + f"""<TEI xmlns="{NAMESPACE}">
<teiHeader xml:lang="en">
<fileDesc>
<titleStmt><title>{title}</title></titleStmt>
<publicationStmt><p>Read by a machine; not published, not checked by a person.</p></publicationStmt>
<sourceDesc><p>Photographs of pages, see the facsimile.</p></sourceDesc>
</fileDesc>
<encodingDesc>
<appInfo>
<application ident="kuzushiji" version="{_version()}"><label>kuzushiji</label></application>
</appInfo>
<editorialDecl><interpretation><p>The attribute cert of c is the calibrated probability of the character.
Characters inside of unclear are not sure.</p></interpretation></editorialDecl>
</encodingDesc>
</teiHeader>
<facsimile>
""".encode()
    )


def _version() -> str:
    """The version in the form that TEI asks for: numbers with points between them."""
    kept = [part for part in __version__.split(".") if part.isdigit()]
    return ".".join(kept) or "0"


def _surface(page: Page, number: int) -> ET.Element:
    size = {"ulx": 0, "uly": 0, "lrx": page.width, "lry": page.height}
    surface = markup.add(None, "surface", {"xml:id": f"p{number}", "n": page.page, **size})
    about = {"url": _address(page.file), "width": f"{page.width}px", "height": f"{page.height}px"}
    markup.add(surface, "graphic", about)
    for i, column in enumerate(page.columns, 1):
        name = f"p{number}c{i}"
        zone = markup.add(
            surface, "zone", {"xml:id": name, "type": column.kind.value, **_place(column.box, page)}
        )
        for j, c in enumerate(column.characters, 1):
            markup.add(zone, "zone", {"xml:id": f"{name}g{j}", "type": "character", **_place(c.box, page)})
    return surface


def _address(file: str) -> str:
    from urllib.parse import quote

    return quote(file.replace("\\", "/"), safe="/:?&=#%~+,;@!$'()*", errors="replace")


def _division(page: Page, number: int) -> ET.Element:
    division = markup.add(None, "div", {"type": "page"})
    block = markup.add(division, "ab")
    markup.add(block, "pb", {"n": page.page, "facs": f"#p{number}"}).tail = "\n"
    names = {
        id(c): f"#p{number}c{i}g{j}"
        for i, column in enumerate(page.columns, 1)
        for j, c in enumerate(column.characters, 1)
    }
    for line in lines(page):
        first = line.pieces[0].number + 1
        markup.add(block, "lb", {"facs": f"#p{number}c{first}"})
        home = block
        if line.kind in (ColumnKind.HEADING, ColumnKind.CAPTION):
            home = markup.add(block, "seg", {"type": line.kind.value})
        for kind, pieces in line.parts():
            if kind is ColumnKind.WARICHU:
                _warichu(home, pieces, number, names)
            else:
                _runs(home, pieces, names)
        _end(block)
    return division


def _warichu(home: ET.Element, pieces: Sequence[Piece], number: int, names: dict[int, str]) -> None:
    note = markup.add(home, "note", {"type": "warichu", "place": "inline"})
    for i, piece in enumerate(pieces):
        if i:
            markup.add(note, "lb", {"type": "warichu", "facs": f"#p{number}c{piece.number + 1}"})
        _runs(note, [piece], names)


def _runs(home: ET.Element, pieces: Sequence[Piece], names: dict[int, str]) -> None:
    for run in (run for piece in pieces for run in piece.runs):
        if not run.ruby:
            _characters(home, run.base, names)
        elif not run.base:
            _characters(markup.add(home, "seg", {"type": "ruby"}), run.ruby, names)
        else:
            ruby = markup.add(home, "ruby")
            _characters(markup.add(ruby, "rb"), run.base, names)
            _characters(markup.add(ruby, "rt", {"place": "right"}), run.ruby, names)


def _characters(home: ET.Element, characters: Iterable[Character], names: dict[int, str]) -> None:
    for sure, members in groupby(characters, key=lambda c: c.sure):
        parent = home if sure else markup.add(home, "unclear")
        for c in members:
            about = {"facs": names[id(c)], "cert": markup.share(c.probability)}
            markup.add(parent, "c", about, text=c.char)


def _end(block: ET.Element) -> None:
    """A line break after what was written last; it is no part of the text, which ``lb`` divides."""
    block[-1].tail = "\n"


def _place(box: Box, page: Page) -> dict[str, int]:
    on = markup.inside(box, page)
    return {"ulx": on.x, "uly": on.y, "lrx": on.right, "lry": on.bottom}


def _indented(element: ET.Element) -> bytes:
    ET.indent(element)
    return _plain(element)


def _plain(element: ET.Element) -> bytes:
    return ET.tostring(element, encoding="utf-8", xml_declaration=False)
