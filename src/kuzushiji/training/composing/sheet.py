"""The sheet that a page is written on: a layer of ink, a pen for lines, and the characters placed so far."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from kuzushiji.training.composing.placed import Kind, Placed


class Sheet:
    """Ink on nothing yet.

    Args:
        height: pixels.
        width: pixels.

    Attributes:
        ink: float32 (height, width), 0 bare to 1 black: glyphs.
        placed: the characters, in the order of writing.
        columns: columns begun so far.
    """

    def __init__(self, height: int, width: int) -> None:
        self.height, self.width = height, width
        self.ink = np.zeros((height, width), np.float32)
        self.placed: list[Placed] = []
        self.columns = 0
        self._lines = Image.new("L", (width, height))
        self.pen = ImageDraw.Draw(self._lines)

    def new_column(self) -> int:
        """The number of the next column in reading order."""
        self.columns += 1
        return self.columns - 1

    def stamp(self, grey: np.ndarray, left: float, top: float) -> bool:
        """Lays ink, float32 (h, w) in [0, 1], with its corner at a place; False where it would stick out."""
        x, y = round(left), round(top)
        h, w = grey.shape
        if x < 0 or y < 0 or x + w > self.width or y + h > self.height:
            return False
        part = self.ink[y : y + h, x : x + w]
        np.maximum(part, grey, out=part)
        return True

    def note(
        self, char: str, shape: str, box: tuple[float, float, float, float], kind: Kind, column: int
    ) -> None:
        """Remembers a character's place: left, top, right, bottom."""
        self.placed.append(Placed(char, shape, *box, kind, column))

    def all_ink(self) -> np.ndarray:
        """Glyphs and lines together, float32 (height, width) in [0, 1]."""
        return np.maximum(self.ink, np.asarray(self._lines, np.float32) / 255)
