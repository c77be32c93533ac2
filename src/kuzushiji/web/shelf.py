"""Known glyphs from the data sets on this machine, to lay beside a new one.

Nothing is downloaded for it: what is not in the cache is not shown.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

import numpy as np

from kuzushiji.datasets import Dataset, ImageView, on_this_machine
from kuzushiji.errors import KuzushijiError
from kuzushiji.images import resize_glyph

log = logging.getLogger("kuzushiji.web")


class Shelf:
    """Some glyphs of each character, found by likeness.

    Args:
        each: how many glyphs a character to keep at hand.

    >>> dataset = Dataset("mine", "train", np.eye(28, dtype=np.uint8)[None] * 255, np.array([0]), ("か",))
    >>> shelf = Shelf()
    >>> shelf.fill([dataset])
    >>> len(shelf.nearest(np.zeros((64, 64), np.uint8), "か", 5))
    1
    """

    def __init__(self, each: int = 120) -> None:
        self.each = each
        self._known: dict[str, tuple[np.ndarray | ImageView, np.ndarray]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def start(self) -> threading.Thread:
        """Fills the shelf from the cache in a thread of its own; the server need not wait for it."""
        thread = threading.Thread(target=self._fill_from_cache, name="kuzushiji-shelf", daemon=True)
        thread.start()
        return thread

    def _fill_from_cache(self) -> None:
        try:
            self.fill(on_this_machine())
        except (KuzushijiError, OSError, ValueError) as e:
            log.warning("no known glyphs are shown: %s", e)

    def fill(self, datasets: Iterable[Dataset]) -> None:
        """Keeps glyphs of each class; of a character in several sets, those of the first set."""
        for dataset in datasets:
            order = np.argsort(dataset.labels, kind="stable")
            bounds = np.searchsorted(dataset.labels[order], np.arange(len(dataset.classes) + 1))
            for char, start, stop in zip(dataset.classes, bounds[:-1], bounds[1:], strict=True):
                if char in self._known or stop == start:
                    continue
                spread = np.linspace(start, stop - 1, min(self.each, stop - start)).astype(int)
                rows = np.sort(order[spread])
                if isinstance(dataset.images, ImageView):  # stays on disk until it is asked for
                    self._known[char] = dataset.images, rows
                else:
                    self._known[char] = dataset.images[rows], np.arange(len(rows))

    def nearest(self, glyph: np.ndarray, char: str, count: int) -> np.ndarray:
        """The known glyphs of a character that look most like a new one (cosine of the pixels).

        Args:
            glyph: uint8 (size, size), white ink on black.
            char: the character.
            count: how many at most.

        Returns:
            uint8 (n, h, w), the nearest first; n is 0 for a character that is not on the shelf.
        """
        if char not in self._known:
            return np.zeros((0, *glyph.shape), np.uint8)
        images, kept = self._known[char]
        known = images[kept]
        query = resize_glyph(glyph, known.shape[1]).astype(np.float32).ravel()
        rows = known.reshape(len(known), -1).astype(np.float32)
        likeness = rows @ query / (np.linalg.norm(rows, axis=1) + 1e-6)
        return known[np.argsort(-likeness, kind="stable")[:count]]
