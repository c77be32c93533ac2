"""Colour to grey: what is stamped, ruled or marked in colour round black ink goes with the paper.

Seals, vermilion reading marks and the boxes of writing sheets are dark in luma, but light in one channel at
least, where black ink over them is dark in all. benchmarks/hard_crops.py measures what that is worth on crops
of real pages with such things laid over them; the shares below were chosen there. Of the 861 crops as they
are, two hold a coloured mark by them; all other come out as plain luma.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from kuzushiji.images.paper.strips import strips

MARK = 0.3
"""Least spread of a pixel's channels, each as a share of the paper's, in a mark. Ink, foxing and show-through
stay below 0.25 in all but 12 of the 861 crops."""
_FAINT, _PLAIN = 0.1, 0.25  # spread from which a pixel is lifted a little, and wholly, where there are marks
_LEAST_MARKS = 0.002  # of the picture
_LEAST_BLACK = 0.12  # of the marks: else the marks are what is written
_BLACK = 0.65  # of the paper, in the lightest channel
_DARK_PAPER = 90  # luma; the channels of darker paper say nothing of colour
_LUMA = (0.299, 0.587, 0.114)
_RIM = 0.15  # of a side: black ink there may be a neighbour's
_LOOKED_AT = 128  # pixels a side, for finding marks


def to_grey(picture: np.ndarray) -> np.ndarray:
    """Grey values of a picture.

    They are luma (ITU-R 601), but where a picture with black ink on light paper also has marks in colour.
    These get the value of their lightest channel, for which the mark itself counts as white, so that black
    strokes under a mark stay. If next to nothing in the middle of the picture is black, the marks are the
    writing, and it is luma again.

    Args:
        picture: uint8 (h, w) or (h, w, 3), RGB.

    Returns:
        uint8 (h, w); it may share memory with what was given.

    >>> page = np.full((40, 40, 3), (220, 200, 160), np.uint8)
    >>> page[5:8] = 200, 60, 50
    >>> page[10:30, 18:22] = 40
    >>> grey = to_grey(page)
    >>> int(grey[6, 0]) == int(grey[0, 0]), int(grey[20, 20])
    (True, 40)
    >>> bool(to_grey(page[:10])[6, 0] < 110)  # no black ink: red is what is written
    True
    """
    if picture.ndim == 2:
        return picture
    height, width = picture.shape[:2]
    thin = picture[:: -(-height // _LOOKED_AT), :: -(-width // _LOOKED_AT)]
    paper = _paper(thin)
    white = _white_of_marks(thin, paper)
    grey = np.empty((height, width), np.uint8)
    for part in strips(picture):
        luma = _luma(picture[part])
        grey[part] = luma if white is None else _lifted(picture[part], luma, paper, white)
    return grey


def _luma(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(np.ascontiguousarray(picture)).convert("L"))


def _lifted(picture: np.ndarray, luma: np.ndarray, paper: np.ndarray, white: float) -> np.ndarray:
    """Luma in which marks are as light as paper, float32 (h, w)."""
    lightest, spread = _channels(picture, paper)
    share = np.clip((spread - _FAINT) / (_PLAIN - _FAINT), 0, 1)
    light = float(paper @ _LUMA) * np.minimum(lightest / white, 1)
    return np.rint(luma + share * np.maximum(light - luma, 0))


def _paper(picture: np.ndarray) -> np.ndarray:
    """The colour of the paper, float32 (3,): the median of the lighter two fifths."""
    luma = _luma(picture)
    rank = int(0.6 * luma.size)
    light = picture[luma >= np.partition(luma.ravel(), rank)[rank]]
    middle = len(light) // 2
    return np.maximum(np.partition(light, middle, axis=0)[middle], 1).astype(np.float32)


def _channels(picture: np.ndarray, paper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lightest channel (h, w), as a share of the paper's, and how far the channels lie apart (h, w)."""
    red, green, blue = (picture[..., channel] * (1 / paper[channel]) for channel in range(3))
    lightest = np.maximum(np.maximum(red, green), blue)
    return lightest, np.minimum(lightest, 1) - np.minimum(np.minimum(red, green), blue)


def _white_of_marks(picture: np.ndarray, paper: np.ndarray) -> float | None:
    """The lightest channel of the marks in a picture, a share of the paper's; None where there are none."""
    if paper.max() < _DARK_PAPER:
        return None
    lightest, spread = _channels(picture, paper)
    marks = spread > MARK
    if marks.mean() < _LEAST_MARKS:
        return None
    rows, columns = (int(_RIM * side) for side in marks.shape)
    middle = np.s_[rows : marks.shape[0] - rows, columns : marks.shape[1] - columns]
    black = ~marks & (lightest < _BLACK)
    if black[middle].mean() < _LEAST_BLACK * marks[middle].mean():
        return None
    return float(min(1, max(_BLACK, np.median(lightest[marks]))))
