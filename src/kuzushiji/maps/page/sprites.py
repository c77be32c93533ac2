"""Sprite sheets: many small glyphs in a few PNG files that a browser decodes only when it shows them.

A sheet is a palette PNG whose colours are all black and whose palette entry *is* the opacity: one channel
on disk, a ready ink mask in the browser (drawn as it is on paper, tinted by compositing). With the default
of 16 opacity levels a sheet takes about half the bytes of 256 and looks the same at thumbnail size.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kuzushiji.errors import KuzushijiError

Pixels = npt.NDArray[np.uint8]
SHEET_PX = 2048
"""Longest side of a sheet in px: 16 MB when decoded, which a phone can hold several of."""


@dataclass(frozen=True)
class Grid:
    """Where each glyph lies: glyph ``i`` is on sheet ``i // per_sheet``, row by row from the top left.

    Attributes:
        cell: side of a glyph in px.
        columns: glyphs in a row of a sheet.
        per_sheet: glyphs on a full sheet.
    """

    cell: int
    columns: int
    per_sheet: int

    @classmethod
    def of(cls, cell: int, sheet_px: int = SHEET_PX) -> Grid:
        """The grid of square sheets of at most ``sheet_px`` px.

        >>> Grid.of(28)
        Grid(cell=28, columns=73, per_sheet=5329)
        """
        columns = sheet_px // cell
        if columns < 1:
            raise KuzushijiError(f"a glyph of {cell} px does not fit on a sheet of {sheet_px} px")
        return cls(cell, columns, columns * columns)


def cell_size(side: int, count: int) -> int:
    """The thumbnail's side in px: the image's own when small, less where a whole set would be too heavy.

    Args:
        side: longer side of the images in px.
        count: how many there are.

    >>> cell_size(28, 70_000), cell_size(64, 500), cell_size(64, 20_000), cell_size(64, 140_424)
    (28, 64, 32, 24)
    """
    if side <= 32:
        return side
    if count <= 2_000:
        return min(side, 64)
    return 32 if count <= 80_000 else 24


def shrink(images: Any, cell: int) -> Pixels:
    """Scales images to ``cell`` px squares, keeping their proportions, in the middle of a black square.

    Args:
        images: uint8 (n, h, w), white ink on black.
        cell: side of the result in px.

    Returns:
        uint8 (n, cell, cell).

    >>> shrink(np.full((1, 4, 4), 255, np.uint8), 2).tolist()
    [[[255, 255], [255, 255]]]
    """
    a = np.asarray(images, np.uint8)
    if a.ndim != 3:
        raise KuzushijiError(f"sprites are made of images (n, h, w), not of an array of shape {a.shape}")
    n, h, w = a.shape
    if (h, w) == (cell, cell):
        return a
    if h == w and h % cell == 0:
        k = h // cell
        mean = a.reshape(n, cell, k, cell, k).mean(axis=(2, 4), dtype=np.float32)
        return np.rint(mean).astype(np.uint8)
    from PIL import Image

    scale = cell / max(h, w)
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    top, left = (cell - size[1]) // 2, (cell - size[0]) // 2
    out = np.zeros((n, cell, cell), np.uint8)
    for image, place in zip(a, out, strict=True):
        small = Image.fromarray(image).resize(
            size, Image.Resampling.BOX if scale < 1 else Image.Resampling.NEAREST
        )
        place[top : top + size[1], left : left + size[0]] = np.asarray(small)
    return out


def encode(glyphs: Pixels, grid: Grid, bits: int = 4) -> bytes:
    """One sheet as a PNG of black ink whose opacity is the pixel's value.

    Args:
        glyphs: uint8 (m, cell, cell), m at most ``grid.per_sheet``.
        grid: the layout.
        bits: 4 (16 levels of opacity) or 8 (256).
    """
    from PIL import Image

    m, cell = len(glyphs), grid.cell
    columns, rows = min(grid.columns, max(m, 1)), max(1, -(-m // grid.columns))
    cells = np.zeros((rows * columns, cell, cell), np.uint8)
    cells[:m] = glyphs
    sheet = cells.reshape(rows, columns, cell, cell).swapaxes(1, 2).reshape(rows * cell, columns * cell)
    levels = 1 << bits
    step = 255 // (levels - 1)
    picture = Image.fromarray((sheet.astype(np.uint16) + step // 2) // step).convert("L")
    picture.putpalette(bytes(3 * levels))  # every entry black
    file = io.BytesIO()
    opacity = bytes(range(0, 256, step))
    picture.save(file, "PNG", bits=bits, transparency=opacity, compress_level=6)
    return file.getvalue()


def sheets(images: Any, order: npt.NDArray[np.int64], grid: Grid, bits: int = 4) -> Iterator[bytes]:
    """Yields the PNG sheets of ``images[order]``, reading one sheet's worth of images at a time.

    Args:
        images: uint8 (n, h, w) array-like, white ink on black; may be lazy.
        order: which image comes at which place.
        grid: the layout.
        bits: see :func:`encode`.
    """
    for start in range(0, len(order), grid.per_sheet):
        yield encode(shrink(images[order[start : start + grid.per_sheet]], grid.cell), grid, bits)
