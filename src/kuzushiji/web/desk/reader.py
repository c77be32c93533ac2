"""The package's page reader in the shape that the desk needs."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from kuzushiji.pages import Column, Page
from kuzushiji.pages.given import GivenColumn
from kuzushiji.pages.rereading import reread
from kuzushiji.reading import KnownCharacter, Reader
from kuzushiji.web.desk.engine import Report, Stage

MOST_SEEN = 4000
"""Embeddings of confirmed characters that are remembered."""


class ReaderPages:
    """Reads pages with `kuzushiji.PageReader` and given boxes with `kuzushiji.Reader`.

    The networks of pages are loaded with the first page: a server of single characters starts without them.

    Args:
        reader: of single characters: a shipped model's name, or a path; None for the default.
        threads: CPU threads; None for all that this process may use.

    Raises:
        UsageError: no such model.
        KuzushijiError: the file is no model of this package.
    """

    def __init__(self, reader: str | Path | None = None, threads: int | None = None) -> None:
        self._threads = threads
        self._reader = Reader(reader, threads)
        self._loaded: Any = None
        self._seen: dict[bytes, np.ndarray] = {}
        self._seen_by_pages: dict[bytes, np.ndarray] = {}
        self._lock = Lock()

    def read(
        self, image: np.ndarray, name: str, report: Report, known: Sequence[KnownCharacter] = ()
    ) -> Page:
        """Reads a page (see `kuzushiji.web.desk.engine.PageEngine`)."""
        pages = self._pages()
        if known:
            with self._lock:
                pages = pages.taught(known, self._seen_by_pages)
                _forget(self._seen_by_pages)
        page: Page = pages.read_array(image, name, report=lambda stage: report(Stage(stage.value)))
        return page

    def reread(
        self, image: np.ndarray, columns: Sequence[GivenColumn], known: Sequence[KnownCharacter] = ()
    ) -> tuple[Column, ...]:
        """Reads given boxes, with what is known of the hand."""
        return reread(self._taught(known), image, columns)

    def _pages(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = importlib.import_module("kuzushiji.pages").PageReader(threads=self._threads)
            return self._loaded

    def _taught(self, known: Sequence[KnownCharacter]) -> Reader:
        if not known:
            return self._reader
        with self._lock:
            taught = self._reader.taught(known, self._seen)
            _forget(self._seen)
        return taught


def _forget(seen: dict[bytes, np.ndarray]) -> None:
    """Drops the oldest of too many embeddings."""
    while len(seen) > MOST_SEEN:
        del seen[next(iter(seen))]
