"""What the detector should say of a composed page."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kuzushiji.models.detector import STRIDE
from kuzushiji.training.composing import Kind, Placed

_SIGMA = 0.14  # of a Gaussian peak, as a share of the box's side
_LEAST_SIGMA = 0.55  # cells


def targets(placed: Sequence[Placed], height: int, width: int) -> dict[str, np.ndarray]:
    """Maps of one page.

    Args:
        placed: its characters.
        height: of the network's input, pixels, a multiple of 32.
        width: of the network's input.

    Returns:
        ``heat`` float32 (1, 2, h, w): a Gaussian at each character's middle, main text and ruby; ``peaks``
        float32 (1, 2, h, w): 1 at the middles; ``shape`` float32 (1, 4, h, w): log width, log height, offset
        right and down of the middle, all in cells; ``weight`` float32 (1, 1, h, w): where ``shape`` counts.
    """
    h, w = height // STRIDE, width // STRIDE
    heat, peaks = np.zeros((2, h, w), np.float32), np.zeros((2, h, w), np.float32)
    shape, weight = np.zeros((4, h, w), np.float32), np.zeros((h, w), np.float32)
    for p in placed:
        kind = int(p.kind is Kind.RUBY)
        wide, high = (p.right - p.left) / STRIDE, (p.bottom - p.top) / STRIDE
        x, y = (p.left + p.right) / 2 / STRIDE, (p.top + p.bottom) / 2 / STRIDE
        column, row = int(x), int(y)
        if not (0 <= column < w and 0 <= row < h) or wide <= 0 or high <= 0:
            continue
        sx, sy = max(_LEAST_SIGMA, _SIGMA * wide), max(_LEAST_SIGMA, _SIGMA * high)
        rx, ry = int(3 * sx) + 1, int(3 * sy) + 1
        rows = np.arange(max(row - ry, 0), min(row + ry + 1, h))
        columns = np.arange(max(column - rx, 0), min(column + rx + 1, w))
        peak = np.exp(
            -((columns - column)[None] ** 2 / (2 * sx * sx) + (rows - row)[:, None] ** 2 / (2 * sy * sy))
        ).astype(np.float32)
        place = np.ix_(rows, columns)
        heat[kind][place] = np.maximum(heat[kind][place], peak)
        peaks[kind, row, column] = 1
        mine = (peak > 0.5) & (peak > weight[place])
        r, c = (k[mine] for k in np.broadcast_arrays(rows[:, None], columns[None]))
        weight[r, c] = peak[mine]
        shape[0, r, c], shape[1, r, c] = math.log(wide), math.log(high)
        shape[2, r, c], shape[3, r, c] = x - 0.5 - c, y - 0.5 - r
    return {"heat": heat[None], "peaks": peaks[None], "shape": shape[None], "weight": weight[None, None]}
