"""The shipped language model: how likely a character is after the ones before it."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages.context.packing import Level, unpack
from kuzushiji.pages.context.voicing import THRESHOLD, Voicing, voiced_form

FILES = Path(__file__).parent / "files"
"""The shipped model: ``context-<first 8 hex digits of the SHA-256>.lm`` beside its card ``context.md``."""

State = tuple[int, ...]
"""What the model remembers of the characters before: opaque, hashable; ``()`` for nothing."""

MARK = -1
"""The sign id of punctuation and ornaments, which leave the state as it is."""

_MEMO = 50_000  # steps that are remembered, some 10 MB: a search asks for the same ones again and again


class LanguageModel:
    """A back-off n-gram model of signs (see `kuzushiji.pages.context.signs`).

    Attributes:
        signs: the signs, by id.
        order: length of the longest n-grams; a state remembers ``order - 1`` signs.
        voicing: whether a kana is voiced.
        header: what the file says about itself: sources, licences, counts.
    """

    def __init__(self, header: dict[str, Any], levels: Sequence[Level], voicing: Voicing) -> None:
        """Takes what `kuzushiji.pages.context.packing.unpack` gives."""
        self.header = header
        self.voicing = voicing
        self.signs: str = header["signs"]
        self.order = len(levels)
        self._levels = tuple(levels)
        self._ids = {sign: i for i, sign in enumerate(self.signs)}
        forms = header["forms"]
        self._ids.update({forms[i]: self._ids[forms[i + 1]] for i in range(0, len(forms), 2)})
        self._memo: dict[tuple[State, int], tuple[float, State]] = {}
        self._mark = math.log(header["marks"])
        # Single items of a memoryview are plain numbers, several times as fast as numpy's.
        self._first = levels[0].log_probability.data
        self._tables = [
            (
                longer.start.data,
                longer.signs.data,
                longer.log_probability.data,
                level.log_backoff.data,
            )
            for level, longer in pairwise(levels)
        ]

    @classmethod
    def read(cls, path: str | Path) -> LanguageModel:
        """Opens a model's file.

        Raises:
            KuzushijiError: no such file, or it is none.
        """
        try:
            return cls(*unpack(Path(path).read_bytes()))
        except OSError as e:
            raise KuzushijiError(f"cannot read the context model {path}: {e.strerror or e}") from e

    def ids(self, chars: Iterable[str]) -> list[int]:
        """The sign id of each character: 0 for a letter that the model does not know, `MARK` for no letter.

        A class of several characters has the sign of its first.
        """
        known = self._ids
        return [known[char] if char in known else self._unknown(char) for char in chars]

    def _unknown(self, char: str) -> int:
        first = unicodedata.normalize("NFC", char)[:1]
        return self._ids.get(first, 0 if unicodedata.category(first or " ").startswith("L") else MARK)

    def step(self, state: State, sign: int) -> tuple[float, State]:
        """Reads one sign.

        Args:
            state: what came before.
            sign: an id; for `MARK` the probability is the texts' share of marks, and the state stays.

        Returns:
            Natural logarithm of the sign's probability, and the state after it.
        """
        key = (state, sign)
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) >= _MEMO:
                self._memo.clear()
            found = self._memo[key] = self._step(state, sign)
        return found

    def _step(self, state: State, sign: int) -> tuple[float, State]:
        if sign < 0:
            return self._mark, state
        logp, longest, after = self._first[sign], self.order - 1, [sign]
        for node, (start, signs, probability, backoff) in zip(state, self._tables, strict=False):
            child = -1
            if node >= 0:
                end = start[node + 1]
                place = bisect_left(signs, sign, start[node], end)
                if place < end and signs[place] == sign:
                    logp, child = probability[place], place
                else:
                    logp += backoff[node]
            if len(after) < longest:
                after.append(child)
        return logp, tuple(after[:longest])

    def state(self, ids: Iterable[int], before: State = ()) -> State:
        """The state after some signs."""
        for sign in ids:
            before = self.step(before, sign)[1]
        return before

    def log_probabilities(self, state: State, signs: np.ndarray) -> np.ndarray:
        """The probabilities of many signs after one state.

        Args:
            state: what came before.
            signs: (n,) int, ids; `MARK` is allowed.

        Returns:
            (n,) float64, natural logarithms.
        """
        signs = np.asarray(signs)
        result = self._levels[0].log_probability[signs].astype(np.float64)
        for node, level, longer in zip(state, self._levels[:-1], self._levels[1:], strict=False):
            if node < 0:
                continue
            first, end = longer.start[node], longer.start[node + 1]
            result += level.log_backoff[node]
            if first < end:
                place = first + np.searchsorted(longer.signs[first:end], signs)
                place = np.minimum(place, end - 1)
                there = longer.signs[place] == signs
                result[there] = longer.log_probability[place[there]]
        result[signs < 0] = self._mark
        return result

    def log_probability(self, text: str, before: State = ()) -> float:
        """Natural logarithm of the probability of a text's signs, marks left out."""
        total = 0.0
        for sign in self.ids(char for char in text if not char.isspace()):
            if sign >= 0:
                logp, before = self.step(before, sign)
                total += logp
        return total

    def voiced(self, chars: Sequence[str], evidence: float | Sequence[float] = 0.0) -> np.ndarray:
        """For each character the probability that the text around it asks for a voicing mark.

        Args:
            chars: a run of text in reading order, at best a whole page.
            evidence: log odds to add: what is known of the page (does it write marks?), or of each character
                (is a mark seen beside it?). 0 is a page of a book that writes marks.

        Returns:
            (n,) float64; 0 for characters without a voiced form.
        """
        ids = np.array(self.ids(chars), np.int64)
        able = np.array([voiced_form(char) is not None for char in chars], bool)
        odds = np.full(len(ids), -np.inf)
        odds[ids != MARK] = self.voicing.log_odds(ids[ids != MARK])
        probability = np.exp(-np.logaddexp(0.0, -(odds + np.asarray(evidence, np.float64))))
        return np.where(able & (ids != MARK), probability, 0.0)

    def voice(
        self, chars: Sequence[str], evidence: float | Sequence[float] = 0.0, threshold: float = THRESHOLD
    ) -> list[str]:
        """Writes voicing marks where the text asks for them.

        Args:
            chars: a run of text in reading order.
            evidence: as in `voiced`.
            threshold: the least probability for a mark.

        Returns:
            The characters, some of them in their voiced form.
        """
        asked = self.voiced(chars, evidence) >= threshold
        return [voiced_form(c) or c if mark else c for c, mark in zip(chars, asked, strict=True)]


@cache
def language_model() -> LanguageModel:
    """The shipped model; the same object each time.

    Raises:
        KuzushijiError: it is missing or damaged.
    """
    found = sorted(FILES.glob("context-????????.lm"))
    if len(found) != 1:
        raise KuzushijiError("the context model is missing from the package: reinstall kuzushiji")
    return LanguageModel.read(found[0])
