"""Where the ink is: polarity, uneven paper, and the curve from grey paper to the publisher's white on black.

The curve was fitted to 394 crops of real pages whose published glyph is known (docs/images.md says how
well it does on the others): ink begins a fixed share of the contrast above Otsu's threshold and is full a
fixed share below it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from kuzushiji.images.paper.shadow import tells_its_light, without_shadow

INK_BEGINS = 0.16
"""Above Otsu's threshold, as a share of the contrast: lighter is paper."""
INK_FULL = 0.34
"""Below Otsu's threshold, as a share of the contrast: darker is full ink."""
UNEVEN = 0.35
"""Paper is evened out where its fitted brightness varies by more than this share."""
NOISE = 0.08
"""Standard deviation of noise, as a share of the contrast, from which a picture is blurred first."""
CLEARER = 0.05
"""By how much more the tones of a picture with its light evened must explain than those of the same turned
over, for a shadow to have made it dark (93 % of 90 real crops in half a shadow differ by more; of 105
inverted, none)."""
OUTLINED = 0.1
"""By how much less they may explain where the shadow was found by its outline."""
_RING = 0.04


@dataclass(frozen=True)
class Tones:
    """The grey levels of a picture, dark ink on light paper (0..255).

    Attributes:
        paper: median of what is lighter than the threshold.
        ink: level that only the darkest 2 % stay below, or a quarter of what is darker than the threshold,
            where that is less: of a small character in a wide margin 2 % of the picture is more than its ink.
        threshold: Otsu's, between the two.
        separation: share of the variance that the two sides explain, 0..1 (pure noise: about 0.64).
    """

    paper: float
    ink: float
    threshold: int
    separation: float

    @property
    def contrast(self) -> float:
        """Grey levels between paper and ink."""
        return max(self.paper - self.ink, 0.0)


def tones(grey: np.ndarray) -> Tones:
    """Measures paper, ink and the threshold between them (Otsu 1979, doi:10.1109/TSMC.1979.4310076).

    Args:
        grey: uint8, dark ink on light paper, any shape, at least one value.

    Returns:
        The tones.

    >>> tones(np.array([[20] * 9 + [200] * 30], np.uint8)).contrast
    180.0
    """
    counts = np.bincount(grey.ravel(), minlength=256)
    below = counts.cumsum()
    mass = (counts * _LEVELS).cumsum()
    n, total = below[-1], mass[-1]
    spread = float((counts * _LEVELS**2).sum()) / n - (total / n) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (total * below - mass * n) ** 2 / (below * (n - below))
    between[~np.isfinite(between)] = 0
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    threshold = int(best[0] + best[-1]) // 2  # the middle, where values between ink and paper are missing
    dark = below[threshold]
    paper = int(np.searchsorted(below, dark + (n - dark) / 2))
    ink = int(np.searchsorted(below, min(0.02 * n, 0.25 * dark)))
    separation = float(between[threshold]) / n**2 / spread if spread > 0 else 0.0
    return Tones(float(paper), float(ink), threshold, min(separation, 1.0))


