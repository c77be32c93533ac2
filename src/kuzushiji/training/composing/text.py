"""The text of composed pages: real columns where they are at hand, else characters by their frequency."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kuzushiji.errors import KuzushijiError

IROHA = "いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす"
"""The pangram of the kana, which no one owns."""


class TextSource:
    """Gives text for columns.

    Args:
        lines: real columns; they are joined in their order.
        frequencies: how often each character comes in random text.
        random_share: share of columns that are random text, in [0, 1]. Random text keeps a network from
            learning the language of a few books in place of shapes.
    """

    def __init__(
        self, lines: Sequence[str], frequencies: Mapping[str, float], random_share: float = 0.15
    ) -> None:
        if not lines and not frequencies:
            raise KuzushijiError("composed pages need text: neither lines nor characters were given")
        self._lines = list(lines)
        self._chars = list(frequencies)
        weights = np.array([frequencies[c] for c in self._chars], np.float64)
        self._chances = np.cumsum(weights / weights.sum()) if self._chars else weights
        self._random_share = random_share if self._lines else 1.0

    @classmethod
    def read(cls, folder: Path, frequencies: Mapping[str, float], random_share: float = 0.15) -> TextSource:
        """Reads ``column-text.jsonl.gz`` (objects with ``lines``) and, if it is there, ``genji-text.txt.gz``.

        Raises:
            KuzushijiError: the folder has no such text.
        """
        path = folder / "column-text.jsonl.gz"
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                lines = [line for page in map(json.loads, file) for line in page["lines"] if line.strip()]
            extra = folder / "genji-text.txt.gz"
            if extra.is_file():
                with gzip.open(extra, "rt", encoding="utf-8") as file:
                    lines += [line.strip() for line in file if line.strip()][::_EVERY_GENJI]
        except (OSError, ValueError, KeyError) as e:
            raise KuzushijiError(f"{path}: no column text ({e}); name a folder that has it") from e
        return cls(lines, frequencies, random_share)

    @classmethod
    def iroha(cls) -> TextSource:
        """The iroha and nothing else: text that needs no file."""
        return cls([IROHA[i:] + IROHA[:i] for i in range(0, len(IROHA), 7)], {})

    def take(self, count: int, rng: np.random.Generator) -> str:
        """A text of ``count`` characters."""
        if rng.random() < self._random_share and self._chars:
            places = np.searchsorted(self._chances, rng.random(count))
            return "".join(self._chars[min(int(i), len(self._chars) - 1)] for i in places)
        at = int(rng.integers(len(self._lines)))
        text = ""
        while len(text) < count:
            text += self._lines[at].replace(" ", "").replace("\u3000", "")
            at = (at + 1) % len(self._lines)
        return text[:count]


_EVERY_GENJI = 4  # lines of Genji that are kept: a quarter, or it would outweigh the eleven books
