"""What a waiting person sees: a bar on a terminal, nothing in a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

Advance = Callable[[int, int | None], None]


def say(line: str) -> None:
    """One line on standard error."""
    print(f"kuzushiji: {line}", file=sys.stderr, flush=True)


@contextmanager
def bar(label: str, unit: Literal["bytes", "images"] = "bytes") -> Iterator[Advance]:
    """A progress bar on standard error if that is a terminal.

    Yields:
        A function to call with (done, total or None).
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    count = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    with Progress(
        "{task.description}", BarColumn(), count, TimeRemainingColumn(), console=Console(stderr=True)
    ) as p:
        task = p.add_task(label, total=None)
        yield lambda done, total: p.update(task, completed=done, total=total)
