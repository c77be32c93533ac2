"""Pages as a pandas data frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kuzushiji.errors import need

if TYPE_CHECKING:
    from kuzushiji.pages.result import Page

COLUMNS = (
    "file", "page", "column", "kind", "place", "char", "codepoint", "probability", "sure", "ruby",
    "x", "y", "width", "height", "others",
)  # fmt: skip
"""The columns of `to_frame`."""


def to_frame(pages: Iterable[Page]) -> Any:
    """A data frame with a row for each character of each page, in reading order.

    Args:
        pages: what a page reader gives; a page with an error or without characters adds no row.

    Returns:
        A ``pandas.DataFrame`` with the columns `COLUMNS`. ``column`` (on its page) and ``place`` (in its
        column) are from 0, the box is in pixels of the upright page, and ``others`` has the candidates after
        the best one.

    Raises:
        UsageError: pandas is not installed (extra ``data``).
    """
    pandas = need("pandas", extra="data")
    rows = [
        (
            *(page.file, page.page, number, column.kind.value, place),
            *(each.char, each.candidates[0].codepoint, each.probability, each.sure, each.ruby),
            *each.box,
            "".join(candidate.char for candidate in each.candidates[1:]),
        )
        for page in pages
        for number, column in enumerate(page.columns)
        for place, each in enumerate(column.characters)
    ]
    return pandas.DataFrame(rows, columns=list(COLUMNS))
