"""Large pictures in parts, so that arithmetic in wider numbers needs little memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_STRIP = 1_000_000  # pixels


def strips(picture: np.ndarray) -> Iterator[slice]:
    """Rows of a picture in parts of some million pixels.

    Args:
        picture: (h, w) or (h, w, c).

    Yields:
        Slices of rows that follow one another, at least one row each.

    >>> list(strips(np.zeros((3, 700_000))))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)]
    """
    rows = max(1, _STRIP // max(1, picture.shape[1]))
    return (slice(start, start + rows) for start in range(0, len(picture), rows))
