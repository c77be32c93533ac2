"""A small brush: strokes as splines, with pressure, wobble and paper, for the project's own sample glyphs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

Point = tuple[float, float] | tuple[float, float, float]
"""x and y in the unit square (0, 0 top left), and the pressure there (1 if left out)."""
Stroke = Sequence[Point]

_OVERSAMPLING = 8


def draw(
    strokes: Sequence[Stroke],
    size: int = 28,
    width: float = 0.09,
    wobble: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Draws a glyph with a round brush.

    Args:
        strokes: each a row of control points that the brush passes through (Catmull-Rom spline).
        size: side of the glyph in pixels.
        width: thickness of the brush at pressure 1, as a share of the glyph's side.
        wobble: unsteadiness of the hand: standard deviation by which control points move, as a share of the
            side; the pressure varies by five times that share.
        seed: of the wobble; the same seed draws the same glyph.

    Returns:
        uint8 (size, size), white ink (255) on black.

    >>> int(draw([[(0.1, 0.5), (0.9, 0.5)]], size=28)[14, 14])
    255
    """
    rng = np.random.default_rng(seed)
    side = size * _OVERSAMPLING
    canvas = Image.new("L", (side, side))
    pen = ImageDraw.Draw(canvas)
    for stroke in strokes:
        points = np.array([(*point, 1.0)[:3] for point in stroke], float)
        points += rng.normal(0, 1, points.shape) * (wobble, wobble, 5 * wobble)
        for x, y, pressure in spline(points, step=0.5 / side) * side:
            radius = max(pressure * width / 2, 0.4 * _OVERSAMPLING)
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.array(canvas.reduce(_OVERSAMPLING))


def spline(points: np.ndarray, step: float) -> np.ndarray:
    """Catmull-Rom spline through points (Catmull and Rom 1974, doi:10.1016/B978-0-12-079050-0.50020-5).

    Args:
        points: float (n, d), n at least 1; the first two coordinates are the place.
        step: length of a step along the chords, in the same unit.

    Returns:
        float (m, d), from the first point to the last.

    >>> spline(np.array([[0.0, 0.0], [1.0, 1.0]]), step=1.0).shape
    (3, 2)
    """
    ends = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    pieces = []
    for p0, p1, p2, p3 in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        count = max(1, int(np.ceil(np.hypot(*(p2 - p1)[:2]) / step)))
        t = (np.arange(count) / count)[:, None]
        bend = 2 * p0 - 5 * p1 + 4 * p2 - p3 + (3 * (p1 - p2) + p3 - p0) * t
        pieces.append(p1 + 0.5 * t * (p2 - p0 + t * bend))
    return np.concatenate([*pieces, points[-1:]])


def on_paper(
    glyph: np.ndarray,
    paper: tuple[int, int, int] = (226, 210, 172),
    ink: tuple[int, int, int] = (44, 38, 34),
    margin: float = 0.06,
    grain: float = 4.0,
    shade: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Lays a glyph on paper, as a scanner would see it.

    Args:
        glyph: uint8 (h, w), white ink on black.
        paper: colour of the paper, RGB.
        ink: colour of the ink, RGB.
        margin: blank paper around, as a share of the longer side.
        grain: standard deviation of the paper's grain, in grey levels.
        shade: how much darker the right side is than the left, 0..1.
        seed: of the grain.

    Returns:
        uint8 (h', w', 3), RGB.

    >>> on_paper(np.zeros((50, 50), np.uint8)).shape
    (56, 56, 3)
    """
    pad = round(margin * max(glyph.shape))
    share = np.pad(glyph, pad)[..., None] / 255.0
    colour = np.array(paper) * (1 - share) + np.array(ink) * share
    light = 1 - shade * np.linspace(0, 1, share.shape[1])[None, :, None]
    noise = np.random.default_rng(seed).normal(0, grain, (*share.shape[:2], 1))
    return np.clip(np.rint(colour * light + noise), 0, 255).astype(np.uint8)
