"""What a page adds to a character and takes from it: neighbours, ruled lines, a brush running dry, holes."""

from __future__ import annotations

import numpy as np

FloatImages = np.ndarray
"""float32 (n, h, w), ink in [0, 1]."""


def specks(x: FloatImages, probability: float, rng: np.random.Generator) -> FloatImages:
    """Lets a neighbour's stroke reach in at one edge: a strip of another glyph of the batch."""
    n, side, _ = x.shape
    out = x.copy()
    others = rng.permutation(n)
    for i in np.flatnonzero(rng.random(n) < probability):
        depth = int(rng.integers(1, max(2, side // 8)))
        other = x[others[i]]
        edge = rng.integers(4)
        if edge == 0:
            np.maximum(out[i, :depth], other[-depth:], out=out[i, :depth])
        elif edge == 1:
            np.maximum(out[i, -depth:], other[:depth], out=out[i, -depth:])
        elif edge == 2:
            np.maximum(out[i, :, :depth], other[:, -depth:], out=out[i, :, :depth])
        else:
            np.maximum(out[i, :, -depth:], other[:, :depth], out=out[i, :, -depth:])
    return out


def rules(x: FloatImages, probability: float, rng: np.random.Generator) -> None:
    """Draws a piece of a page's frame, a straight line along one edge, beside some glyphs, in place."""
    n, side, _ = x.shape
    for i in np.flatnonzero(rng.random(n) < probability):
        glyph = x[i] if rng.random() < 0.5 else x[i].T
        breadth = int(rng.integers(1, max(2, side // 14)))
        at = int(rng.integers(0, max(1, side // 10)))
        if rng.random() < 0.5:
            at = side - breadth - at
        start, stop = np.sort(rng.integers(0, side + 1, 2)) if rng.random() < 0.3 else (0, side)
        line = glyph[at : at + breadth, start:stop]
        np.maximum(line, np.float32(rng.uniform(0.4, 1)), out=line)


def dry(x: FloatImages, probability: float, rng: np.random.Generator) -> None:
    """Takes ink out of some glyphs, in patches, as a dry brush and rough paper do, in place."""
    n, side, _ = x.shape
    chosen = np.flatnonzero(rng.random(n) < probability)
    if len(chosen):
        few = max(4, side // int(rng.integers(2, 6)))
        up = smooth_matrix(few, side)
        field = up @ rng.standard_normal((len(chosen), few, few), np.float32) @ up.T
        most = rng.uniform(0.2, 1, (len(chosen), 1, 1)).astype(np.float32)
        x[chosen] *= 1 - most * np.clip(1.5 * field - 0.6, 0, 1)


def cutout(x: FloatImages, fraction: float, rng: np.random.Generator) -> None:
    """Blanks one square in each glyph, in place; its centre may lie anywhere."""
    n, side, _ = x.shape
    half = max(1, round(fraction * side / 2))
    centres = rng.integers(0, side, (n, 2))
    for glyph, (row, column) in zip(x, centres, strict=True):
        glyph[max(0, row - half) : row + half, max(0, column - half) : column + half] = 0


def smooth_matrix(few: int, many: int) -> np.ndarray:
    """The matrix (many, few) that interpolates control points with a cubic B-spline-like smooth kernel."""
    at = np.linspace(0, few - 1, many, dtype=np.float32)
    distance = np.abs(at[:, None] - np.arange(few, dtype=np.float32))
    weights = np.clip(1 - distance, 0, 1)
    weights = weights * weights * (3 - 2 * weights)
    return weights / weights.sum(1, keepdims=True)
