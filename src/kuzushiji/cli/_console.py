"""What the commands share when they write to a terminal: widths of Japanese, colours, bars, progress."""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from typing import TextIO

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
_EIGHTHS = " ▏▎▍▌▋▊▉"


def width(text: str) -> int:
    """Columns that a text takes in a terminal: two for East Asian wide characters, none for combining ones.

    >>> width("か ka"), width("が"), width("か\\u3099")
    (5, 2, 2)
    """
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def pad(text: str, columns: int) -> str:
    """Fills a text with spaces to a number of terminal columns, or cuts it to that with an ellipsis.

    >>> pad("か", 4) + "|", pad("かきくけこ", 6) + "|"
    ('か  |', 'かき… |')
    """
    if width(text) > columns:
        while width(text) > columns - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))


def bar(share: float, columns: int = 20) -> str:
    """A bar for a share in [0, 1], in eighths of a column; not padded.

    >>> bar(0.5, 4), bar(0.0, 4), bar(0.28125, 4)
    ('██', '', '█▏')
    """
    eighths = round(min(max(share, 0.0), 1.0) * columns * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def is_tty(stream: TextIO) -> bool:
    """Whether a person watches this stream."""
    return hasattr(stream, "isatty") and stream.isatty()


def style(text: str, kind: str, stream: TextIO | None = None) -> str:
    """Colours a text, on a terminal that wants colours only (``NO_COLOR``, ``TERM=dumb``)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not is_tty(sys.stdout if stream is None else stream):
        return text
    return f"\x1b[{_STYLES[kind]}m{text}\x1b[0m"


def complain(text: str, kind: str = "error") -> None:
    """One line on standard error, as every message of this program looks."""
    print(f"kuzushiji: {kind}: {' '.join(text.split())}", file=sys.stderr)


class Progress:
    """A line on standard error that counts; silent unless a person watches it.

    >>> with Progress("read") as progress:
    ...     progress.step()
    """

    def __init__(self, verb: str, stream: TextIO | None = None, every: float = 0.2) -> None:
        """Starts to count.

        Args:
            verb: what is done to each thing, in the past: ``"read"``.
            stream: where to write; None for standard error.
            every: seconds between two updates; nothing is written before the first.
        """
        self._verb = verb
        self._stream = sys.stderr if stream is None else stream
        self._active = is_tty(self._stream)
        self._every = every
        self._start = self._last = time.monotonic()
        self._shown = False
        self.count = 0

    def __enter__(self) -> Progress:
        """Itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Wipes the line."""
        self.clear()

    def step(self, by: int = 1) -> None:
        """Counts, and now and then writes."""
        self.count += by
        now = time.monotonic()
        if self._active and now - self._last >= self._every:
            self._last = now
            rate = self.count / (now - self._start)
            pace = f"{rate:,.0f}/s" if rate >= 1 else f"{1 / rate:,.1f} s each"
            self._stream.write(f"\r\x1b[K{self.count:,} {self._verb}, {pace}")
            self._stream.flush()
            self._shown = True

    def clear(self) -> None:
        """Wipes the line, so that something else can be written."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False
