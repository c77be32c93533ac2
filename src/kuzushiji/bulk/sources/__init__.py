"""From the words of a command to items: files, folders, lists, PDF pages, shards, addresses, other stores."""

from __future__ import annotations

from kuzushiji.bulk.sources.expanding import SourceOptions, expand, items_of
from kuzushiji.bulk.sources.fetch import Fetching
from kuzushiji.bulk.sources.item import Item, digest

__all__ = ["Fetching", "Item", "SourceOptions", "digest", "expand", "items_of"]
