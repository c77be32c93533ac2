"""CSV: one row per character, for spreadsheets and statistics."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kuzushiji.pages.formats.markup import share

if TYPE_CHECKING:
    from kuzushiji.pages.formats.sheet import Sheet

COLUMNS = (
    "file", "page", "column", "character", "kind", "ruby", "char", "codepoint", "probability", "alone",
    "sure", "reasons", "x", "y", "width", "height", "candidates",
)  # fmt: skip
"""The header. Columns and characters count from 1 in reading order; candidates are ``"か:0.9300 …"``."""


def write(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Writes a header, and a row for each character of each page."""
    yield _rows([COLUMNS])
    for sheet in sheets:
        yield _rows(
            (
                sheet.page.file, sheet.page.page, i, j, column.kind.value, int(c.ruby or column.ruby),
                c.char, c.candidates[0].codepoint, share(c.probability),
                "" if c.alone is None else share(c.alone), int(c.sure), " ".join(c.reason_codes), *c.box,
                " ".join(f"{each.char}:{share(each.probability)}" for each in c.candidates),
            )
            for i, column in enumerate(sheet.page.columns, 1)
            for j, c in enumerate(column.characters, 1)
        )  # fmt: skip


def _rows(rows: Iterable[Iterable[object]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode(errors="backslashreplace")
