"""Which formats there are, and what each can hold."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kuzushiji.errors import UsageError

if TYPE_CHECKING:
    from kuzushiji.pages.formats.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write pages down.

    Attributes:
        name: as ``--format`` takes it.
        suffix: of its files.
        media_type: for a server's answer.
        many: whether one document holds many pages; if not, each page is a document.
        pictured: whether it holds the pictures of the pages.
        binary: whether it is no text.
    """

    name: str
    suffix: str
    media_type: str
    many: bool = True
    pictured: bool = False
    binary: bool = False

    def write(self, sheets: Iterable[Sheet]) -> Iterator[bytes]:
        """Writes pages as one document, piece by piece, so that a long one needs no memory.

        Args:
            sheets: pages that were read (none with an error), with their pictures where the format is
                `pictured`; exactly one where it is not `many`. They are taken one at a time.

        Yields:
            The document's bytes, in order; text is UTF-8.

        Raises:
            UsageError: more than one page for a format that holds one, or a picture is missing.
        """
        module = importlib.import_module(f"{__package__}.{_MODULES[self.name]}")
        return module.write(sheets if self.many else _one(self, sheets))


_MODULES = {
    "text": "text",
    "csv": "table",
    "json": "json_lines",
    "tei": "tei",
    "page": "page_xml",
    "alto": "alto",
    "hocr": "hocr",
    "html": "html",
    "pdf": "pdf",
}

FORMATS = {
    each.name: each
    for each in (
        Format("text", ".txt", "text/plain"),
        Format("csv", ".csv", "text/csv"),
        Format("json", ".jsonl", "application/x-ndjson"),
        Format("tei", ".xml", "application/tei+xml"),
        Format("page", ".xml", "application/xml", many=False),
        Format("alto", ".xml", "application/xml", many=False),
        Format("hocr", ".hocr", "text/html"),
        Format("html", ".html", "text/html", pictured=True),
        Format("pdf", ".pdf", "application/pdf", pictured=True, binary=True),
    )
}
"""Every format, by its name."""


def get(name: str) -> Format:
    """The format of a name.

    Raises:
        UsageError: there is none.
    """
    if name not in FORMATS:
        raise UsageError(f"no format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]


def of_file(path: str | Path) -> Format | None:
    """The one format that files with this suffix have; None where none or several have it.

    >>> of_file("page.html").name, of_file("page.xml")
    ('html', None)
    """
    fitting = [each for each in FORMATS.values() if each.suffix == Path(path).suffix.lower()]
    return fitting[0] if len(fitting) == 1 else None


def _one(form: Format, sheets: Iterable[Sheet]) -> Iterator[Sheet]:
    for number, sheet in enumerate(sheets):
        if number:
            raise UsageError(f"a document of the format {form.name} holds one page; write each to its own")
        yield sheet
