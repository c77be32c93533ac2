"""A page of drawn signs and a page reader that knows where they are, for the tests of the desk."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from PIL import Image
from web_support import ink

from kuzushiji.images import read_image
from kuzushiji.pages import Box, Character, Column, ColumnKind, Page
from kuzushiji.pages.given import GivenColumn
from kuzushiji.pages.rereading import reread
from kuzushiji.reading import KnownCharacter, Reader
from kuzushiji.web.desk.engine import Report, Stage

COLUMNS = ("一しの十", "へのし一", "十一へし")
SIDE, PITCH = 100, 140


def place(column: int, row: int) -> Box:
    """Where the row-th sign of the column-th column is: columns from right to left."""
    return Box(60 + (len(COLUMNS) - 1 - column) * 200, 50 + row * PITCH, SIDE, SIDE)


def drawn_page(columns: Sequence[str] = COLUMNS) -> Image.Image:
    """A page of 620 by 640 pixels with columns of signs."""
    sheet = Image.new("L", (620, 640), 228)
    for c, column in enumerate(columns):
        for r, char in enumerate(column):
            box = place(c, r)
            sheet.paste(ink(char, SIDE), (box.x, box.y))
    return sheet


class DrawnPages:
    """Reads drawn pages: the places are known, the signs are read by the reader of single characters.

    Args:
        reader: of single characters.
        hold: when given, a reading waits until it is set, and looks every moment whether it was cancelled.
        error: raised instead of reading.
        doubts: (column, row) of the signs that it is not sure of.
    """

    def __init__(
        self,
        reader: Reader,
        hold: threading.Event | None = None,
        error: Exception | None = None,
        doubts: frozenset[tuple[int, int]] = frozenset(),
    ) -> None:
        self.reader = reader
        self.hold = hold
        self.error = error
        self.doubts = doubts
        self.started = 0
        self.finished = 0
        self.known: list[str] = []

    def read(
        self, image: np.ndarray, name: str, report: Report, known: Sequence[KnownCharacter] = ()
    ) -> Page:
        self.started += 1
        self.known = [each.char for each in known]
        report(Stage.DETECTING)
        if self.error:
            raise self.error
        while self.hold and not self.hold.wait(0.01):
            report(Stage.DETECTING)
        report(Stage.READING)
        columns = []
        for c in range(len(COLUMNS)):
            rows = [r for r in range(len(COLUMNS[0])) if has_ink(image, place(c, r))]
            boxes = [place(c, r) for r in rows]
            readings = self._taught(known).read([image[b.y : b.bottom, b.x : b.right] for b in boxes])
            if boxes:
                found = [
                    Character(
                        box,
                        one.candidates,
                        one.sure and (c, row) not in self.doubts,
                        alone=one.candidates[0].probability,
                    )
                    for row, box, one in zip(rows, boxes, readings, strict=True)
                ]
                columns.append(Column(tuple(found), ColumnKind.MAIN))
        self.finished += 1
        height, width = image.shape[:2]
        return Page(name, 1, width, height, tuple(columns), seconds=0.01)

    def reread(
        self, image: np.ndarray, columns: Sequence[GivenColumn], known: Sequence[KnownCharacter] = ()
    ) -> tuple[Column, ...]:
        return reread(self._taught(known), image, columns)

    def _taught(self, known: Sequence[KnownCharacter]) -> Reader:
        """The reader with what is known of the hand."""
        return self.reader.taught(known) if known else self.reader


def has_ink(image: np.ndarray, box: Box) -> bool:
    part = read_image(image)[box.y : box.bottom, box.x : box.right]
    return bool(part.size and part.min() < 128)
