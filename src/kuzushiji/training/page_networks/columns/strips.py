"""Strips cut from composed pages, with jittered columns and scales as a detector would give them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.images.page import CHARACTER, STEP, CentreLine, character_size, page_ink, straighten
from kuzushiji.training.composing import ComposedPage, Kind, Placed
from kuzushiji.training.composing.glyphs import marks_of

_LEAST_SIZE = 20  # pixels on the composed page; smaller columns are ruby or unreadable
LONGEST = 1200
"""Rows of the longest strip, pixels; of longer columns a part is cut."""


@dataclass(frozen=True)
class LabelledStrip:
    """A strip and what is in it, from top to bottom.

    Attributes:
        ink: float32 (rows, STRIP_WIDTH).
        labels: int64 (n,), classes counted from 1 (0 is the blank).
        boxes: float32 (n, 4), left, top, right, bottom in strip pixels.
        marks: float32 (n, 2): voiced, semi-voiced.
    """

    ink: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray
    marks: np.ndarray


class Cutter:
    """Cuts labelled strips out of composed pages.

    Args:
        numbers: the class of each shape, counted from 1.
        most: strips of one page at the most.
        budget: rows of all strips of one page at the most, pixels.
    """

    def __init__(self, numbers: dict[str, int], most: int = 10, budget: int = 9200) -> None:
        self._numbers, self._most, self._budget = numbers, most, budget

    def __call__(self, page: ComposedPage, rng: np.random.Generator) -> list[LabelledStrip]:
        """The strips of a page, in random order."""
        columns: dict[int, list[Placed]] = {}
        for p in page.placed:
            if p.kind is not Kind.RUBY or rng.random() < 0.15:
                columns.setdefault(p.column, []).append(p)
        if not columns:
            return []
        main = [(p.left, p.top, p.right, p.bottom) for p in page.placed if p.kind is Kind.MAIN]
        usual = character_size(np.array(main)) if main else 0.0
        ink, found, rows = page_ink(page.image), list[LabelledStrip](), 0
        numbers = list(columns)
        for number in rng.permutation(len(numbers)):
            strip = self._cut(ink, columns[numbers[number]], usual, rng)
            if strip is None:
                continue
            found.append(strip)
            rows += len(strip.ink)
            if len(found) >= self._most or rows > self._budget:
                break
        return found

    def _cut(
        self, ink: np.ndarray, placed: list[Placed], usual: float, rng: np.random.Generator
    ) -> LabelledStrip | None:
        if len(placed) < 2 and rng.random() < 0.6:
            return None
        boxes = np.array([(p.left, p.top, p.right, p.bottom) for p in placed], np.float64)
        own = placed[0].kind is not Kind.MAIN or len(boxes) >= 5
        size = character_size(boxes) if own else usual
        if size < _LEAST_SIZE:
            return None
        seen = self._detected(boxes, size, rng)
        size *= float(np.exp(rng.normal(0, 0.12)))
        seen = _window(seen, (LONGEST / CHARACTER - 2) * size, rng)
        top = seen[:, 1].min() - size * rng.uniform(0.1, 0.9)
        bottom = seen[:, 3].max() + size * rng.uniform(0.1, 0.9)
        strip = straighten(ink, CentreLine(seen), top, bottom, size, size * rng.normal(0, 0.06))
        middle = (boxes[:, 1] + boxes[:, 3]) / 2
        shift = np.interp((middle - strip.top) * strip.scale, np.arange(len(strip.left)) + 0.5, strip.left)
        local = (boxes - np.stack([shift, 0 * shift + strip.top] * 2, 1)) * strip.scale
        heights = local[:, 3] - local[:, 1]
        inside = (local[:, 1] > -0.35 * heights) & (local[:, 3] < len(strip.ink) + 0.35 * heights)
        order = np.flatnonzero(inside)
        order = order[np.argsort(middle[order], kind="stable")]
        labels = np.array([self._numbers.get(placed[k].shape, 0) for k in order], np.int64)
        frames = -(-len(strip.ink) // STEP)
        if (
            not len(labels)
            or len(strip.ink) > LONGEST
            or (labels == 0).any()
            or frames < _frames_needed(labels)
        ):
            return None
        marks = np.array([_mark(placed[k].char) for k in order], np.float32)
        return LabelledStrip(strip.ink, labels, local[order].astype(np.float32), marks)

    def _detected(self, boxes: np.ndarray, size: float, rng: np.random.Generator) -> np.ndarray:
        """The column's boxes as a detector might give them: jittered, some of them missing."""
        jittered = boxes + rng.normal(0, 0.06 * size, boxes.shape) * (rng.random() < 0.8)
        kept = rng.random(len(boxes)) > rng.choice([0.0, 0.1, 0.25])
        kept[0] |= rng.random() < 0.85
        kept[-1] |= rng.random() < 0.85
        return jittered[kept] if kept.any() else jittered


def _window(boxes: np.ndarray, longest: float, rng: np.random.Generator) -> np.ndarray:
    """Boxes of a column's part that is no longer than asked for, pixels."""
    first = boxes[:, 1].min()
    spare = boxes[:, 3].max() - first - longest
    if spare <= 0:
        return boxes
    start = first + rng.uniform(0, spare)
    inside = (boxes[:, 1] >= start) & (boxes[:, 3] <= start + longest)
    return boxes[inside] if inside.any() else boxes[:1]


def _mark(char: str) -> tuple[float, float]:
    mark = marks_of(char)
    return float(mark == "voiced"), float(mark == "semi-voiced")


def _frames_needed(labels: np.ndarray) -> int:
    """CTC needs a frame for each label, and a blank between two equal ones."""
    return len(labels) + int((labels[1:] == labels[:-1]).sum())
