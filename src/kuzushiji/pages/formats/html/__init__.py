"""HTML: each page's picture beside its text in vertical columns, in one file that needs nothing else.

Characters that are not sure are underlined with dots. Pointing at a character, or moving to it with Tab,
shows its box on the picture and its candidates, and the other way round.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from kuzushiji._version import __version__
from kuzushiji.pages.formats import markup
from kuzushiji.pages.formats.lines import Line, Piece, lines
from kuzushiji.pages.formats.sheet import jpeg
from kuzushiji.pages.result import Character, ColumnKind, Page

if TYPE_CHECKING:
    from kuzushiji.pages.formats.sheet import Sheet

LONGEST = 2400
"""Pixels of the longer side of a picture: enough to read by, a megabyte or less."""
_QUALITY = 82
_CANDIDATES = 5
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def write(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Writes pages as one document."""
    started = False
    for number, sheet in enumerate(sheets, 1):
        if not started:
            yield _head(sheet.title).encode()
            started = True
        yield from _page(sheet, number)
    if started:
        yield f"<script>{_asset('page.js')}</script>\n</body>\n</html>\n".encode()


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _head(title: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="kuzushiji {__version__}">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{_safe(title)}</title>
<style>{_asset("page.css")}</style>
</head>
<body>
<p class="legend"><span class="unsure">字</span> 要確認 <span lang="en">not sure</span></p>
<output id="about" aria-live="polite"></output>
"""


def _page(sheet: Sheet, number: int) -> Iterator[bytes]:
    page = sheet.page
    picture = jpeg(sheet, LONGEST, _QUALITY)
    names = {id(c): f"p{number}-{i}" for i, c in enumerate(page.characters, 1)}
    title = _safe(sheet.title)
    yield (
        f'<section class="page" aria-label="{title}">\n<h1>{title}</h1>\n<div class="sides">\n'
        f'<div class="picture"><img alt="{title}" width="{picture.width}" height="{picture.height}" '
        'src="data:image/jpeg;base64,'
    ).encode()
    yield base64.b64encode(picture.data)
    boxes = "".join(_box(c, names[id(c)], page) for c in page.characters)
    text = "".join(_line(line, names) for line in lines(page))
    yield (
        f'">{boxes}</div>\n<div class="text" lang="ja" tabindex="0" role="group" aria-label="{title}">'
        f"{text}</div>\n</div>\n</section>\n"
    ).encode()


def _box(c: Character, name: str, page: Page) -> str:
    """An element over the picture; places in percent, so that it follows the picture's size."""
    on = markup.inside(c.box, page)
    wide, high = 100 / max(page.width, 1), 100 / max(page.height, 1)
    place = (
        f"left:{on.x * wide:.3f}%;top:{on.y * high:.3f}%;"
        f"width:{on.width * wide:.3f}%;height:{on.height * high:.3f}%"
    )
    return f'<i data-c="{name}"{"" if c.sure else " class=unsure"} style="{place}"></i>'


def _line(line: Line, names: dict[int, str]) -> str:
    words = "".join(
        _warichu(pieces, names) if kind is ColumnKind.WARICHU else _pieces(pieces, names)
        for kind, pieces in line.parts()
    )
    return f'<p class="{line.kind.value}">{words}</p>\n'


def _warichu(pieces: Sequence[Piece], names: dict[int, str]) -> str:
    return f'<span class="note">{"<br>".join(_pieces([piece], names) for piece in pieces)}</span>'


def _pieces(pieces: Sequence[Piece], names: dict[int, str]) -> str:
    return "".join(
        f"<ruby>{_characters(run.base, names)}<rt>{_characters(run.ruby, names)}</rt></ruby>"
        if run.ruby
        else _characters(run.base, names)
        for piece in pieces
        for run in piece.runs
    )


def _characters(characters: Sequence[Character], names: dict[int, str]) -> str:
    return "".join(
        f'<span data-c="{names[id(c)]}" title="{_candidates(c)}"'
        f"{'' if c.sure else ' class=unsure tabindex=0'}>{_safe(c.char)}</span>"
        for c in characters
    )


def _candidates(c: Character) -> str:
    """``"か 93 %  り 4 %"``."""
    return _safe(
        "  ".join(f"{each.char} {100 * each.probability:.0f} %" for each in c.candidates[:_CANDIDATES])
    )


def _safe(text: str) -> str:
    return escape(markup.clean(text))
