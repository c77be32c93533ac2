"""How right the reading of a page is: character error rate, folded and raw, and how honest its "sure" is.

Folding makes alike what editors of a reference text decide in one way or another: old and new forms of a
kanji, voicing marks, katakana and hiragana, small kana. Punctuation and marks are dropped. A folded error is
an error of reading, a raw one may be a convention.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

_SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")
_DROPPED = frozenset("。、，．・「」『』（）()〈〉《》〽▲△○◯●■□◎※… \u3000\n")
_MARKS = {"〱": "く", "〲": "く", "ヽ": "ゝ", "ヾ": "ゝ", "ゞ": "ゝ"}
_KATAKANA = ord("ァ") - ord("ぁ")


def fold(char: str, forms: Mapping[str, str] | None = None) -> str:
    """One character as it counts when conventions do not; ``""`` for what does not count.

    Args:
        char: one character, possibly with combining marks.
        forms: old forms of kanji and the form that each counts as.

    >>> [fold(each) for each in ("が", "ッ", "ヽ", "。", "舊")]
    ['か', 'つ', 'ゝ', '', '舊']
    >>> fold("舊", {"舊": "旧"})
    '旧'
    """
    if char in _DROPPED:
        return ""
    if char in _MARKS:
        return _MARKS[char]
    if "\u3040" <= char[:1] <= "\u30ff":
        char = unicodedata.normalize("NFD", char)[0]
    if "ァ" <= char[:1] <= "ヶ":
        char = chr(ord(char[0]) - _KATAKANA)
    char = char.translate(_SMALL)
    return forms.get(char, char) if forms else char


def align(read: Sequence[str], wanted: Sequence[str]) -> tuple[int, list[tuple[int | None, int | None]]]:
    """The Levenshtein distance of two sequences, and one alignment that has it.

    Args:
        read: what was read.
        wanted: what is right.

    Returns:
        The distance, and pairs of places in order; None on one side for what has no counterpart.

    >>> align("かきく", "かく")
    (1, [(0, 0), (1, None), (2, 1)])
    """
    ids = {char: i for i, char in enumerate(dict.fromkeys([*read, *wanted]))}
    a = np.array([ids[char] for char in read], int)
    b = np.array([ids[char] for char in wanted], int)
    steps = np.arange(len(b) + 1)
    table = np.zeros((len(a) + 1, len(b) + 1), int)
    table[0] = steps
    for i, char in enumerate(a, 1):
        row = np.minimum(table[i - 1] + 1, np.concatenate(([i], table[i - 1, :-1] + (b != char))))
        table[i] = np.minimum.accumulate(row - steps) + steps  # insertions run along the row
    i, j = len(a), len(b)
    pairs: list[tuple[int | None, int | None]] = []
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + (a[i - 1] != b[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and table[i, j] == table[i - 1, j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return int(table[-1, -1]), pairs[::-1]


@dataclass(frozen=True, slots=True)
class PageScore:
    """Counts over one page or many; they add up.

    Attributes:
        pages: how many.
        wanted: characters of the reference text.
        edits: Levenshtein distance to it, raw.
        folded: characters of the reference after folding.
        folded_edits: distance after folding.
        read: characters that were read, after folding.
        shared: characters that both have, wherever they stand, after folding.
        sure: characters called sure.
        sure_right: of these, those that the reference has at this place.
        aligned: characters that stand beside one of the reference.
        top5: of these, those that have it among their first five candidates.
    """

    pages: int = 0
    wanted: int = 0
    edits: int = 0
    folded: int = 0
    folded_edits: int = 0
    read: int = 0
    shared: int = 0
    sure: int = 0
    sure_right: int = 0
    aligned: int = 0
    top5: int = 0

    def __add__(self, other: PageScore) -> PageScore:
        """The counts of both together."""
        return PageScore(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def cer(self) -> float:
        """Raw character error rate; may exceed 1."""
        return self.edits / max(self.wanted, 1)

    @property
    def folded_cer(self) -> float:
        """Character error rate after folding; may exceed 1."""
        return self.folded_edits / max(self.folded, 1)

    @property
    def bag_f1(self) -> float:
        """F1 of the bags of folded characters, in [0, 1]: recognition, whatever the order."""
        return 2 * self.shared / max(self.read + self.folded, 1)

    @property
    def sure_share(self) -> float:
        """Share of the characters read that are called sure, in [0, 1]."""
        return self.sure / max(self.read, 1)

    @property
    def right_when_sure(self) -> float:
        """Share of the sure characters that are right, in [0, 1]."""
        return self.sure_right / max(self.sure, 1)

    @property
    def top5_share(self) -> float:
        """Share of the aligned characters with the right one among five candidates, in [0, 1]."""
        return self.top5 / max(self.aligned, 1)


def score_page(
    reading: Mapping[str, Any], reference: str, forms: Mapping[str, str] | None = None
) -> PageScore:
    """Compares a page with its text.

    Args:
        reading: an object of ``kuzushiji page --json``; one with an error has read nothing.
        reference: the text in reading order, without ruby; white space does not count.
        forms: see `fold`.

    Returns:
        The counts of this page.
    """
    characters = [
        c for column in reading.get("columns", ()) for c in column["characters"] if not c.get("ruby")
    ]
    text = unicodedata.normalize("NFC", "".join(c["char"] for c in characters))
    wanted = unicodedata.normalize("NFC", "".join(each for each in reference if not each.isspace()))
    kept = [(c, folded) for c in characters if (folded := fold(c["char"], forms))]
    read = [folded for _, folded in kept]
    right = _folded(wanted, forms)
    edits, pairs = align(read, right)
    beside = [(kept[i][0], i, j) for i, j in pairs if i is not None and j is not None]
    return PageScore(
        pages=1,
        wanted=len(wanted),
        edits=align(text, wanted)[0],
        folded=len(right),
        folded_edits=edits,
        read=len(read),
        shared=sum((Counter(read) & Counter(right)).values()),
        sure=sum(bool(c.get("sure")) for c, _ in kept),
        sure_right=sum(bool(c.get("sure")) and read[i] == right[j] for c, i, j in beside),
        aligned=len(beside),
        top5=sum(
            right[j] in {fold(each["char"], forms) for each in c.get("candidates", ())[:5]}
            for c, _, j in beside
        ),
    )


def _folded(text: Iterable[str], forms: Mapping[str, str] | None) -> list[str]:
    return [folded for char in text if (folded := fold(char, forms))]
