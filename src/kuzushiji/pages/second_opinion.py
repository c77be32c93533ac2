"""The reader of single characters, asked about each place that the column network found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kuzushiji.images.fit import place
from kuzushiji.weights import Model

WIDER = 0.03
"""How much wider than the box the crop is at each side, as a share of the longer side."""


class SecondOpinion:
    """Reads crops of a page's ink.

    Args:
        model: the reader's network.
        classes: the column network's classes; those that the reader lacks get no opinion.
    """

    def __init__(self, model: Model, classes: Sequence[str]) -> None:
        self._model = model
        positions = {char: i for i, char in enumerate(classes)}
        self._labels = np.array([positions.get(char, -1) for char in model.info.classes])

    def __call__(
        self, ink: np.ndarray, scale: float, corners: np.ndarray, top: int = 8
    ) -> list[list[tuple[int, float]]]:
        """For each box the likeliest (label, probability), the likeliest first.

        Args:
            ink: float32 (h, w), from `kuzushiji.images.page.page_ink`.
            scale: pixels of ``ink`` per pixel of the boxes.
            corners: float (n, 4).
            top: how many labels.
        """
        if not len(corners):
            return []
        grey = np.clip(ink * 255, 0, 255).astype(np.uint8)
        glyphs = np.stack([self._glyph(grey, box * scale) for box in corners])
        rows = self._model.probabilities(glyphs)
        best = np.argpartition(-rows, top, axis=1)[:, :top]
        found = []
        for row, chosen in zip(rows, best, strict=True):
            pairs = [(int(self._labels[k]), float(row[k])) for k in chosen if self._labels[k] >= 0]
            found.append(sorted(pairs, key=lambda pair: -pair[1]))
        return found

    def _glyph(self, grey: np.ndarray, box: np.ndarray) -> np.ndarray:
        left, top, right, bottom = box
        slack = WIDER * max(right - left, bottom - top, 4.0)
        wide = (float(left - slack), float(top - slack), float(right + slack), float(bottom + slack))
        return place(grey, wide, self._model.info.size)
