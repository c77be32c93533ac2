"""The crops of `page_crops`, made as bad as pictures come.

Each row of results/hard_crops.csv is one thing done to every crop that shows one of the model's characters:
few pixels, a wide margin, a shadow, a scanner's border, a fleck, a seal, noise and so on. The borders,
shadows, flecks, seals and ruled boxes are made here; the crops under them are real. The first row is the
crops as they are.

    KUZUSHIJI_PAGE_CROPS=FOLDER python benchmarks/hard_crops.py [--model NAME|FILE] [--print]
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
from bench import machine
from page_crops import asked_for, labelled, line, main
from PIL import Image, ImageFilter

from kuzushiji.images import read_image, read_picture
from kuzushiji.reading import Reader

Crop = np.ndarray
"""uint8 (h, w), grey, or (h, w, 3), RGB; dark ink on light paper."""


def small(crop: Crop, side: int) -> Crop:
    """Reduced to a longer side, in pixels."""
    size = tuple(max(1, round(side * each / max(crop.shape))) for each in crop.shape[::-1])
    return np.asarray(Image.fromarray(crop).resize(size, Image.Resampling.BOX))


def margin(crop: Crop, share: float) -> Crop:
    """With paper of the crop's own tone around it, by a share of the longer side."""
    wide = round(share * max(crop.shape))
    paper = np.percentile(crop, 75)
    out = np.random.default_rng(0).normal(paper, 2, (crop.shape[0] + 2 * wide, crop.shape[1] + 2 * wide))
    out[wide:-wide, wide:-wide] = crop
    return np.clip(out, 0, 255).astype(np.uint8)


def shadow(crop: Crop, dark: float) -> Crop:
    """Light that falls evenly from left to right to a share of what it was."""
    return (crop * np.linspace(1, dark, crop.shape[1])).astype(np.uint8)


def edge(crop: Crop, dark: float) -> Crop:
    """A shadow with an edge, 17 degrees from upright, across the middle, over 2 % of the longer side."""
    height, width = crop.shape
    y, x = np.mgrid[0:height, 0:width]
    across = (x - width / 2) * np.cos(0.3) + (y - height / 2) * np.sin(0.3)
    return (crop * (1 - (1 - dark) * (across / max(crop.shape) / 0.02 + 0.5).clip(0, 1))).astype(np.uint8)


def spot(crop: Crop, dark: float) -> Crop:
    """A lamp over the middle, light falling with the square of the distance."""
    y, x = np.mgrid[-1 : 1 : crop.shape[0] * 1j, -1 : 1 : crop.shape[1] * 1j]
    return (crop * (1 - (1 - dark) * ((y * y + x * x) / 1.2).clip(0, 1))).astype(np.uint8)


def border(crop: Crop, sides: str, share: float, tone: int) -> Crop:
    """With bands of one tone, and a little noise, along the sides named (t, b, l, r)."""
    deep = round(share * max(crop.shape))
    widths = [tuple(deep if side in sides else 0 for side in pair) for pair in ("tb", "lr")]
    out = np.pad(crop.astype(float), widths, constant_values=np.nan)
    band = np.isnan(out)
    out[band] = np.random.default_rng(0).normal(tone, 2, band.sum())
    return np.clip(out, 0, 255).astype(np.uint8)


def fleck(crop: Crop) -> Crop:
    """A dark spot in the corner of a wide margin."""
    out = margin(crop, 0.3)
    radius = max(2, round(0.02 * max(crop.shape)))
    out[radius : 3 * radius, -3 * radius : -radius] = np.percentile(crop, 2)
    return out


