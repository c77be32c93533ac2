"""A photograph of a page to columns of characters: detection, reading order, context, page formats."""

from __future__ import annotations

from kuzushiji.pages.result import Box, Character, Column, ColumnKind, Page

__all__ = ["Box", "Character", "Column", "ColumnKind", "Page"]
