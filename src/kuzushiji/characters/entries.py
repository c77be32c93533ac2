"""From a character or a code point to what is known about it."""

from __future__ import annotations

import unicodedata
from functools import cache

from kuzushiji.characters.model import Character, Jibo, codepoint_of
from kuzushiji.characters.tables import hentaigana, kana_of_jibo, kana_table, kanji_table
from kuzushiji.errors import KuzushijiError

_VOICING = ("\u3099", "\u309a")


def lookup(char_or_codepoint: str | int) -> Character:
    """Says who a character is.

    Knows the classes of all three data sets, all hiragana with their voiced and small forms, the 286
    hentaigana of Unicode, the usual marks, and every kanji that is a jibo or another form of a class.

    Args:
        char_or_codepoint: the character (a variation selector after it is ignored; a kana with a separate
            voicing mark is joined), its code point as ``"U+304B"``, or as an int.

    Returns:
        Its record; the same object each time.

    Raises:
        KuzushijiError: not one character, not a code point, or a character without an entry.

    >>> lookup("か").romaji, [j.parent for j in lookup("か").jibo][:3]
    ('ka', ['加', '佳', '加'])
    >>> lookup("U+6625").on, lookup(0x6625).kun, lookup("春").gloss
    (('シュン',), ('はる',), 'spring; wanton')
    """
    char = _one_character(char_or_codepoint)
    if char in kana_table():
        return _kana(char)
    if char in kanji_table():
        return _kanji(char)
    raise KuzushijiError(
        f"no entry for {char!r} ({codepoint_of(char)}); known are kana, hentaigana and the data sets' kanji"
    )


def _one_character(given: str | int) -> str:
    if isinstance(given, int):
        if not 0 <= given <= 0x10FFFF:
            raise KuzushijiError(f"not a code point: {given}; give 0 to 0x10FFFF, U+XXXX or one character")
        return chr(given)
    if given[:2] in ("U+", "u+"):
        try:
            return chr(int(given[2:], 16))
        except (ValueError, OverflowError):
            raise KuzushijiError(f"not a code point: {given!r}; write it as U+304B") from None
    char = given
    if len(char) == 2:
        if char[1] in _VOICING:
            char = unicodedata.normalize("NFC", char)
        elif "\ufe00" <= char[1] <= "\ufe0f" or "\U000e0100" <= char[1] <= "\U000e01ef":
            char = char[0]
    if len(char) != 1:
        raise KuzushijiError(f"not one character: {given!r}; give one character or a code point as U+304B")
    return char


@cache
def _kana(char: str) -> Character:
    _, kind, romaji, kana, parent, voiced = kana_table()[char]
    if kind == "hentaigana":
        jibo: tuple[Jibo, ...] = (Jibo(char, codepoint_of(char), parent, standard=False),)
    elif parent:
        others = (Jibo(c, codepoint_of(c), p, standard=False) for c, p in hentaigana().get(kana, ()))
        jibo = (Jibo(kana, codepoint_of(kana), parent, standard=True), *others)
    else:
        jibo = ()
    return Character(
        char, codepoint_of(char), unicodedata.name(char), kind,
        romaji=romaji or None, kana=tuple(kana), jibo=jibo, voiced=tuple(voiced),
    )  # fmt: skip


@cache
def _kanji(char: str) -> Character:
    _, on, kun, gloss, read_as, old, new, other = kanji_table()[char]
    forms = (char, *old, *new, *other)
    return Character(
        char, codepoint_of(char), unicodedata.name(char), "kanji",
        jibo_of=tuple(dict.fromkeys(kana for form in forms for kana in kana_of_jibo().get(form, ()))),
        on=tuple(on.split()), kun=tuple(kun.split()), gloss=gloss or None,
        variants=forms[1:], old_forms=tuple(old), new_forms=tuple(new),
        readings_from=read_as or None,
    )  # fmt: skip


def base_of(char: str) -> str:
    """The plain kana that a kana writes: without voicing, full size, in the standard form.

    The data sets do not tell か from が: both are in the class か. A hentaigana with two readings gives
    the first. Anything else is returned as it is.

    >>> base_of("が"), base_of("ぱ"), base_of("っ"), base_of("ゞ"), base_of("𛀙"), base_of("山")
    ('か', 'は', 'つ', 'ゝ', 'か', '山')
    """
    row = kana_table().get(char)
    return row[3][0] if row and row[3] else char


def reading_of(char: str) -> str:
    """A reading short enough for a label.

    Returns:
        Hepburn for kana; for kanji its first on and first kun reading as Unihan lists them, ``…`` if there
        are more, and an empty string where Unihan has none; the kind for a mark without a reading.

    Raises:
        KuzushijiError: as `lookup`.

    >>> reading_of("か"), reading_of("春"), reading_of("山"), reading_of("ゝ")
    ('ka', 'シュン・はる', 'サン・やま …', 'iteration mark')
    """
    known = lookup(char)
    if known.romaji:
        return known.romaji
    if known.kind != "kanji":
        return known.kind
    shown = "・".join((*known.on[:1], *known.kun[:1]))
    return shown + " …" if len(known.on) > 1 or len(known.kun) > 1 else shown
