"""A photograph of a page to columns of characters: detection, reading order, context, page formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kuzushiji.pages.result import Box, Character, Column, ColumnKind, Page
from kuzushiji.pages.tables import to_frame

if TYPE_CHECKING:
    from kuzushiji.pages.reader import PageReader

__all__ = ["Box", "Character", "Column", "ColumnKind", "Page", "PageReader", "to_frame"]


def __getattr__(name: str) -> object:
    """`PageReader` loads onnxruntime; whoever only needs the results should not wait for it."""
    if name == "PageReader":
        from kuzushiji.pages.reader import PageReader

        return PageReader
    raise AttributeError(f"module 'kuzushiji.pages' has no attribute {name!r}")
