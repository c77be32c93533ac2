"""Shadows with an edge: a hand, a phone or the other page between the lamp and the character.

Otsu's threshold falls between light and shade there, and half of the paper passes for ink. The paper's tone
at each place is the grey closing of the picture (what is dark is filled where it is narrower than a window);
a shadow is told from thick strokes, and from light ink on dark paper, by its outline.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

DEEP = 0.2
"""Least share of the light that a shadow takes. The paper of a page varies by 9 % across one character (the
median of 706 crops), by 21 % at the 95th percentile."""
WINDOW = 0.22
"""Side of the closing's window, of the longer side: wider than all but the thickest strokes."""
OUTER = 0.7
"""A shadow covers at least this much of the rim, as a share of what it covers of the picture: strokes that
fill the window lie inside."""
_LOOKED_AT = 48  # pixels of the longer side, for finding it


def tells_its_light(grey: np.ndarray) -> bool:
    """Whether a picture is large enough to tell light from ink.

    It is not under 24 pixels, nor as a strip over three times as long as wide, which one stroke may fill from
    end to end.
    """
    return min(grey.shape) >= max(24, max(grey.shape) / 3)


def without_shadow(grey: np.ndarray) -> np.ndarray:
    """Gives shaded paper the tone of the lit part, and ink on it the same share of that.

    A shadow comes in from the rim and crosses it twice, holding one to three corners.

    Args:
        grey: uint8 (h, w), dark ink on light paper.

    Returns:
        uint8 (h, w); the same array where there is no shadow, or too little to tell (`tells_its_light`).

    >>> page = np.full((60, 60), 200, np.uint8)
    >>> page[:, :25] = 120
    >>> page[20:40, 20:23] = 30
    >>> lit = without_shadow(page)
    >>> int(lit[5, 5]), int(lit[5, 55]), int(lit[30, 21])
    (200, 200, 50)
    """
    if not tells_its_light(grey):
        return grey
    height, width = grey.shape
    long = max(height, width)
    scale = min(1.0, _LOOKED_AT / long)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    paper = _paper(np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX)))
    low, high = _tenths(paper)
    if low > (1 - DEEP) * high or high < 8 or not _has_its_outline(paper < (low + high) / 2):
        return grey
    soft = Image.fromarray(grey).filter(ImageFilter.GaussianBlur(0.004 * long))
    share = np.float32(high) / np.maximum(_paper(np.asarray(soft)), 8)
    return np.clip(grey * share, 0, 255).astype(np.uint8)


def _tenths(paper: np.ndarray) -> tuple[float, float]:
    """The levels that a tenth lies below, and a tenth above."""
    ranks = paper.size // 10, paper.size - 1 - paper.size // 10
    ordered = np.partition(paper.ravel(), ranks)
    return float(ordered[ranks[0]]), float(ordered[ranks[1]])


def _has_its_outline(dark: np.ndarray) -> bool:
    rim = np.concatenate([dark[0], dark[1:-1, -1], dark[-1, ::-1], dark[-2:0:-1, 0]])
    corners = sum(bool(dark[y, x]) for y in (0, -1) for x in (0, -1))
    crossings = np.count_nonzero(rim != np.roll(rim, 1))
    return crossings == 2 and 0 < corners < 4 and bool(rim.mean() >= OUTER * dark.mean())


def _paper(grey: np.ndarray) -> np.ndarray:
    """Grey closing by a square window, edges repeated; uint8, as large as what is given."""
    window = max(3, round(WINDOW * max(grey.shape)))
    for best in (np.maximum, np.minimum):
        for axis in (0, 1):
            grey = _running(grey, window, axis, best)
    return grey


def _running(
    values: np.ndarray, window: int, axis: int, best: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Running maximum or minimum along an axis, edges repeated, by windows that double."""
    before = window // 2
    padding = [(0, 0), (0, 0)]
    padding[axis] = before, window - 1 - before
    out = np.moveaxis(np.pad(values, padding, mode="edge"), axis, 0)
    done = 1
    while done < window:
        step = min(done, window - done)
        out = best(out[:-step], out[step:])
        done += step
    return np.moveaxis(out, 0, axis)
