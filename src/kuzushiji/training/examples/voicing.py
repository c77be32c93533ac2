"""Voicing marks drawn beside kana, so that が is read as the か that it is written with.

Kuzushiji-49 has one class for か and が, and hardly an image with the two strokes: classical texts mostly
leave them out. Where a page has them, a network that never saw any takes them for a part of some other
character. Here a part of the kana that have a voiced form get the marks, drawn with a brush as broad as their
place allows, and keep their label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from kuzushiji.characters import lookup
from kuzushiji.characters.tables import kana_table

_SEMI = "はひふへほ"
_RING = 0.15  # of the marks of these are the ring of ぱ


@dataclass(frozen=True)
class Voicing:
    """What a run with ``data.voiced`` does to each batch.

    Attributes:
        share: part of the kana with a voiced form that get marks, in (0, 1].
        voiced: bool (classes,), those that have one.
        semi: bool (classes,), those that can have a ring.
    """

    share: float
    voiced: np.ndarray
    semi: np.ndarray

    @classmethod
    def of(cls, share: float, classes: tuple[str, ...]) -> Voicing:
        """For classes of any kind; only kana are ever marked."""
        known = kana_table()
        voiced = np.array([c in known and bool(lookup(c).voiced) for c in classes])
        return cls(share, voiced, np.isin(classes, list(_SEMI)))

    def __call__(self, images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Marks a part of a batch.

        Args:
            images: uint8 (n, size, size), white ink on black.
            labels: int (n,).
            rng: the only source of chance.

        Returns:
            Images of the same kind; the given ones stay as they are.
        """
        chosen = np.flatnonzero(self.voiced[labels] & (rng.random(len(labels)) < self.share))
        if len(chosen):
            images = images.copy()
            for i in chosen:
                ring = self.semi[labels[i]] and rng.random() < _RING
                images[i] = mark(images[i], ring, rng)
        return images


def mark(glyph: np.ndarray, ring: bool, rng: np.random.Generator) -> np.ndarray:
    """Draws two short strokes, or a ring, at the upper right of a glyph that makes room for them.

    Args:
        glyph: uint8 (size, size), white ink on black.
        ring: the mark of ぱ in place of that of ば.
        rng: of places, lengths and breadth.

    Returns:
        uint8 (size, size).
    """
    side = len(glyph)
    kept = round(side * rng.uniform(0.74, 1.0))
    out = np.zeros((side, side), np.float32)
    top = round((side - kept) * rng.uniform(0.3, 1.0))
    small = Image.fromarray(glyph).resize((kept, kept), Image.Resampling.BICUBIC)
    out[top : top + kept, :kept] = np.asarray(small, np.float32) / 255
    centre = side * np.array([rng.uniform(0.06, 0.36), rng.uniform(0.74, 0.9)])  # row, column
    breadth = side * rng.uniform(0.018, 0.045)
    if ring:
        y, x = _grid(side)
        far = abs(np.hypot(y - centre[0], x - centre[1]) - side * rng.uniform(0.05, 0.09))
        _ink(out, far, breadth)
    else:
        apart = side * np.array([rng.uniform(-0.05, 0.07), rng.uniform(0.08, 0.16)])
        for end in (-0.5, 0.5):
            angle = np.deg2rad(rng.uniform(15, 80))
            reach = side * rng.uniform(0.03, 0.08) * np.array([np.sin(angle), np.cos(angle)])
            _stroke(out, centre + end * apart - reach, centre + end * apart + reach, breadth)
    return np.rint(255 * out).astype(np.uint8)


def _grid(side: int) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    return y, x


def _stroke(out: np.ndarray, start: np.ndarray, end: np.ndarray, breadth: float) -> None:
    """Draws a straight stroke with round ends, in place."""
    y, x = _grid(len(out))
    along = end - start
    t = ((y - start[0]) * along[0] + (x - start[1]) * along[1]) / max(float(along @ along), 1e-6)
    t = np.clip(t, 0, 1)
    _ink(out, np.hypot(y - start[0] - t * along[0], x - start[1] - t * along[1]), breadth)


def _ink(out: np.ndarray, distance: np.ndarray, breadth: float) -> None:
    np.maximum(out, np.clip(breadth + 0.5 - distance, 0, 1), out=out)
