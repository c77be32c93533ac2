"""Reads boxes that a person put on a page: crop by crop, with the reader of single characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.images import cut
from kuzushiji.pages.given import GivenBox, GivenColumn
from kuzushiji.pages.result import Box, Character, Column
from kuzushiji.reading import Candidate, Reader, Reading


def reread(
    reader: Reader, image: np.ndarray, columns: Sequence[GivenColumn], top: int = 10
) -> tuple[Column, ...]:
    """Reads the characters in given boxes.

    Args:
        reader: reads one character.
        image: uint8 (h, w), grey, or (h, w, 3), RGB: the page, or the part that holds the boxes.
        columns: the boxes; one whose character is known is not read.
        top: the most candidates of a character.

    Returns:
        One column each, its characters in the order of the boxes.

    Raises:
        KuzushijiError: a box outside the image, or one that cannot be read.
    """
    wanted = [box for column in columns for box in column.boxes if box.char is None]
    readings = iter(reader.stream((cut(image, *_place(box)) for box in wanted), top=top))

    def character(box: GivenBox) -> Character:
        return _read(box, next(readings)) if box.char is None else _known(box)

    return tuple(Column(tuple(map(character, column.boxes)), column.kind) for column in columns)


def _place(box: GivenBox) -> tuple[float, float, float, float, float]:
    return box.x, box.y, box.width, box.height, box.angle


def _whole(box: GivenBox) -> Box:
    return Box(round(box.x), round(box.y), max(1, round(box.width)), max(1, round(box.height)))


def _known(box: GivenBox) -> Character:
    return Character(_whole(box), (Candidate.of(box.char or "", 1.0),), sure=True, ruby=box.ruby)


def _read(box: GivenBox, reading: Reading) -> Character:
    if reading.error:
        raise KuzushijiError(reading.error)
    best = reading.candidates[0].probability
    return Character(_whole(box), reading.candidates, reading.sure, alone=best, ruby=box.ruby)
