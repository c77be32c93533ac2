"""What the desk needs of a page reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import numpy as np

from kuzushiji.pages import Column, Page
from kuzushiji.pages.given import GivenColumn
from kuzushiji.reading import KnownCharacter


class Stage(StrEnum):
    """How far the reading of a page is; the values are part of the API."""

    QUEUED = "queued"
    DECODING = "decoding"
    DETECTING = "detecting"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


Report = Callable[[Stage], None]
"""Called when a stage begins. It raises `Cancelled` when nobody waits for the answer any more."""


class Cancelled(Exception):  # noqa: N818  (it is no error: the client left)
    """Nobody waits for this page any more: the reading ends at the next stage."""


class PageEngine(Protocol):
    """Reads pages and corrected boxes; it is called by two threads at a time."""

    def read(
        self, image: np.ndarray, name: str, report: Report, known: Sequence[KnownCharacter] = ()
    ) -> Page:
        """Reads a page: uint8 (h, w) or (h, w, 3), upright. It calls ``report`` as its stages begin."""
        ...

    def reread(
        self, image: np.ndarray, columns: Sequence[GivenColumn], known: Sequence[KnownCharacter] = ()
    ) -> tuple[Column, ...]:
        """Reads given boxes of a page or of a part of one, column by column, in the given order."""
        ...
