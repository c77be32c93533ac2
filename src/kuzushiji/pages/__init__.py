"""A photograph of a page to columns of characters: detection, reading order, context, page formats."""

from __future__ import annotations

from kuzushiji.pages.result import Box, Character, Column, ColumnKind, Page
from kuzushiji.pages.tables import to_frame

__all__ = ["Box", "Character", "Column", "ColumnKind", "Page", "to_frame"]
