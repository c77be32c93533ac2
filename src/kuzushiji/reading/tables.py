"""Readings as a pandas data frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kuzushiji.errors import need

if TYPE_CHECKING:
    from kuzushiji.reading.result import Reading

COLUMNS = ("file", "rank", "char", "codepoint", "probability", "reading", "sure", "error")
"""The columns of `to_frame`."""


def to_frame(readings: Iterable[Reading]) -> Any:
    """A data frame with a row for each candidate of each reading, in order.

    Args:
        readings: what `Reader.read` or `Reader.stream` gives.

    Returns:
        A ``pandas.DataFrame`` with the columns `COLUMNS`: ``rank`` is from 1. A reading that failed has one
        row with ``error``, rank 0 and nothing else.

    Raises:
        UsageError: pandas is not installed (extra ``data``).
    """
    pandas = need("pandas", extra="data")
    rows: list[tuple[Any, ...]] = []
    for reading in readings:
        rows += [
            (reading.file, rank, c.char, c.codepoint, c.probability, c.reading, reading.sure, None)
            for rank, c in enumerate(reading.candidates, 1)
        ]
        if reading.error is not None:
            rows.append((reading.file, 0, None, None, None, None, False, reading.error))
    return pandas.DataFrame(rows, columns=list(COLUMNS))
