"""Augmentation for characters: what a brush, a page and a camera change, and never what changes the reading.

No flips: they make other characters. Everything is one resampling (affine and elastic together) and a few
whole-array operations in numpy, so any Keras backend can use it and a batch costs a few per cent of a
training step (``benchmarks/training_step.py`` measures it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.training import blemishes
from kuzushiji.training.blemishes import FloatImages, smooth_matrix


@dataclass(frozen=True)
class Augment:
    """How far each transformation may go; 0 switches it off. Calling it augments a batch.

    Attributes:
        rotation: largest rotation, degrees.
        scale: largest change of size, as a fraction (0.12: 88 % to 112 %).
        aspect: largest change of height, as a fraction; width changes inversely.
        shear: largest horizontal shear (tangent of the angle).
        shift: largest shift in each direction, as a fraction of the side.
        elastic: standard deviation of the displacement at a 4 x 4 grid of control points, as a fraction of
            the side.
        stroke: strength of thickening and thinning, 0 to 1 (1: one whole pixel ring).
        degrade: probability of one passage through a lower resolution (blur), 28 px or less.
        crispen: largest extra contrast about mid grey (0: none), which undoes and redoes soft edges.
        noise: largest standard deviation of additive noise, ink units.
        specks: probability of a piece of a neighbour's stroke at the edge (taken from another glyph of the
            batch).
        rules: probability of a straight line along one edge, a piece of the page's frame.
        dry: probability of patches of lost ink, as a brush running dry on rough paper leaves them.
        cutout: side of the blanked square, as a fraction of the side (DeVries and Taylor 2017,
            arXiv:1708.04552).
    """

    rotation: float = 0.0
    scale: float = 0.0
    aspect: float = 0.0
    shear: float = 0.0
    shift: float = 0.0
    elastic: float = 0.0
    stroke: float = 0.0
    degrade: float = 0.0
    crispen: float = 0.0
    noise: float = 0.0
    specks: float = 0.0
    rules: float = 0.0
    dry: float = 0.0
    cutout: float = 0.0

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> FloatImages:
        """Augments a batch.

        Args:
            images: uint8 (n, h, w), square, white ink (255) on black.
            rng: the only source of chance: the same state gives the same batch.

        Returns:
            float32 (n, h, w) in [0, 1].

        >>> a = Augment(rotation=10, shift=0.1)
        >>> x = np.zeros((2, 28, 28), np.uint8)
        >>> a(x, np.random.default_rng(0)).shape
        (2, 28, 28)
        """
        x = images.astype(np.float32) / 255
        if self.specks:
            x = blemishes.specks(x, self.specks, rng)
        if self.rotation or self.scale or self.aspect or self.shear or self.shift or self.elastic:
            x = _resample(x, *self._grid(len(x), x.shape[1], rng))
        if self.stroke:
            x = _stroke_width(x, self.stroke, rng)
        if self.rules:
            blemishes.rules(x, self.rules, rng)
        if self.dry:
            blemishes.dry(x, self.dry, rng)
        if self.degrade:
            x = _degrade(x, self.degrade, rng)
        if self.crispen:
            gain = 1 + self.crispen * rng.random((len(x), 1, 1), np.float32)
            x = np.clip((x - 0.5) * gain + 0.5, 0, 1)
        if self.noise:
            sigma = self.noise * rng.random((len(x), 1, 1), np.float32)
            x = np.clip(x + sigma * rng.standard_normal(x.shape, np.float32), 0, 1)
        if self.cutout:
            blemishes.cutout(x, self.cutout, rng)
        return np.ascontiguousarray(x, np.float32)

    def _grid(self, n: int, side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Source coordinates (rows, columns), float32 (n, side, side), of every output pixel."""

        def spread(limit: float) -> np.ndarray:
            return rng.uniform(-limit, limit, n).astype(np.float32)

        angle = np.deg2rad(spread(self.rotation))
        size = 1 + spread(self.scale)
        stretch = 1 + spread(self.aspect)
        shear = spread(self.shear)
        cos, sin = np.cos(angle), np.sin(angle)
        sy, sx = 1 / (size * stretch), stretch / size
        centre = (side - 1) / 2
        y, x = np.meshgrid(*(np.arange(side, dtype=np.float32) - centre,) * 2, indexing="ij")

        def mix(a: np.ndarray, b: np.ndarray, offset: np.ndarray) -> np.ndarray:
            return a[:, None, None] * y + b[:, None, None] * x + offset[:, None, None]

        rows = mix(cos * sy, -sin * sy, centre + side * spread(self.shift))
        columns = mix((sin + shear * cos) * sx, (cos - shear * sin) * sx, centre + side * spread(self.shift))
        if self.elastic:
            up = smooth_matrix(4, side)
            control = rng.standard_normal((2, n, 4, 4), np.float32) * (self.elastic * side)
            bend = up @ control @ up.T
            rows += bend[0]
            columns += bend[1]
        return rows, columns


