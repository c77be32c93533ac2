"""From a reading or a meaning to the characters."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache

from kuzushiji.characters.classes import kkanji_classes
from kuzushiji.characters.entries import lookup
from kuzushiji.characters.model import Character
from kuzushiji.characters.romaji import to_hiragana
from kuzushiji.characters.tables import kana_table, kanji_table
from kuzushiji.errors import KuzushijiError


def search(text: str, limit: int = 50) -> tuple[Character, ...]:
    """Finds characters by what one can type: the character, its code point, a reading, an English word.

    First comes the character itself, then kana of that reading, then kanji of that reading (katakana: on
    readings first; else kun readings first; a reading listed earlier counts more), then kanji with the word
    in their gloss, the earlier the better. Kanji are the classes of Kuzushiji-Kanji, ties by code point.

    Args:
        text: ``"春"``, ``"U+6625"``, ``"はる"``, ``"シュン"``, ``"haru"`` or ``"spring"``.
        limit: how many at most.

    Returns:
        The records, best first; empty when nothing fits.

    >>> [c.char for c in search("haru", limit=3)], search("カ")[0].char
    (['張', '春', '貼'], 'か')
    >>> "春" in [c.char for c in search("spring")]
    True
    """
    text = text.strip()
    found: dict[str, None] = {}
    with suppress(KuzushijiError):
        found[lookup(text).char] = None
    reading = ""
    with suppress(KuzushijiError):
        reading = to_hiragana(text)
    if reading:
        found.update(dict.fromkeys(_kana_read(reading)))
        found.update(dict.fromkeys(_kanji_read(reading, on_first="ァ" <= text[:1] <= "ヺ")))
    if text.isascii() and re.search("[A-Za-z]", text):
        found.update(dict.fromkeys(_meaning(text)))
    return tuple(lookup(char) for char in list(found)[:limit])


def _kana_read(reading: str) -> list[str]:
    return [reading] if reading in kana_table() else []


@cache
def _readings() -> dict[str, list[tuple[bool, int, str]]]:
    """For each reading in hiragana: is it an on reading, its place in the kanji's list, the kanji."""
    found: dict[str, list[tuple[bool, int, str]]] = {}
    table = kanji_table()
    for char in kkanji_classes():
        on, kun = table[char][1:3]
        for is_on, readings in ((True, on.split()), (False, kun.split())):
            for place, reading in enumerate(readings):
                found.setdefault(to_hiragana(reading), []).append((is_on, place, char))
    return found


def _kanji_read(reading: str, on_first: bool) -> list[str]:
    found = _readings().get(reading, [])
    return [char for *_, char in sorted(found, key=lambda f: (f[0] != on_first, *f[1:]))]


def _meaning(words: str) -> list[str]:
    pattern = re.compile(rf"\b{re.escape(words)}\b", re.IGNORECASE)
    table = kanji_table()
    hits = ((pattern.search(table[char][3]), char) for char in kkanji_classes())
    return [char for _, char in sorted((hit.start(), char) for hit, char in hits if hit)]
