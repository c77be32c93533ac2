"""JSON lines: one object per page, everything that is known of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuzushiji.pages.formats.sheet import Sheet


def write(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Writes the object of each page in a line."""
    for sheet in sheets:
        line = json.dumps(sheet.page.to_json(), ensure_ascii=False)
        yield line.encode(errors="backslashreplace") + b"\n"
