"""What the page tells of each class: reading, meaning, the jibo Unicode lists for it, how to find it."""

from __future__ import annotations

import unicodedata
from typing import Any

from kuzushiji.errors import KuzushijiError


def class_record(name: str, count: int) -> dict[str, Any]:
    """One class as the page's JSON.

    Args:
        name: the class: a character, or any word for a class of one's own.
        count: how many images of it are on the maps.

    Returns:
        ``c`` character, ``u`` code point, ``n`` count, and where known ``k`` kind, ``r`` romaji, ``on`` and
        ``kun`` readings, ``g`` meaning, ``a`` further signs to find it by (voiced kana, old and new forms),
        ``j`` jibo as lists ``[sign, code point, parent kanji, is the standard kana]``.
    """
    record: dict[str, Any] = {"c": name, "n": count}
    if len(name) != 1:
        return record
    record["u"] = f"U+{ord(name):04X}"
    from kuzushiji import characters

    try:
        known = characters.lookup(name)
    except KuzushijiError:
        record["g"] = unicodedata.name(name, "").capitalize()
        return {k: v for k, v in record.items() if v != ""}
    record.update(
        k=known.kind,
        r=known.romaji or "",
        on=list(known.on),
        kun=list(known.kun),
        g=known.gloss or "",
        a=[*known.voiced, *known.variants],
        j=[[j.char, j.codepoint, j.parent, j.standard] for j in known.jibo],
    )
    return {k: v for k, v in record.items() if v not in ("", [], None)}
