"""Small made sets, drawn with the project's own brush, so that every cell runs where no data set is.

They have what the story needs: several shapes a class, another mix of them in test than in training (the
shift), unequal classes and a long tail. Nothing measured on them says anything about old books.
"""

from __future__ import annotations

import csv
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from kuzushiji.characters import codepoint_of, k49_classes, kkanji_classes, kmnist_classes
from kuzushiji.images.brush import Stroke, draw
from kuzushiji.images.samples import STROKES
from kuzushiji.training import Augment

HANDS = 3
"""Times that each shape is drawn; all else is bent from these."""
WRITERS = Augment(rotation=9, scale=0.12, shear=0.12, shift=0.06, elastic=0.03, stroke=0.4)
COMMON_SHAPE = {"train": 0.8, "validation": 0.7, "test": 0.5}
"""Part of a class that has its commoner shape: the splits differ, as the published ones do."""
_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@cache
def folder(name: str) -> Path:
    """Draws a set of the kind of ``kmnist``, ``k49`` (or ``k49-sample``) or ``kkanji``; K49-style files."""
    _KEPT.append(tempfile.TemporaryDirectory(prefix=f"made-{name}-"))
    out = Path(_KEPT[-1].name) / f"made-{name}"
    out.mkdir()
    classes, size, counts = _kind(name)
    shapes = [_hands(c, size) for c in classes]
    for split, numbers in counts.items():
        rng = np.random.default_rng(sum(split.encode()))
        images = [_written(s, n, COMMON_SHAPE[split], rng) for s, n in zip(shapes, numbers, strict=True)]
        labels = np.repeat(np.arange(len(classes)), numbers)
        order = rng.permutation(len(labels))
        np.savez(out / f"made-{split}-imgs.npz", np.concatenate(images)[order])
        np.savez(out / f"made-{split}-labels.npz", labels[order])
    with open(out / "made_classmap.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["index", "codepoint", "char"])
        rows.writerows([i, codepoint_of(c), c] for i, c in enumerate(classes))
    return out


def _kind(name: str) -> tuple[tuple[str, ...], int, dict[str, np.ndarray]]:
    """Classes, pixels, and images a class for each split."""
    if name == "kmnist":
        return kmnist_classes(), 28, {"train": np.full(10, 120), "test": np.full(10, 40)}
    if name == "kkanji":
        classes = kkanji_classes()[::95][:40]
        train = np.maximum(1, 60 / np.arange(1, len(classes) + 1)).astype(int)
        few = np.maximum(1, train // 5) * (train > 2)  # as in ours: classes of one or two only train
        return classes, 64, {"train": train, "validation": few, "test": few}
    train = np.maximum(6, 90 * 0.93 ** np.arange(49)).astype(int)
    return k49_classes(), 28, {"train": train, "test": np.full(49, 6)}


def _hands(char: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Two shapes of a character, the commoner first, each uint8 (HANDS, size, size)."""
    rng = np.random.default_rng(ord(char))
    both = (STROKES.get(char) or _invented(rng), _invented(rng))
    return tuple(  # type: ignore[return-value]
        np.stack([draw(s, size, width=0.09, wobble=0.012, seed=i) for i in range(HANDS)]) for s in both
    )


def _invented(rng: np.random.Generator) -> list[Stroke]:
    """Strokes of no real character."""
    starts = rng.uniform(0.1, 0.9, (int(rng.integers(2, 4)), 1, 2))
    bends = rng.uniform(-0.45, 0.45, (len(starts), 3, 2)).cumsum(1)
    points = np.clip(np.concatenate([starts, starts + bends], 1), 0.05, 0.95)
    return [[(float(x), float(y)) for x, y in stroke] for stroke in points]


def _written(
    hands: tuple[np.ndarray, np.ndarray], n: int, common: float, rng: np.random.Generator
) -> np.ndarray:
    """``n`` images of a class, uint8 (n, size, size)."""
    if not n:
        return hands[0][:0]
    first = rng.random(n) < common
    which = rng.integers(HANDS, size=n)
    drawn = np.where(first[:, None, None], hands[0][which], hands[1][which])
    return np.rint(255 * WRITERS(drawn, rng)).astype(np.uint8)