def _jpeg(crop: Crop, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(crop).save(file, "JPEG", quality=quality)
    return file.getvalue()


def jpeg(crop: Crop, quality: int) -> Crop:
    """Through JPEG."""
    return read_image(_jpeg(crop, quality))


def noise(crop: Crop, sd: float) -> Crop:
    """With normal noise, in grey levels."""
    return np.clip(crop + np.random.default_rng(0).normal(0, sd, crop.shape), 0, 255).astype(np.uint8)


def blur(crop: Crop, share: float) -> Crop:
    """Out of focus, by a share of the longer side."""
    return np.asarray(Image.fromarray(crop).filter(ImageFilter.GaussianBlur(share * max(crop.shape))))


def printed(crop: Crop, mask: np.ndarray, ink: tuple[int, int, int]) -> Crop:
    """With a mask (h, w), 0 to 1, printed over it: black stays black under it. ``crop`` is (h, w, 3), RGB."""
    tint = 1 - mask[..., None] * (1 - np.array(ink) / 230)
    return read_picture(_jpeg((crop * tint).clip(0, 255).astype(np.uint8), 85))


def seal(crop: Crop, ink: tuple[int, int, int]) -> Crop:
    """A square seal over the middle, its characters made of 7 x 7 fields."""
    rng = np.random.default_rng(crop.size)
    height, width = crop.shape[:2]
    long = max(height, width)
    half, shift = rng.uniform(0.25, 0.45), rng.uniform(-0.1, 0.1, 2)
    y, x = np.mgrid[0:height, 0:width]
    v = (y - height / 2) / long / half - shift[0] / half
    u = (x - width / 2) / long / half - shift[1] / half
    far = np.maximum(abs(u), abs(v))
    row, column = (np.clip((0.8 + at) / 1.6 * 7, 0, 6).astype(int) for at in (v, u))
    mask = ((far < 1) & (far > 0.88)) | ((far < 0.8) & (rng.random((7, 7)) > 0.5)[row, column])
    soft = Image.fromarray((255 * mask).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.006 * long))
    return printed(crop, 0.9 * np.asarray(soft) / 255, ink)


def ruled(crop: Crop, ink: tuple[int, int, int]) -> Crop:
    """The box of a writing sheet, 4 % of the longer side inside the rim, its lines 2 % wide."""
    height, width = crop.shape[:2]
    deep, wide = (max(1, round(share * max(height, width))) for share in (0.04, 0.02))
    outer = np.zeros((height, width), bool)
    outer[deep : height - deep, deep : width - deep] = True
    inner = np.zeros_like(outer)
    inner[deep + wide : height - deep - wide, deep + wide : width - deep - wide] = True
    return printed(crop, 0.8 * (outer & ~inner), ink)


RED, BLUE, BLACK = (200, 60, 50), (60, 80, 180), (50, 50, 50)

HARD: dict[str, Callable[[Crop], Crop]] = {
    "as they are": lambda crop: crop,
    "12 pixels": lambda crop: small(crop, 12),
    "16 pixels": lambda crop: small(crop, 16),
    "24 pixels": lambda crop: small(crop, 24),
    "four times as wide": lambda crop: margin(crop, 1.5),
    "a shadow to half": lambda crop: shadow(crop, 0.5),
    "the edge of a shadow to two thirds": lambda crop: edge(crop, 0.67),
    "the edge of a shadow to a third": lambda crop: edge(crop, 0.33),
    "a lamp over the middle": lambda crop: spot(crop, 0.5),
    "black border, left": lambda crop: border(crop, "l", 0.2, 10),
    "black border, all round": lambda crop: border(crop, "tblr", 0.1, 10),
    "white beyond the page, left": lambda crop: border(crop, "l", 0.3, 255),
    "a fleck in the margin": fleck,
    "light on dark": lambda crop: 255 - crop,
    "JPEG, quality 10": lambda crop: jpeg(crop, 10),
    "noise, sd 25": lambda crop: noise(crop, 25),
    "blur, 2 %": lambda crop: blur(crop, 0.02),
}
IN_COLOUR: dict[str, Callable[[Crop], Crop]] = {
    "a red seal over it": lambda crop: seal(crop, RED),
    "a blue seal over it": lambda crop: seal(crop, BLUE),
    "a red ruled box": lambda crop: ruled(crop, RED),
    "a black ruled box": lambda crop: ruled(crop, BLACK),
}


def figures(folder: Path, model: str | None) -> list[dict[str, str | int]]:
    """The rows."""
    reader = Reader(model)
    classes = frozenset(reader.model.info.classes)
    labels = [crop for crop in labelled(folder) if asked_for(crop["char"], classes)[1] == crop["char"]]
    crops = [read_picture(folder / crop["file"]) for crop in labels]
    grey = [read_image(crop) for crop in crops]
    wanted = [frozenset(crop["char"]) for crop in labels]
    about = {"model": reader.model.path.name, "machine": machine(), "date": date.today().isoformat()}
    made = {name: map(make, grey) for name, make in HARD.items()}
    made |= {name: map(make, crops) for name, make in IN_COLOUR.items()}
    return [{**line(name, reader.read(pictures), wanted), **about} for name, pictures in made.items()]


if __name__ == "__main__":
    main("hard_crops", figures, __doc__ or "")
