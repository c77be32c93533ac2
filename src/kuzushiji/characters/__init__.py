"""Who the classes are: code point, name, readings, the parents of kana, old and new forms."""

from __future__ import annotations

from kuzushiji.characters.classes import k49_classes, kkanji_classes, kmnist_classes
from kuzushiji.characters.entries import base_of, lookup, reading_of
from kuzushiji.characters.model import Character, Jibo, codepoint_of

__all__ = [
    "Character",
    "Jibo",
    "base_of",
    "codepoint_of",
    "k49_classes",
    "kkanji_classes",
    "kmnist_classes",
    "lookup",
    "reading_of",
    "search",
]


def search(text: str, limit: int = 50) -> tuple[Character, ...]:
    """Finds by character, code point, reading or meaning; see `kuzushiji.characters.finder.search`."""
    from kuzushiji.characters.finder import search as find

    return find(text, limit)
