"""Columns of real pages with their text, found by alignment: nobody has to draw a box.

A page whose text is known is read with the networks as they are. Where the reading of a column agrees with
the text well enough to tell which part of the text it is, that part becomes the column's label, and the
characters' places follow from the likeliest path through the network (forced alignment).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuzushiji.images.page import CentreLine, page_ink, red_channel, straighten
from kuzushiji.training.page_networks.columns.strips import LONGEST, LabelledStrip

AGREEMENT = 0.55
"""Least share of a column's characters that must be read as the text has them."""


@dataclass(frozen=True)
class RealColumn:
    """A column of a real page.

    Attributes:
        page: index of its page.
        corners: float (n, 4): its characters on the page, left, top, right, bottom, pixels.
        size: side of a usual character, pixels.
        labels: int64 (n,), classes counted from 1.
    """

    page: int
    corners: np.ndarray
    size: float
    labels: np.ndarray


def spans_in_text(
    columns: Sequence[Sequence[int]], text: Sequence[int], agreement: float = AGREEMENT
) -> list[tuple[int, int] | None]:
    """Which part of a text each column shows.

    Args:
        columns: labels as read, in reading order.
        text: labels as they should be.
        agreement: see `AGREEMENT`.

    Returns:
        First and one past the last position in the text; None for a column that agrees too little, or at
        whose ends it is open whether characters belong to it or to the next column.

    >>> spans_in_text([[1, 2, 3], [4, 9, 6]], [1, 2, 3, 4, 5, 6])
    [(0, 3), (3, 6)]
    """
    flat = [label for column in columns for label in column]
    partner, exact = _aligned(flat, text)
    found: list[tuple[int, int] | None] = []
    start = 0
    for column in columns:
        own = range(start, start + len(column))
        start += len(column)
        right = sum(exact[k] for k in own)
        ends = (partner[own[0]], partner[own[-1]]) if len(own) else (None, None)
        if not own or right < agreement * len(own) or ends[0] is None or ends[1] is None:
            found.append(None)
            continue
        found.append((ends[0], ends[1] + 1))
    taken = {k for k in partner if k is not None}
    return [span if span and _closed(span, taken, len(text)) else None for span in found]


def _closed(span: tuple[int, int], taken: set[int], length: int) -> bool:
    """Whether the characters before and behind a span are some column's, or there are none."""
    return all(k in taken or not 0 <= k < length for k in (span[0] - 1, span[1]))


def _aligned(a: Sequence[int], b: Sequence[int]) -> tuple[list[int | None], list[bool]]:
    """Levenshtein alignment: the position in ``b`` for each of ``a``, and whether both are equal."""
    n, m = len(a), len(b)
    cost = np.zeros((n + 1, m + 1), np.int32)
    cost[:, 0], cost[0] = np.arange(n + 1), np.arange(m + 1)
    other = np.asarray(b)
    for i in range(1, n + 1):
        swap = cost[i - 1, :-1] + (other != a[i - 1])
        row = np.minimum(swap, cost[i - 1, 1:] + 1)
        running = i
        for j in range(m):
            running = min(running + 1, int(row[j]))
            cost[i, j + 1] = running
    partner: list[int | None] = [None] * n
    exact = [False] * n
    i, j = n, m
    while i and j:
        if cost[i, j] == cost[i - 1, j - 1] + (a[i - 1] != b[j - 1]):
            i, j = i - 1, j - 1
            partner[i], exact[i] = j, a[i] == b[j]
        elif cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return partner, exact


class RealStrips:
    """Strips of real columns, each time a little different: as a detector and a camera might give them.

    Args:
        pictures: the pages, uint8 (h, w, 3) or (h, w).
        columns: their columns.
    """

    def __init__(self, pictures: Sequence[np.ndarray], columns: Sequence[RealColumn]) -> None:
        self._columns = list(columns)
        self._inks: list[np.ndarray] = []
        self._scales: list[float] = []
        for number, picture in enumerate(pictures):
            sizes = [c.size for c in columns if c.page == number] or [44.0]
            scale = min(1.0, 50.0 / float(np.median(sizes)))
            grey = red_channel(picture)
            from PIL import Image

            shape = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
            small = Image.fromarray(grey).resize(shape, Image.Resampling.BOX)
            self._inks.append(page_ink(np.asarray(small)).astype(np.float16))
            self._scales.append(scale)

    def __len__(self) -> int:
        return len(self._columns)

    def draw(self, rng: np.random.Generator) -> LabelledStrip | None:
        """A strip of a random column, or of a part of it; None where it would be too long."""
        column = self._columns[int(rng.integers(len(self._columns)))]
        scale = self._scales[column.page]
        corners, labels = column.corners * scale, column.labels
        if len(labels) > 6 and rng.random() < 0.5:
            first = int(rng.integers(0, len(labels) - 4))
            last = int(rng.integers(first + 4, len(labels) + 1))
            top = corners[first, 1] if first else None
            bottom = corners[last - 1, 3] if last < len(labels) else None
            corners, labels = corners[first:last], labels[first:last]
        else:
            top = bottom = None
        size = column.size * scale * float(np.exp(rng.normal(0, 0.1)))
        line = CentreLine(corners + rng.normal(0, 0.04 * size, corners.shape))
        # A part of a column ends where its last character does, or the next one would be in the strip too.
        y0 = top if top is not None else corners[:, 1].min() - size * rng.uniform(0.1, 0.9)
        y1 = bottom if bottom is not None else corners[:, 3].max() + size * rng.uniform(0.1, 0.9)
        if y1 - y0 < size:
            return None
        ink = self._inks[column.page].astype(np.float32)
        strip = straighten(ink, line, y0, y1, size, size * rng.normal(0, 0.05))
        if len(strip.ink) > LONGEST:
            return None
        middle = (corners[:, 1] + corners[:, 3]) / 2
        rows = np.arange(len(strip.left)) + 0.5
        shift = np.interp((middle - strip.top) * strip.scale, rows, strip.left)
        local = (corners - np.stack([shift, 0 * shift + strip.top] * 2, 1)) * strip.scale
        shown = np.clip(strip.ink * np.float32(rng.uniform(0.75, 1.15)), -0.2, 1.3)
        shown = shown + rng.normal(0, rng.uniform(0, 0.06), shown.shape).astype(np.float32)
        marks = np.zeros((len(labels), 2), np.float32)
        return LabelledStrip(shown.astype(np.float32), labels, local.astype(np.float32), marks)
