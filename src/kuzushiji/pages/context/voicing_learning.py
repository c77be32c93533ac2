"""Learns `Voicing` from texts with voicing marks. Used to build, not to read."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kuzushiji.evaluation.logistic import fit_logistic
from kuzushiji.pages.context.signs import sign_of
from kuzushiji.pages.context.voicing import CHAINS, WINDOWS, Voicing, keys_of, voiced_form, windows_of

_DRAWN = 2.0  # so many kana does the opinion of the narrower window count
_LEAST = 2  # windows seen less often have no entry


@dataclass(frozen=True)
class Events:
    """Kana that could be voiced, as they occur in a book.

    Attributes:
        windows: (n, 5) int64, ids of the signs around each.
        voiced: (n,) bool.
    """

    windows: np.ndarray
    voiced: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str], ids: Mapping[str, int]) -> Events:
        """The kana of some texts. Those with the other mark, as ぱ, are left out.

        Args:
            texts: pages, columns joined.
            ids: of the signs.
        """
        parts = [_events(unicodedata.normalize("NFC", text), ids) for text in texts]
        return cls(np.concatenate([w for w, _ in parts]), np.concatenate([v for _, v in parts]))

    def join(self, others: Sequence[Events]) -> Events:
        """These and others."""
        every = [self, *others]
        return Events(np.concatenate([e.windows for e in every]), np.concatenate([e.voiced for e in every]))


def _events(text: str, ids: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    chars = [(char, sign) for char in text if (sign := sign_of(char)) is not None]
    windows = windows_of(np.array([ids.get(sign, 0) for _, sign in chars], np.int64))
    able = [voiced_form(sign) is not None and "\u309a" not in _decomposed(char) for char, sign in chars]
    voiced = ["\u3099" in _decomposed(char) or char == "〲" for char, _ in chars]
    chosen = np.array(able, bool)
    return windows[chosen], np.array(voiced, bool)[chosen]


def _decomposed(char: str) -> str:
    return unicodedata.normalize("NFD", char)


def learn(books: Sequence[Events], base: int) -> Voicing:
    """Counts windows in all books; the opinions' weights come from leaving out each book in turn.

    Args:
        books: at least one.
        base: size of the vocabulary.
    """
    opinions, voiced = [], []
    for i, book in enumerate(books):
        rest = [*books[:i], *books[i + 1 :]] or [book]
        opinions.append(counted(rest[0].join(rest[1:]), base).opinions(book.windows))
        voiced.append(book.voiced)
    weights = fit_logistic(np.concatenate(opinions), np.concatenate(voiced), ridge=1.0)
    model = counted(books[0].join(books[1:]), base)
    return Voicing(base, model.keys, model.odds, tuple(float(w) for w in weights))


def counted(events: Events, base: int) -> Voicing:
    """The tables of some events; all opinions weigh nothing."""
    keys: list[np.ndarray] = [np.empty(0, np.int64)] * len(WINDOWS)
    odds: list[np.ndarray] = [np.empty(0, np.float32)] * len(WINDOWS)
    for chain in CHAINS:
        below = np.full(len(events.voiced), events.voiced.mean())
        for table in chain:
            every, inverse, count = np.unique(
                keys_of(events.windows, WINDOWS[table], base), return_inverse=True, return_counts=True
            )
            hits = np.bincount(inverse, events.voiced)
            narrower = np.bincount(inverse, below) / count
            share = np.clip((hits + _DRAWN * narrower) / (count + _DRAWN), 1e-4, 1 - 1e-4)
            below = share[inverse]
            kept = count >= _LEAST
            keys[table] = every[kept]
            odds[table] = np.log(share[kept] / (1 - share[kept])).astype(np.float32)
    return Voicing(base, tuple(keys), tuple(odds), (0.0,) * 5)
