"""The server's log: one line for each thing that happens, and the same thing once a minute."""

from __future__ import annotations

import logging
import time


class OncePerMinute(logging.Filter):
    """Lets a message of one logger pass once in a while, and says how often it came in between.

    Args:
        seconds: for how long the same message is only counted.
        traces: keep tracebacks and further lines.

    What a flood of clients causes would otherwise fill the disk: asyncio alone writes thousands of lines a
    second where open files run out.
    """

    _MOST = 256  # different messages that are remembered

    def __init__(self, seconds: float = 60.0, traces: bool = False) -> None:
        super().__init__()
        self.seconds = seconds
        self.traces = traces
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written; it may be shortened."""
        if record.levelno < logging.WARNING:
            return True
        text = record.getMessage()
        key = record.name, str(record.msg).partition("\n")[0][:200]
        last, skipped = self._seen.get(key, (float("-inf"), 0))
        now = time.monotonic()
        if now - last < self.seconds:
            self._seen[key] = last, skipped + 1
            return False
        if len(self._seen) >= self._MOST:
            self._seen.clear()
        self._seen[key] = now, 0
        if not self.traces:
            text = " ".join(text.partition("\n")[0].split())
            if record.exc_info and record.exc_info[1] is not None:
                text += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})".replace("\n", " ")
            record.exc_info = record.exc_text = record.stack_info = None
        record.msg = f"{text} (and {skipped:,} times before)" if skipped else text
        record.args = None
        return True


def configure(debug: bool) -> None:
    """Sends the log to standard error: warnings in one line each, with ``debug`` all there is."""
    logging.basicConfig(level=logging.INFO if debug else logging.WARNING, format="kuzushiji: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(OncePerMinute(0.0 if debug else 60.0, traces=debug))
