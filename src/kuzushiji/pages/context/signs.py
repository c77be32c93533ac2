"""What the language model sees of a text: one sign for all forms of a character.

The image decides between か and が, ハ and は, 傳 and 伝; the language model must not. It therefore knows one
sign for all of them, which also makes its counts denser, and joins books with voicing marks to books
without. Punctuation and ornaments are no signs: books use them too differently, so they neither change the
context nor are predicted by it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from kuzushiji import characters
from kuzushiji.errors import KuzushijiError

OTHER = "\ufffd"
"""The sign of every kanji that is neither a class of the reader nor frequent in the texts."""

_MARKS = {"ヽ": "ゝ", "ヾ": "ゝ", "〻": "々", "〲": "〱", "〳": "〱", "〴": "〱"}
_TO_HIRAGANA = ord("ア") - ord("あ")

_PAIRS = "舩船㝡最㕝事靣面㓛功夛多囬回㔟勢㔫左輙輒𠀋丈隺鶴圡土凢凡鼡鼠㐂喜噐器荅答"
VARIANTS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
"""Further forms of kanji that occur in the texts and are no class: their usual form."""


@cache
def sign_of(char: str) -> str | None:
    """The sign that the language model has for a character.

    Args:
        char: one character, in NFC.

    Returns:
        Hiragana without voicing and in full size for kana, one form for the old and new forms of a kanji, the
        character itself for other letters; None for punctuation, ornaments and spaces.

    >>> [sign_of(c) for c in "がハっヾ〻〲傳伝。▲"]
    ['か', 'は', 'つ', 'ゝ', '々', '〱', '伝', '伝', None, None]
    """
    char = _MARKS.get(char, char)
    if "ァ" <= char <= "ヺ":
        char = _hiragana(char)
    char = characters.base_of(char)
    if char in "ゝ々〱〇" or "ぁ" <= char <= "ゖ":
        return char
    if not unicodedata.category(char).startswith("L"):
        return None
    return _kanji(VARIANTS.get(char, char))


def _hiragana(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0]  # ヷ to ヺ have no hiragana of their own
    return chr(ord(base) - _TO_HIRAGANA)


def _kanji(char: str) -> str:
    """One form for all that are linked as old and new: the new one, of several the first by code point."""
    seen, todo, newest = {char}, [char], set()
    while todo:
        form = todo.pop()
        try:
            about = characters.lookup(form)
        except KuzushijiError:
            continue
        newest |= set(about.new_forms)
        todo += set(about.variants) - seen
        seen |= set(about.variants)
    return min(newest & seen or seen)


def signs(text: str) -> list[str]:
    """The signs of a text, in order, without what has none.

    >>> "".join(signs("けふハ、そらが\\nよい"))
    'けふはそらかよい'
    """
    found = (sign_of(char) for char in unicodedata.normalize("NFC", text))
    return [sign for sign in found if sign is not None]


def vocabulary(classes: Iterable[str], counts: Mapping[str, int], least: int) -> tuple[str, ...]:
    """The signs that a model tells apart, the most frequent first.

    Args:
        classes: characters that a page reader can give; their signs are in, seen or not.
        counts: how often the texts have each sign.
        least: other signs are in from this count on.

    Returns:
        All different; the first is `OTHER`.
    """
    known = {sign for char in classes if (sign := sign_of(char)) is not None}
    known |= {sign for sign, count in counts.items() if count >= least}
    return (OTHER, *sorted(known - {OTHER}, key=lambda sign: (-counts.get(sign, 0), sign)))
