"""か or が: whether the text around a kana asks for a voicing mark.

Most old books write voicing marks seldom or never, and the readers' classes do not tell か from が. The log
odds that a kana is voiced are a weighted sum of four opinions: how often it is voiced at all, after the two
signs before it, before the two after it, and between both. Each opinion is that of the widest window that was
seen at least twice, drawn towards that of the next narrower one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuzushiji.pages.context.backoff import find

WINDOWS = ((2,), (1, 2), (0, 1, 2), (2, 3), (2, 3, 4), (1, 2, 3), (0, 1, 2, 3), (0, 1, 2, 3, 4))
"""Which of the five signs around a kana a table looks at; the kana is sign 2."""

CHAINS = ((0,), (0, 1, 2), (0, 3, 4), (0, 5, 6, 7))
"""For each opinion its tables, from narrow to wide: positions in `WINDOWS`."""

THRESHOLD = 0.8
"""The least probability at which `LanguageModel.voice` writes a mark (docs/context.md says why)."""

_MARK = "\u3099"


@dataclass(frozen=True)
class Voicing:
    """What was learned from books that write voicing marks.

    Attributes:
        base: size of the language model's vocabulary.
        keys: for each window the windows' signs as numbers to the base, ascending int64.
        odds: for each window the log odds of "voiced", float32.
        weights: (5,) the intercept and the weights of the four opinions.
    """

    base: int
    keys: tuple[np.ndarray, ...]
    odds: tuple[np.ndarray, ...]
    weights: tuple[float, ...]

    def opinions(self, windows: np.ndarray) -> np.ndarray:
        """The opinions' log odds (n, 4) on windows (n, 5) of sign ids."""
        return np.stack([self._chain(chain, windows) for chain in CHAINS], axis=1)

    def _chain(self, chain: Sequence[int], windows: np.ndarray) -> np.ndarray:
        result = np.full(len(windows), -2.0)  # a kana that was never seen
        for table in chain:
            place, there = find(self.keys[table], keys_of(windows, WINDOWS[table], self.base))
            result[there] = self.odds[table][place[there]]
        return result

    def log_odds(self, ids: Sequence[int]) -> np.ndarray:
        """For each sign of a text the log odds that it is voiced, from the signs around it.

        Args:
            ids: of `LanguageModel.ids`, without marks.

        Returns:
            (n,) float64; means nothing for signs that cannot be voiced.
        """
        opinions = self.opinions(windows_of(np.asarray(ids, np.int64)))
        return self.weights[0] + opinions @ np.array(self.weights[1:])


def windows_of(ids: np.ndarray) -> np.ndarray:
    """The five signs around each sign of a text, 0 beyond its ends: (n, 5) int64."""
    if not len(ids):
        return np.empty((0, 5), np.int64)
    padded = np.concatenate([[0, 0], ids, [0, 0]]).astype(np.int64)
    return np.lib.stride_tricks.sliding_window_view(padded, 5)


def keys_of(windows: np.ndarray, places: Sequence[int], base: int) -> np.ndarray:
    """Some of the signs of each window as one number: (n,) int64."""
    keys = np.zeros(len(windows), np.int64)
    for place in places:
        keys = keys * base + windows[:, place]
    return keys


def voiced_form(char: str) -> str | None:
    """The character with a voicing mark; None where there is no such character, or it has one.

    >>> voiced_form("か"), voiced_form("ハ"), voiced_form("ゝ"), voiced_form("〱"), voiced_form("な")
    ('が', 'バ', 'ゞ', '〲', None)
    """
    if char == "〱":
        return "〲"
    whole = unicodedata.normalize("NFC", char + _MARK)
    return whole if len(char) == 1 and len(whole) == 1 else None
