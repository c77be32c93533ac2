"""What the commands share that read many inputs into an output: how far it is, how it ends, how to go on."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from kuzushiji.cli import _console as console

if TYPE_CHECKING:
    from kuzushiji.bulk import SourceOptions, State, TaskFactory

_LISTED = 10  # failed inputs that are named one by one; all are in the output
_PLAIN_SECONDS = 30.0  # between two lines where no person watches


class _Terminated(BaseException):
    """SIGTERM."""


def run_bulk(factory: TaskFactory, words: Iterable[str], out: str, asked: argparse.Namespace) -> int:
    """Reads what the words name into an output, says how far it is on standard error.

    Args:
        factory: makes the task.
        words: see `kuzushiji.bulk.expand`.
        out: the output.
        asked: has the options of `kuzushiji.cli.bulk_runs.options` and ``threads``.

    Returns:
        The exit code: 0 done, 1 inputs could not be used, 130 or 143 when it was stopped.

    Raises:
        UsageError: wrong options, or the output belongs to another run.
        KuzushijiError: the output cannot be written, or the model not be loaded.
    """
    from kuzushiji.bulk import RunOptions, run

    options = RunOptions(
        workers=asked.workers,
        threads=asked.threads,
        engine=asked.engine,
        address=asked.address,
        retry_failed=asked.retry_failed,
        part_size=asked.part_size,
    )
    sources = source_options(asked)
    line = _Line()
    skipped: list[str] = []
    try:
        with _terminable():
            state = run(factory, words, out, options, sources, progress=line.show, skipped=skipped.append)
    except (KeyboardInterrupt, _Terminated) as e:
        line.clear()
        kept = f"{line.done:,} inputs are finished and kept" if line.done else "what is finished is kept"
        console.complain(f"stopped: {kept}; the same command goes on there", kind="note")
        return 128 + (signal.SIGINT if isinstance(e, KeyboardInterrupt) else signal.SIGTERM)
    line.clear()
    mention_skipped(skipped)
    _sum_up(state, out)
    return 1 if state.failed else 0


def mention_skipped(skipped: list[str]) -> None:
    """Says which files of a folder were not taken for images."""
    for name in skipped[:_LISTED]:
        console.complain(f"{name}: not an image, left out", kind="note")
    if len(skipped) > _LISTED:
        console.complain(f"and {len(skipped) - _LISTED} more files that are not images", kind="note")


def source_options(asked: argparse.Namespace) -> SourceOptions:
    """What `add_source_options` has taken."""
    from kuzushiji.bulk import Fetching, SourceOptions

    return SourceOptions(asked.null, asked.dpi, Fetching(allow_private=asked.allow_private))


def words_of(state: State) -> str:
    """How far a run is, in one line.

    >>> from kuzushiji.bulk import State
    >>> words_of(State(done=500, failed=2, found=2000, counted=True, seconds=10, now=250))
    '500 of 2,000 (25 %), 25/s, 1 min left, 2 failed'
    """
    rate = state.now / state.seconds if state.seconds else 0.0
    if state.counted:
        share = 100 * state.done / state.found if state.found else 100
        parts = [f"{state.done:,} of {state.found:,} ({share:.3g} %)"]
    else:
        parts = [f"{state.done:,} of at least {state.found:,}"]
    parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s")
    if state.counted and rate and state.done < state.found:
        parts.append(f"{_duration((state.found - state.done) / rate)} left")
    if state.failed:
        parts.append(f"{state.failed:,} failed")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length or (unit == "min" and seconds >= 60):
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _sum_up(state: State, out: str) -> None:
    earlier = f", {state.before:,} of them before" if state.before else ""
    console.complain(f"{out}: {state.done:,} inputs{earlier}", kind="note")
    for name, reason in state.failures[:_LISTED]:
        console.complain(reason if name in reason else f"{name}: {reason}")
    if state.failed:
        others = (
            "" if state.failed <= len(state.failures[:_LISTED]) else ", all with their reason in the output"
        )
        console.complain(
            f"{state.failed:,} of them could not be used{others}; --retry-failed tries them again",
            kind="note",
        )


class _Line:
    """Progress: a line that is written over for a person, a plain one now and then for a log."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._person = console.is_tty(self._stream)
        self._every = 0.2 if self._person else _PLAIN_SECONDS
        self._last = time.monotonic()
        self.done = 0

    def show(self, state: State) -> None:
        self.done = state.done
        if time.monotonic() - self._last < self._every:
            return
        self._last = time.monotonic()
        if self._person:
            self._stream.write(f"\r\x1b[K{words_of(state)}")
        else:
            self._stream.write(f"kuzushiji: {words_of(state)}\n")
        self._stream.flush()

    def clear(self) -> None:
        if self._person:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends the run as Ctrl-C does: children end, what is finished stays."""

    def end(*about: object) -> None:
        raise _Terminated

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
