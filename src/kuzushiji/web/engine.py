"""What the server needs of a model, and the shipped reader in that shape."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from kuzushiji import characters
from kuzushiji.reading.candidate import Candidate
from kuzushiji.reading.decide import doubts, faults
from kuzushiji.reading.result import Reading
from kuzushiji.weights import open_model
from kuzushiji.weights.store import default


class Engine(Protocol):
    """Reads glyphs.

    Attributes:
        name: the model's name.
        size: the side of its glyphs in pixels.
        classes: the characters it can read.
    """

    name: str
    size: int
    classes: tuple[str, ...]

    def read_glyphs(self, glyphs: np.ndarray, top: int) -> list[dict[str, Any]]:
        """Gives one JSON object for each uint8 glyph of (n, size, size): ``candidates`` and ``sure``."""
        ...


class ModelEngine:
    """One ONNX model, loaded once and shared by all requests.

    Args:
        name_or_path: a shipped model's name, or an ``.onnx`` file; None for the default model.
        threads: CPU threads for one batch; None for all that this process may use.

    Raises:
        UsageError: no such model.
        KuzushijiError: the file is no model of this package.
    """

    def __init__(self, name_or_path: str | Path | None = None, threads: int | None = None) -> None:
        self._model = open_model(default() if name_or_path is None else name_or_path, threads)
        info = self._model.info
        self.name, self.size, self.classes = info.name, info.size, info.classes
        # The first call of a session plans its memory; it should not be a reader's.
        self._model.logits(np.zeros((1, self.size, self.size), np.uint8))

    def read_glyphs(self, glyphs: np.ndarray, top: int) -> list[dict[str, Any]]:
        """What :class:`kuzushiji.reading.Reading` says of each uint8 glyph (n, size, size), less its file."""
        rows = self._model.probabilities(glyphs)
        return [self._reading(glyph, row, top) for glyph, row in zip(glyphs, rows, strict=True)]

    def _reading(self, glyph: np.ndarray, row: np.ndarray, top: int) -> dict[str, Any]:
        best = np.argsort(-row, kind="stable")[: max(top, 2)]
        reasons = faults(glyph) or doubts(row[best], self._model.info.sure_threshold)
        candidates = tuple(Candidate.of(self.classes[i], float(row[i])) for i in best[:top])
        out = Reading("", candidates, sure=not reasons, reasons=reasons).to_json()
        del out["file"]
        return out


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
