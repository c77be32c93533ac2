"""What the server needs of a model, and the shipped reader in that shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from kuzushiji import characters
from kuzushiji.reading import Reader


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
        """Gives one JSON object for each uint8 glyph of (n, size, size): ``candidates`` and ``sure``."""
        ...


class ReaderEngine:
    """The package's reader, its model loaded once and shared by all requests.

    Args:
        model: a shipped model's name, or a path; None for the default model.
        threads: CPU threads for one batch; None for all that this process may use.

    Raises:
        UsageError: no such model.
        KuzushijiError: the file is no model of this package.
    """

    def __init__(self, model: str | Path | None = None, threads: int | None = None) -> None:
        self._reader = Reader(model, threads)
        info = self._reader.model.info
        self.name, self.size, self.classes = info.name, info.size, info.classes
        self.look_alikes: Mapping[str, Sequence[str]] = info.more.get("look_alikes", {})
        # The first call of a session plans its memory; no reader should wait for that.
        self.read_glyphs(np.zeros((1, self.size, self.size), np.uint8), 1)

    def read_glyphs(self, glyphs: np.ndarray, top: int) -> list[dict[str, Any]]:
        """The readings of uint8 glyphs (n, size, size), as JSON objects without ``file``."""
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
