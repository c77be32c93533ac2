"""hOCR 1.2: HTML with the boxes in ``title`` attributes, for tools that follow OCR engines.

A line is an ``ocr_line`` with an ``ocrx_word`` for each column of it; what the column is stands in the word's
``x_column``. Each character is an ``ocrx_cinfo`` with its box and, in
percent, ``x_conf``. Ruby is HTML's own ``ruby``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from kuzushiji._version import __version__
from kuzushiji.pages.formats import markup
from kuzushiji.pages.formats.lines import Line, Piece, lines
from kuzushiji.pages.result import Box, Character, ColumnKind, Page

if TYPE_CHECKING:
    from kuzushiji.pages.formats.sheet import Sheet

_CAPABILITIES = "ocr_page ocr_par ocr_line ocr_header ocr_caption ocrx_word ocrx_cinfo ocrp_lang ocrp_dir"


def write(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Writes pages as one document."""
    started = False
    for number, sheet in enumerate(sheets, 1):
        if not started:
            yield _head(sheet.title).encode()
            started = True
        yield _page(sheet.page, number).encode()
    if started:
        yield b" </body>\n</html>\n"


def _head(title: str) -> str:
    return f"""<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="ja" lang="ja">
 <head>
  <title>{_safe(title)}</title>
  <meta charset="utf-8" />
  <meta name="ocr-system" content="kuzushiji {__version__}" />
  <meta name="ocr-capabilities" content="{_CAPABILITIES}" />
  <meta name="ocr-langs" content="ja" />
  <meta name="ocr-scripts" content="Jpan" />
  <style>.ocr_page {{ writing-mode: vertical-rl }} .ocr_line, .ocr_header, .ocr_caption {{ display: block }} \
.unsure {{ text-decoration: underline dotted }}</style>
 </head>
 <body>
"""


def _page(page: Page, number: int) -> str:
    name = f"page_{number}"
    quoted = page.file.replace('"', "%22")
    title = f'image "{quoted}"; bbox 0 0 {page.width} {page.height}; ppageno {number - 1}; scan_res 300 300'
    words = [f'  <div class="ocr_page" id="{name}" title="{_safe(title)}">\n']
    if found := lines(page):
        around = _bbox(Box.around(column.box for column in page.columns), page)
        words.append(f'   <p class="ocr_par" id="{name}_par" lang="ja" xml:lang="ja" title="{around}">\n')
        words += [_line(line, f"{name}_line_{i}", page) for i, line in enumerate(found, 1)]
        words.append("   </p>\n")
    words.append("  </div>\n")
    return "".join(words)


_CLASSES = {ColumnKind.HEADING: "ocr_header", ColumnKind.CAPTION: "ocr_caption"}


def _line(line: Line, name: str, page: Page) -> str:
    characters = [c for piece in line.pieces for run in piece.runs for c in (*run.base, *run.ruby)]
    box = _bbox(Box.around(c.box for c in characters), page)
    size = sorted(c.box.width for c in characters)[len(characters) // 2]
    kind = _CLASSES.get(line.kind, "ocr_line")
    words = "".join(
        _word(kind_, piece, f"{name}_{i}", page)
        for kind_, pieces in line.parts()
        for i, piece in enumerate(pieces, pieces[0].number + 1)
    )
    return f'    <span class="{kind}" id="{name}" title="{box}; x_size {size}">{words}</span>\n'


def _word(kind: ColumnKind, piece: Piece, name: str, page: Page) -> str:
    characters = [c for run in piece.runs for c in (*run.base, *run.ruby)]
    box = _bbox(Box.around(c.box for c in characters), page)
    confidence = round(100 * float(markup.mean(characters)))
    text = "".join(
        f"<ruby>{_infos(run.base, page)}<rt>{_infos(run.ruby, page)}</rt></ruby>"
        if run.ruby
        else _infos(run.base, page)
        for run in piece.runs
    )
    about = f"{box}; x_wconf {confidence}; x_column {kind.value}"
    return f'<span class="ocrx_word" id="{name}" title="{about}">{text}</span>'


def _infos(characters: Sequence[Character], page: Page) -> str:
    return "".join(
        f'<span class="ocrx_cinfo{"" if c.sure else " unsure"}" '
        f'title="{_bbox(c.box, page).replace("bbox", "x_bboxes")}; x_conf {100 * c.probability:.2f}">'
        f"{_safe(c.char)}</span>"
        for c in characters
    )


def _bbox(box: Box, page: Page) -> str:
    on = markup.inside(box, page)
    return f"bbox {on.x} {on.y} {on.right} {on.bottom}"


def _safe(text: str) -> str:
    return escape(markup.clean(text))
