"""Many inputs to finished parts on disk: sources, outputs, resume, engines."""

from __future__ import annotations

from kuzushiji.bulk.sources import Fetching, Item, SourceOptions, expand

__all__ = ["Fetching", "Item", "SourceOptions", "expand"]
