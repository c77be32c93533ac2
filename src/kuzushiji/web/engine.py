"""What the server needs of a model, and the shipped reader in that shape."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from kuzushiji import characters
from kuzushiji.errors import KuzushijiError
from kuzushiji.reading import Reader

log = logging.getLogger("kuzushiji.web")


class Engine(Protocol):
    """Reads glyphs.

    Attributes:
        name: the model's name.
        size: the side of its glyphs in pixels.
        classes: the characters it can read.
        look_alikes: for a character those it is most often mistaken for, as far as that was measured.
    """

    name: str
    size: int
    classes: tuple[str, ...]
    look_alikes: Mapping[str, Sequence[str]]

    def read_glyphs(self, glyphs: np.ndarray, top: int) -> list[dict[str, Any]]:
        """Gives one JSON object for each uint8 glyph of (n, size, size) or (n, framings, size, size):
        ``candidates`` and ``sure``."""
        ...

    def known(self, glyph: np.ndarray, chars: Sequence[str], count: int) -> list[list[np.ndarray]]:
        """For each character, its known glyphs most like a uint8 (size, size) one, the nearest first."""
        ...


class ReaderEngine:
    """The package's reader, its model loaded once and shared by all requests.

    Args:
        model: a shipped model's name, or a path; None for the default model.
        threads: CPU threads for learning the known glyphs; None for all that this process may use. A batch is
            read in one: the other cores decode what comes next.

    Raises:
        UsageError: no such model.
        KuzushijiError: the file is no model of this package.
    """

    def __init__(self, model: str | Path | None = None, threads: int | None = None) -> None:
        self._reader = Reader(model, threads)
        info = self._reader.model.info
        self.name, self.size, self.classes = info.name, info.size, info.classes
        self.look_alikes: Mapping[str, Sequence[str]] = self._reader.look_alikes
        # The first call of a session plans its memory; no reader should wait for that.
        self.read_glyphs(np.zeros((1, self.size, self.size), np.uint8), 1)

    def learn_known(self) -> threading.Thread:
        """Makes the training glyphs on this machine ready, in a thread: no request waits for it."""
        thread = threading.Thread(target=self._learn, name="kuzushiji-evidence", daemon=True)
        thread.start()
        return thread

    def _learn(self) -> None:
        try:
            self._reader.load_evidence()
        except KuzushijiError as e:  # most machines have no data set, and need none
            log.info("no known glyphs are shown: %s", e)
        except (OSError, ValueError) as e:
            log.warning("no known glyphs are shown: %s", e)

    def known(self, glyph: np.ndarray, chars: Sequence[str], count: int) -> list[list[np.ndarray]]:
        """For each character, its training glyphs that are nearest by the model's embedding.

        Args:
            glyph: uint8 (size, size).
            chars: which characters.
            count: how many glyphs of each at most; none before `learn_known` is done, or without data.

        Returns:
            Lists of uint8 (h, w), as published.
        """
        evidence = self._reader.evidence
        if evidence is None:
            return [[] for _ in chars]
        (vector,) = self._reader.model.embed(glyph[None])
        return [[known.glyph for known in evidence.nearest(vector, char, count)] for char in chars]

    def read_glyphs(self, glyphs: np.ndarray, top: int) -> list[dict[str, Any]]:
        """The readings of glyphs, as for `Reader.read_glyphs`, as JSON objects without ``file``."""
        readings = [reading.to_json() for reading in self._reader.read_glyphs(glyphs, top)]
        for reading in readings:
            del reading["file"]
        return readings


def describe(char_or_codepoint: str) -> dict[str, Any]:
    """All that is known about a character, ready for JSON.

    Args:
        char_or_codepoint: one character, or ``U+XXXX``.

    Raises:
        KuzushijiError: a character that the tables do not know.

    >>> describe("か")["romaji"]
    'ka'
    """
    known = characters.lookup(char_or_codepoint)
    return {**asdict(known), "reading": characters.reading_of(known.char)}