def _resample(x: FloatImages, rows: np.ndarray, columns: np.ndarray) -> FloatImages:
    """Bilinear sampling with black outside."""
    n, side, _ = x.shape
    padded = np.zeros((n, side + 3, side + 3), np.float32)
    padded[:, 1:-2, 1:-2] = x
    rows = np.clip(rows + 1, 0, side + 1)
    columns = np.clip(columns + 1, 0, side + 1)
    top, left = rows.astype(np.int32), columns.astype(np.int32)
    down, right = rows - top, columns - left
    width = side + 3
    at = top * width + left + (np.arange(n, dtype=np.int32) * (width * width))[:, None, None]
    flat = padded.ravel()
    upper = flat.take(at)
    upper += right * (flat.take(at + 1) - upper)
    at += width
    lower = flat.take(at)
    lower += right * (flat.take(at + 1) - lower)
    return upper + down * (lower - upper)


def _neighbourhood(x: FloatImages, pick: np.ufunc) -> FloatImages:
    """Grey dilation (``np.maximum``) or erosion (``np.minimum``) with a 3 x 3 cross."""
    out = x.copy()
    pick(out[:, 1:], x[:, :-1], out=out[:, 1:])
    pick(out[:, :-1], x[:, 1:], out=out[:, :-1])
    pick(out[:, :, 1:], x[:, :, :-1], out=out[:, :, 1:])
    pick(out[:, :, :-1], x[:, :, 1:], out=out[:, :, :-1])
    return out


def _stroke_width(x: FloatImages, strength: float, rng: np.random.Generator) -> FloatImages:
    """Thickens some glyphs and thins others, each by its own amount."""
    amount = rng.uniform(-strength, strength, len(x)).astype(np.float32)
    for chosen, pick in ((amount > 0, np.maximum), (amount < 0, np.minimum)):
        if chosen.any():
            part = x[chosen]
            by = np.abs(amount[chosen])[:, None, None]
            x[chosen] = part + by * (_neighbourhood(part, pick) - part)
    return x


def _degrade(x: FloatImages, probability: float, rng: np.random.Generator) -> FloatImages:
    """Sends some glyphs through a lower resolution and back, as the 28 px sets went."""
    side = x.shape[1]
    chosen = np.flatnonzero(rng.random(len(x)) < probability)
    if len(chosen):
        low = int(rng.integers(min(20, side // 2), min(29, side)))
        down, up = area_matrix(side, low), _linear_matrix(low, side)
        x[chosen] = up @ (down @ x[chosen] @ down.T) @ up.T
    return x


def area_matrix(many: int, few: int) -> np.ndarray:
    """The matrix (few, many) of area averaging, float32; rows sum to 1.

    >>> area_matrix(4, 2)
    array([[0.5, 0.5, 0. , 0. ],
           [0. , 0. , 0.5, 0.5]], dtype=float32)
    """
    edges = np.linspace(0, many, few + 1)
    cells = np.arange(many)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return (np.clip(overlap, 0, None) * few / many).astype(np.float32)


def _linear_matrix(few: int, many: int) -> np.ndarray:
    """The matrix (many, few) of linear interpolation between pixel centres, float32."""
    at = np.clip((np.arange(many) + 0.5) * few / many - 0.5, 0, few - 1)
    return np.clip(1 - np.abs(at[:, None] - np.arange(few)), 0, None).astype(np.float32)