def is_light_on_dark(grey: np.ndarray, threshold: int) -> bool:
    """Whether the ink is the light part: the paper is what fills most of the picture and of its rim."""
    dark = grey <= threshold
    depth = round(_RING * max(grey.shape))
    rows, columns = (max(1, min(depth, side // 8)) for side in grey.shape)  # of a strip only its very edge
    inner = dark[rows:-rows, columns:-columns]
    rim_size = dark.size - inner.size
    rim = (np.count_nonzero(dark) - np.count_nonzero(inner)) / rim_size if rim_size else 0.5
    return bool(rim + np.count_nonzero(dark) / dark.size > 1.0)


def dark_on_light(grey: np.ndarray, threshold: int) -> np.ndarray:
    """A picture as dark ink on even light paper: turned over where its ink is the light part.

    A shadow over half of the paper looks like dark paper. So what is mostly dark is turned over only if it
    does not come out light, and with clearer tones, where its paper is evened instead.

    Args:
        grey: uint8 (h, w).
        threshold: between its tones.

    Returns:
        uint8 (h, w); the same array where there is nothing to do.
    """
    lit = without_shadow(grey)
    outlined = lit is not grey
    evened = lit if outlined else even_paper(grey)
    if not is_light_on_dark(grey, threshold):
        return evened
    turned = even_paper(255 - grey)
    if evened is grey:
        return turned
    shaded, light = tones(evened), tones(turned)
    least = light.separation + (-OUTLINED if outlined else CLEARER)
    shadow = shaded.separation > least and not is_light_on_dark(evened, shaded.threshold)
    return evened if shadow else turned


def calm(grey: np.ndarray, contrast: float) -> np.ndarray:
    """Blurs a picture that is noisier than any scan of a page; leaves others alone.

    The noise is estimated from the response to a mask that strokes hardly excite (Immerkær 1996,
    doi:10.1006/cviu.1996.0060), by its median. On real crops it is 0.7 % of the contrast, at most 7 %.

    Args:
        grey: uint8 (h, w).
        contrast: grey levels between paper and ink.

    Returns:
        uint8 (h, w); the same array where there is little noise.
    """
    if min(grey.shape) < 8:
        return grey
    values = grey.astype(np.int16)
    rows = values[:-2] - 2 * values[1:-1] + values[2:]
    response = np.abs(rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]).ravel()
    middle = response.size // 2
    noise = float(np.partition(response, middle)[middle]) / 0.6745 / 6
    if noise < NOISE * max(contrast, 1.0):
        return grey
    radius = 0.8 if noise < 2 * NOISE * contrast else 1.4
    return np.asarray(Image.fromarray(grey).filter(ImageFilter.GaussianBlur(radius)))


def even_paper(grey: np.ndarray) -> np.ndarray:
    """Divides out slow changes of the paper's brightness (shadow, a fold, a lamp at one side).

    A quadratic surface is fitted to the lighter part of each cell of a 12 by 12 grid, cells full of ink left
    out by repeated trimming: across one character a surface that stiff follows light but no stroke.

    Args:
        grey: uint8 (h, w), dark ink on light paper.

    Returns:
        uint8 (h, w); the same array where the paper is even, or too little of it is there to tell
        (`kuzushiji.images.paper.shadow.tells_its_light`).
    """
    if not tells_its_light(grey):
        return grey
    height, width = grey.shape
    rows, columns = height // 12, width // 12
    cells = (
        grey[: rows * 12, : columns * 12]
        .reshape(12, rows, 12, columns)
        .transpose(0, 2, 1, 3)
        .reshape(144, -1)
    )
    level = np.partition(cells, int(cells.shape[1] * 0.8), axis=1)[:, int(cells.shape[1] * 0.8)].astype(float)
    if np.partition(level, 36)[36] > (1 - UNEVEN / 2) * level.max():
        return grey
    keep = level >= np.median(level) * 0.6
    for _ in range(4):
        kept = _SURFACE[keep]
        solution = np.linalg.solve(kept.T @ kept + _RIDGE, kept.T @ level[keep])
        rest = level - _SURFACE @ solution
        tolerance = max(4.0, 1.5 * float(np.median(np.abs(rest[keep]))))
        now = rest > -tolerance
        if now.sum() < 48 or (now == keep).all():
            break
        keep = now
    surface = _SURFACE @ solution
    low, high = float(surface.min()), float(surface.max())
    if low < 8 or (high - low) < UNEVEN * high:
        return grey
    y = (np.arange(height) + 0.5) / (rows * 6) - 1
    x = (np.arange(width) + 0.5) / (columns * 6) - 1
    a, b, c, d, e, f = solution
    paper = (a + c * y + f * y * y)[:, None] + (b + e * y[:, None]) * x + d * x * x
    return np.clip(grey * (high / np.maximum(paper, 8)), 0, 255).astype(np.uint8)


def ink_map(grey: np.ndarray, measured: Tones) -> np.ndarray:
    """Turns grey levels into ink, as the publisher's glyphs show it.

    Args:
        grey: uint8 (h, w), dark ink on light paper.
        measured: its tones.

    Returns:
        uint8 (h, w): 0 paper, 255 full ink.
    """
    contrast = max(measured.contrast, 1.0)
    begins = measured.threshold + INK_BEGINS * contrast
    full = measured.threshold - INK_FULL * contrast
    curve = np.clip((begins - _LEVELS) / (begins - full), 0, 1) * 255
    return np.rint(curve).astype(np.uint8)[grey]


_LEVELS = np.arange(256, dtype=np.float64)


def _surface() -> np.ndarray:
    y, x = ((np.mgrid[:12, :12] + 0.5) / 6 - 1).reshape(2, -1)
    return np.stack([np.ones(144), x, y, x * x, x * y, y * y], axis=1)


_SURFACE = _surface()
_RIDGE = 1e-6 * np.eye(6)
