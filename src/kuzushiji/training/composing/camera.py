"""What a scanner or a camera makes of a page: borders, shadows, blur, noise, JPEG, skew and slight warp."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image

from kuzushiji.training.composing.paper import blurred, clouds
from kuzushiji.training.composing.placed import Placed


def borders(
    image: np.ndarray, paper: tuple[float, float, float, float], rng: np.random.Generator
) -> np.ndarray:
    """Everything outside the paper, and the shadows at its left and right edge. Changes ``image``."""
    left, top, right, bottom = (int(v) for v in paper)
    outside = np.ones(image.shape, bool)
    outside[top:bottom, left:right] = False
    if outside.any():
        grey = rng.uniform(0.03, 0.5) if rng.random() < 0.85 else rng.uniform(0.6, 1)
        image[outside] = grey
        if rng.random() < 0.3 and left > 20:  # a colour chart
            y = int(rng.uniform(0, max(1, image.shape[0] - 300)))
            for k in range(6):
                image[y + 45 * k : y + 45 * k + 45, : int(0.6 * left)] = rng.uniform(0.05, 1)
    for at_left in (True, False):
        if rng.random() < 0.35:
            wide = min(int(rng.uniform(10, 70)), right - left)
            fade = 1 - rng.uniform(0.2, 0.7) * np.linspace(1, 0, wide, dtype=np.float32) ** rng.uniform(1, 3)
            if at_left:
                image[:, left : left + wide] *= fade
            else:
                image[:, right - wide : right] *= fade[::-1]
    return image


def exposed(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light that falls unevenly, noise, blur, JPEG. float32 (h, w) in [0, 1] to uint8 (h, w)."""
    height, width = image.shape
    if rng.random() < 0.2:
        image = image * (1 - rng.uniform(0, 0.45) * clouds(height, width, 3, rng))
    noise = rng.standard_normal((height, width), dtype=np.float32)
    image = image + noise * np.float32(rng.uniform(0, 0.05) * rng.uniform(0.2, 1))
    if rng.random() < 0.3:
        image = blurred(image, 0.6)
    grey = (np.clip(image, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.25:
        stored = io.BytesIO()
        Image.fromarray(grey).save(stored, "JPEG", quality=int(rng.integers(25, 85)))
        grey = np.asarray(Image.open(stored))
    return grey


def skewed(
    image: np.ndarray, placed: list[Placed], degrees: float, bend: float
) -> tuple[np.ndarray, list[Placed]]:
    """Turns a page about its centre and bends its columns.

    Args:
        image: uint8 (h, w) or (h, w, 3).
        placed: characters on it.
        degrees: how far it is turned, clockwise.
        bend: how far columns are pushed to the side at mid-height, pixels.

    Returns:
        The picture, of the same shape, its edge repeated where nothing was; and the characters' new boxes,
        axis-parallel around the moved ones' centres at their old size.
    """
    height, width = image.shape[:2]
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    cx, cy = width / 2, height / 2
    rows = 8

    def source(x: float, y: float) -> tuple[float, float]:
        """Where a pixel of the result comes from."""
        x = x - bend * math.sin(math.pi * y / height)
        return cx + (x - cx) * cos + (y - cy) * sin, cy - (x - cx) * sin + (y - cy) * cos

    mesh = []
    for k in range(rows):
        top, bottom = height * k // rows, height * (k + 1) // rows
        corners = (source(0, top), source(0, bottom), source(width, bottom), source(width, top))
        mesh.append(((0, top, width, bottom), tuple(v for corner in corners for v in corner)))
    fill = int(np.median(image[0])), int(np.median(image[-1]))
    picture = Image.fromarray(image)
    moved = picture.transform(
        picture.size,
        Image.Transform.MESH,
        mesh,
        Image.Resampling.BILINEAR,
        fillcolor=fill[0] if image.ndim == 2 else (fill[0],) * 3,
    )
    return np.asarray(moved), [_moved(p, cx, cy, cos, sin, bend, height) for p in placed]


def _moved(p: Placed, cx: float, cy: float, cos: float, sin: float, bend: float, height: int) -> Placed:
    x, y = (p.left + p.right) / 2 - cx, (p.top + p.bottom) / 2 - cy
    u, v = cx + x * cos - y * sin, cy + x * sin + y * cos
    u += bend * math.sin(math.pi * v / height)
    half_w, half_h = (p.right - p.left) / 2, (p.bottom - p.top) / 2
    # The box around a turned box; glyphs are rounder than boxes, so half of the growth is enough.
    grow_w, grow_h = 0.5 * abs(sin) * half_h, 0.5 * abs(sin) * half_w
    return p._replace(
        left=u - half_w - grow_w,
        top=v - half_h - grow_h,
        right=u + half_w + grow_w,
        bottom=v + half_h + grow_h,
    )
