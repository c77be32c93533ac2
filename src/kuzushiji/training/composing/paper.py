"""Paper: its tone and texture, what time did to it, and what shines through from the page behind."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def blurred(image: np.ndarray, radius: float) -> np.ndarray:
    """A Gaussian blur of float (h, w) in [0, 1]; as float32."""
    grey = Image.fromarray((np.clip(image, 0, 1) * 255).astype(np.uint8))
    return np.asarray(grey.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255


def clouds(height: int, width: int, cells: int, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise, float32 (height, width) in [0, 1], with about ``cells`` hills across."""
    across = max(2, cells)
    down = max(2, round(cells * height / width))
    coarse = rng.integers(0, 256, (down, across), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(smooth, np.float32) / 255


def sheet_of_paper(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Bare paper: tone, gradients, fibres, stains. float32 (height, width) in [0, 1]."""
    paper = np.full((height, width), rng.uniform(0.55, 0.96), np.float32)
    if rng.random() < 0.7:
        paper *= 1 - rng.uniform(0, 0.3) * clouds(height, width, int(rng.integers(2, 7)), rng)
    if rng.random() < 0.5:
        paper *= 1 - rng.uniform(0, 0.1) * clouds(height, width, int(rng.integers(40, 160)), rng)
    if rng.random() < 0.45:
        paper *= 1 - np.float32(0.35) * _stains(height, width, rng)
    return paper


def _stains(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    small = Image.new("L", (width // 2, height // 2))
    pen = ImageDraw.Draw(small)
    for _ in range(int(rng.integers(1, 14))):
        side, x, y = rng.uniform(2, 60), rng.uniform(0, width / 2), rng.uniform(0, height / 2)
        tall = side * rng.uniform(0.5, 1.5)
        shape = (x - side, y - tall, x + side, y + tall)
        if rng.random() < 0.3:  # the rim that water leaves
            pen.ellipse(shape, outline=int(rng.uniform(40, 160)), width=int(rng.integers(1, 5)))
        else:
            pen.ellipse(shape, fill=int(rng.uniform(20, 120)))
    soft = small.filter(ImageFilter.GaussianBlur(rng.uniform(1, 7)))
    return np.asarray(soft.resize((width, height), Image.Resampling.BILINEAR), np.float32) / 255


def shine_through(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The page behind, mirrored and displaced: how much darker it makes the paper, float32 in [0, 1].

    The page's own ink stands in for that of the page behind; both have the same hand and pitch.
    """
    height = len(ink)
    behind = np.roll(ink[:, ::-1], (int(rng.integers(-height, height)), int(rng.uniform(-60, 60))), (0, 1))
    return np.float32(rng.uniform(0.05, 0.4)) * blurred(behind, rng.uniform(0.6, 3.5))


def holes(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Specks and the paths of bookworms, float32 (height, width), 1 where the paper is gone or soiled."""
    layer = Image.new("L", (width, height))
    pen = ImageDraw.Draw(layer)
    for _ in range(int(rng.integers(1, 40))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        if rng.random() < 0.25:
            path = [(x, y)]
            for _ in range(int(rng.integers(2, 9))):
                x, y = x + rng.normal(0, 9), y + rng.normal(0, 9)
                path.append((x, y))
            pen.line(path, fill=255, width=int(rng.integers(2, 6)))
        else:
            side = rng.uniform(0.6, 3.5)
            pen.ellipse((x - side, y - side, x + side, y + side), fill=255)
    return np.asarray(layer, np.float32) / 255
