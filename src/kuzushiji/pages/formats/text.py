"""Plain text: one line per column, an empty line between pages. Ruby is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuzushiji.pages.formats.sheet import Sheet


def write(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Writes the texts of pages."""
    started = False
    for sheet in sheets:
        if text := sheet.page.text:
            yield (("\n" if started else "") + text + "\n").encode()
            started = True
