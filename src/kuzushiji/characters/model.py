"""What is known about a character, as two plain records."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Jibo:
    """One shape of a kana and the kanji (字母, jibo) whose cursive it came from.

    Attributes:
        char: the sign: the standard kana, or a hentaigana (U+1B001 to U+1B11E).
        codepoint: its code point, ``"U+1B019"``.
        parent: the kanji it derives from, ``"可"``.
        standard: True for the form in use since 1900, False for a hentaigana.
    """

    char: str
    codepoint: str
    parent: str
    standard: bool


@dataclass(frozen=True, slots=True)
class Character:
    """A character, as far as the package knows it; what does not apply or is not known is empty or None.

    Attributes:
        char: the character itself.
        codepoint: ``"U+304B"``.
        name: its Unicode name.
        kind: ``"hiragana"``, ``"hentaigana"``, ``"kanji"``, ``"iteration mark"`` or ``"other"``.
        romaji: Hepburn, for kana; ``"a/wo"`` for a hentaigana with two readings.
        kana: the plain kana that the sign writes: か for か, が, and all hentaigana read ka.
        jibo: kana only: the parent of the standard form first, then of every hentaigana of that reading.
        jibo_of: kanji only: the kana that are written with a form of it: や for 夜, whose cursive is both.
        on: Sino-Japanese readings, katakana (source: Unihan, in its order).
        kun: native readings, hiragana (source: Unihan, in its order).
        gloss: English meaning (source: Unihan).
        variants: every other form of the same kanji: old forms, new forms, then further ones.
        old_forms: its 旧字体: 學 for 学.
        new_forms: its 新字体: 学 for 學.
        voiced: kana only: the same kana with voicing marks: ば and ぱ for は.
        readings_from: the form of the same kanji whose readings these are, where Unihan has none for this
            one: 柳 for 栁.
    """

    char: str
    codepoint: str
    name: str
    kind: str
    romaji: str | None = None
    kana: tuple[str, ...] = ()
    jibo: tuple[Jibo, ...] = ()
    jibo_of: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    kun: tuple[str, ...] = ()
    gloss: str | None = None
    variants: tuple[str, ...] = ()
    old_forms: tuple[str, ...] = ()
    new_forms: tuple[str, ...] = ()
    voiced: tuple[str, ...] = ()
    readings_from: str | None = None


def codepoint_of(char: str) -> str:
    """Writes a character's code point as the data sets' folders do.

    >>> codepoint_of("か")
    'U+304B'
    """
    return f"U+{ord(char):04X}"
