"""Reads the tables made by ``scripts/build_characters.py``: kana and kanji apart, each when first needed."""

from __future__ import annotations

import os
from functools import cache

_DATA = os.path.join(os.path.dirname(__file__), "data")

KANA_COLUMNS = ("char", "kind", "romaji", "kana", "parent", "voiced")
KANJI_COLUMNS = ("char", "on", "kun", "gloss", "from", "old", "new", "other")


def _lines(name: str) -> list[str]:
    with open(os.path.join(_DATA, name), encoding="utf-8") as f:
        return [line for line in f.read().split("\n") if line and not line.startswith("#")]


def _table(name: str) -> dict[str, list[str]]:
    rows = (line.split("\t") for line in _lines(name))
    return {row[0]: row for row in rows}


@cache
def kana_table() -> dict[str, list[str]]:
    """The row of every kana, hentaigana and mark, by character; fields as in `KANA_COLUMNS`."""
    return _table("kana.tsv")


@cache
def kanji_table() -> dict[str, list[str]]:
    """The row of every kanji, by character; fields as in `KANJI_COLUMNS`; lists are joined by spaces."""
    return _table("kanji.tsv")


@cache
def hentaigana() -> dict[str, tuple[tuple[str, str], ...]]:
    """For each plain kana, its hentaigana with their parents, by code point.

    >>> hentaigana()["あ"][0]
    ('𛀂', '安')
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for char, kind, _, writes, parent, _ in kana_table().values():
        if kind == "hentaigana":
            for kana in writes:
                found.setdefault(kana, []).append((char, parent))
    return {kana: tuple(signs) for kana, signs in found.items()}


@cache
def kana_of_jibo() -> dict[str, tuple[str, ...]]:
    """For each kanji that is a jibo, the plain kana whose forms come from it, the standard form's first.

    >>> kana_of_jibo()["夜"], kana_of_jibo()["江"]
    (('や', 'よ'), ('え',))
    """
    found: dict[str, list[str]] = {}
    for _, _, _, writes, parent, _ in kana_table().values():
        if parent:
            for kana in writes:
                found.setdefault(parent, []).append(kana)
    return {parent: tuple(dict.fromkeys(kana)) for parent, kana in found.items()}


@cache
def kkanji_signs() -> tuple[str, ...]:
    """The classes of Kuzushiji-Kanji, by code point."""
    return tuple("".join(_lines("kkanji.txt")))
