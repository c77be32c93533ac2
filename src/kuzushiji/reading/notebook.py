"""A reading as a notebook shows it: the glyph that the model saw, beside the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from kuzushiji.reading.candidate import Candidate

if TYPE_CHECKING:
    import numpy as np

SHOWN = 5
"""Most candidates of one reading."""


def table(
    file: str, glyph: np.ndarray | None, candidates: Sequence[Candidate], sure: bool, error: str | None
) -> str:
    """HTML of one reading.

    Args:
        file: what was read.
        glyph: uint8 (size, size), white ink on black; None where there is none.
        candidates: best first.
        sure: whether the reader answers.
        error: one line in place of candidates; None where there are any.

    Returns:
        A table of one row for the glyph and one for each candidate; nothing in it is taken for markup.
    """
    head = f"<caption>{escape(file)}</caption>"
    if error is not None:
        return f"<table>{head}<tr><td>{escape(error)}</td></tr></table>"
    rows = [
        f"<td>{escape(c.char)}</td><td>{c.probability:.1%}</td><td>{escape(c.codepoint)}</td>"
        f"<td>{escape(c.reading)}</td>"
        for c in candidates[:SHOWN]
    ]
    picture = ""
    if glyph is not None:
        from kuzushiji.evaluation.report.pictures import data_uri

        alt = escape(candidates[0].char if candidates else "")
        source = data_uri(glyph)
        picture = (
            f'<td rowspan="{len(rows) + 1}"><img src="{source}" alt="{alt}" width="96" height="96"></td>'
        )
    verdict = "sure" if sure else "not sure"
    first = f'<tr>{picture}<td colspan="4">{verdict}</td></tr>'
    return f"<table>{head}{first}{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
