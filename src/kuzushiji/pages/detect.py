"""Character boxes of a page: the detector at the scale that suits the page's characters, tile by tile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from kuzushiji.images.page import character_size, page_ink
from kuzushiji.weights.network import Network

LONG_SIDE = 1088
"""Longer side at which a page is looked at first, pixels."""
TILE = 1280
"""Largest side of what the network sees at once, pixels; larger pages go through it in tiles."""
_OVERLAP = 192  # pixels that two tiles share, more than the network sees around a character
_STRIDE = 4
_ALIGN = 32
_SIZES = (20.0, 75.0)  # sizes of characters, in network pixels, that need no other scale
_BEST_SIZE = 38.0
_LARGEST = 4000  # longer side of the largest scale that is tried, pixels
_ENLARGED = 0.0  # how much larger boxes become, as a share of their side


@dataclass(frozen=True)
class Detections:
    """Characters found on a page.

    Attributes:
        corners: float (n, 4): left, top, right, bottom, in pixels of the page.
        scores: float (n,) in [0, 1].
        ruby: bool (n,).
    """

    corners: np.ndarray
    scores: np.ndarray
    ruby: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)

    def where(self, mask: np.ndarray) -> Detections:
        """Some of them."""
        return Detections(self.corners[mask], self.scores[mask], self.ruby[mask])


class Detector:
    """Finds characters.

    Args:
        network: the detector.
        threshold: least score of a character.
    """

    def __init__(self, network: Network, threshold: float = 0.3) -> None:
        self._network, self._threshold = network, threshold

    def __call__(self, grey: np.ndarray) -> Detections:
        """Finds the characters of a page.

        Args:
            grey: uint8 (h, w), dark ink on light paper; see `kuzushiji.images.page.red_channel`.
        """
        longest = max(grey.shape)
        scale = min(1.0, LONG_SIDE / longest)
        found = self._at(grey, scale)
        main = found.where(~found.ruby & (found.scores > 0.4))
        if len(main) >= 5:
            size = character_size(main.corners) * scale
            if not _SIZES[0] <= size <= _SIZES[1]:
                better = min(scale * _BEST_SIZE / size, max(1.0, scale), _LARGEST / longest)
                if abs(np.log(better / scale)) > 0.2:
                    again = self._at(grey, better)
                    if again.scores.sum() > 0.8 * found.scores.sum() or size < _SIZES[0]:
                        found = again
        return found

    def _at(self, grey: np.ndarray, scale: float) -> Detections:
        height, width = (max(_ALIGN, round(side * scale)) for side in grey.shape)
        way = Image.Resampling.BOX if scale < 0.34 else Image.Resampling.HAMMING
        small = np.asarray(Image.fromarray(grey).resize((width, height), way))
        ink = page_ink(small)
        parts = [self._tile(ink, *tile) for tile in _tiles(height, width)]
        corners, scores, ruby = (np.concatenate(column) for column in zip(*parts, strict=True))
        kept = suppress(corners, scores)
        whole = corners[kept] / np.array([width / grey.shape[1], height / grey.shape[0]] * 2)
        np.clip(whole, 0, np.array([grey.shape[1], grey.shape[0]] * 2), out=whole)
        return Detections(whole, scores[kept], ruby[kept])

    def _tile(
        self, ink: np.ndarray, top: int, bottom: int, left: int, right: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Characters whose middle is in a tile; the network sees what is around it too."""
        y0, x0 = max(0, top - _OVERLAP // 2), max(0, left - _OVERLAP // 2)
        y0, x0 = y0 // _ALIGN * _ALIGN, x0 // _ALIGN * _ALIGN
        part = ink[y0 : bottom + _OVERLAP // 2, x0 : right + _OVERLAP // 2]
        height, width = part.shape
        padded = np.zeros((-(-height // _ALIGN) * _ALIGN, -(-width // _ALIGN) * _ALIGN), np.float32)
        padded[:height, :width] = part
        (maps,) = self._network.run(["maps"], padded[None, None])
        corners, scores, ruby = decode(maps[0], self._threshold)
        corners += np.array([x0, y0, x0, y0])
        x, y = (corners[:, 0] + corners[:, 2]) / 2, (corners[:, 1] + corners[:, 3]) / 2
        mine = (x >= left) & (x < right) & (y >= top) & (y < bottom)
        return corners[mine], scores[mine], ruby[mine]


def _tiles(height: int, width: int) -> list[tuple[int, int, int, int]]:
    """Top, bottom, left and right of the tiles that cover a page without overlap."""

    def cuts(side: int) -> list[int]:
        count = max(1, -(-side // TILE))
        return [round(side * k / count) for k in range(count + 1)]

    rows, columns = cuts(height), cuts(width)
    return [
        (rows[i], rows[i + 1], columns[j], columns[j + 1])
        for i in range(len(rows) - 1)
        for j in range(len(columns) - 1)
    ]


def decode(maps: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Boxes at the peaks of the heat.

    Args:
        maps: float32 (6, h, w), see `kuzushiji.models.detector.CHANNELS`.
        threshold: least score.

    Returns:
        Corners float (n, 4) in pixels, scores float (n,), ruby bool (n,).
    """
    heat = 1 / (1 + np.exp(-maps[:2]))
    best = heat.max(0)
    framed = np.pad(best, 1)
    h, w = best.shape
    around = np.max([framed[i : i + h, j : j + w] for i in range(3) for j in range(3)], axis=0)
    rows, columns = np.nonzero((best >= around) & (best > threshold))
    log_w, log_h, dx, dy = maps[2:, rows, columns]
    x, y = (columns + 0.5 + dx) * _STRIDE, (rows + 0.5 + dy) * _STRIDE
    half_w = np.exp(np.clip(log_w, -2, 5)) * _STRIDE / 2 * (1 + _ENLARGED)
    half_h = np.exp(np.clip(log_h, -2, 5)) * _STRIDE / 2 * (1 + _ENLARGED)
    corners = np.stack([x - half_w, y - half_h, x + half_w, y + half_h], 1).astype(np.float64)
    return corners, best[rows, columns], heat[1, rows, columns] > heat[0, rows, columns]


def suppress(
    corners: np.ndarray, scores: np.ndarray, overlap: float = 0.45, inside: float = 0.75
) -> np.ndarray:
    """Non-maximum suppression.

    Args:
        corners: float (n, 4).
        scores: float (n,).
        overlap: intersection over union from which the weaker of two boxes goes.
        inside: share of the smaller box inside the other from which the weaker goes.

    Returns:
        Indices of the boxes that stay, best first.
    """
    order = np.argsort(-scores, kind="stable")
    boxes = corners[order]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    alive = np.ones(len(order), bool)
    for k in range(len(order)):
        if not alive[k]:
            continue
        kept.append(int(order[k]))
        wide = np.minimum(boxes[k, 2], boxes[:, 2]) - np.maximum(boxes[k, 0], boxes[:, 0])
        high = np.minimum(boxes[k, 3], boxes[:, 3]) - np.maximum(boxes[k, 1], boxes[:, 1])
        both = np.maximum(wide, 0) * np.maximum(high, 0)
        iou = both / np.maximum(area[k] + area - both, 1e-6)
        alive &= (iou <= overlap) & (both / np.maximum(np.minimum(area[k], area), 1e-6) <= inside)
    return np.array(kept, int)
