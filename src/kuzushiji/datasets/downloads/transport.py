"""One file from one place to one ``.part`` file, resumed where that is safe, retried.

What counts as resumable is written beside the data in ``<name>.part.json``: where it
came from and the server's validator (ETag or Last-Modified), so that two versions of a file are never glued
together.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kuzushiji.datasets.downloads.opening import (
    Restart,
    SourceError,
    TryAgain,
    UnreachableError,
    open_source,
    read_block,
)
from kuzushiji.datasets.layouts.file_formats import looks_like_html
from kuzushiji.errors import KuzushijiError

ATTEMPTS = 4  # in a row without a single new byte
BACKOFF_SECONDS = 0.5  # doubled each time
LONGEST_WAIT = 30.0
LEAST_RATE = 1024  # bytes a second, over SLOW_SECONDS; another place may be faster
SLOW_SECONDS = 60.0


def transfer(
    url: str, part: Path, size: int | None, pinned: bool, progress: Callable[[int, int | None], None]
) -> bool:
    """Completes ``part`` from ``url``; what arrived stays there if it fails, for the next call.

    Args:
        url: ``http(s)://`` or ``file://``.
        part: where the bytes go.
        size: bytes the file must have, if known.
        pinned: its hash is known and will be checked by the caller, so bytes from another place may be
            continued.
        progress: called with (bytes there, bytes in all or None).

    Returns:
        True if earlier bytes were continued, False if all came now.

    Raises:
        SourceError: this place has not got it, or gave up after retries.
        KuzushijiError: the disk is full or cannot be written.
    """
    failures, answered, continued = 0, False, False
    while True:
        before = _size(part)
        try:
            return _once(url, part, size, pinned, progress) or continued
        except (TryAgain, UnreachableError) as e:
            if isinstance(e, UnreachableError) and not answered:
                raise
            if isinstance(e, Restart):
                part.unlink(missing_ok=True)
            answered = True
            grown = _size(part) > before
            continued = continued or grown
            failures = 0 if grown else failures + 1
            if failures >= ATTEMPTS:
                raise SourceError(f"gave up after {ATTEMPTS} tries: {e}") from e
            wait = e.wait if isinstance(e, TryAgain) else None
            time.sleep(min(LONGEST_WAIT, BACKOFF_SECONDS * 2**failures if wait is None else wait))


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _once(
    url: str, part: Path, size: int | None, pinned: bool, progress: Callable[[int, int | None], None]
) -> bool:
    note = part.with_name(part.name + ".json")
    have, validator = _resumable(url, part, note, pinned)
    stream = open_source(url, have, validator)
    try:
        if stream.total is not None and size is not None and stream.total != size:
            raise SourceError(f"has {stream.total:,} bytes where the current release has {size:,}")
        _make_room(part, (stream.total or size or 0) - stream.offset)
        with _writing(part), open(part, "r+b" if stream.offset else "wb") as out:
            out.truncate(stream.offset)
            out.seek(stream.offset)
            note.write_text(json.dumps({"url": url, "validator": stream.validator}))
            done = stream.offset
            pace = _Pace()
            while block := read_block(stream.body):
                if done == 0 and looks_like_html(block[:512]):
                    raise SourceError("answers with a web page instead of the file")
                out.write(block)
                done += len(block)
                progress(done, stream.total or size)
                pace.count(len(block))
                if size is not None and done > size:
                    raise SourceError(f"sends more than the {size:,} bytes of the current release")
    finally:
        stream.body.close()
    total = stream.total if stream.total is not None else size
    if total is not None and done < total:
        raise TryAgain(f"the connection ended after {done:,} of {total:,} bytes")
    return stream.offset > 0


class _Pace:
    """Gives a place up that sends next to nothing."""

    def __init__(self) -> None:
        self._since, self._bytes = time.monotonic(), 0

    def count(self, block: int) -> None:
        """Counts what came.

        Raises:
            SourceError: less than `LEAST_RATE` over `SLOW_SECONDS`.
        """
        self._bytes += block
        seconds = time.monotonic() - self._since
        if seconds < SLOW_SECONDS:
            return
        if self._bytes < LEAST_RATE * seconds:
            raise SourceError(f"is too slow ({self._bytes / seconds:,.0f} bytes a second)")
        self._since, self._bytes = time.monotonic(), 0


def _resumable(url: str, part: Path, note: Path, pinned: bool) -> tuple[int, str | None]:
    """(bytes that may be continued, the validator to demand)."""
    try:
        have = part.stat().st_size
        said = json.loads(note.read_text())
        same, validator = said["url"] == url, said["validator"]
    except (OSError, ValueError, KeyError, TypeError):
        return 0, None
    if same and validator:
        return have, validator
    return (have, None) if pinned else (0, None)


@contextmanager
def _writing(part: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise KuzushijiError(f"cannot write {part}: {e.strerror or e}") from e


def _make_room(part: Path, needed: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if needed > free:
        raise KuzushijiError(
            f"the disk of {part.parent} has {free / 1e6:,.0f} MB free; {needed / 1e6:,.0f} MB are needed"
        )
