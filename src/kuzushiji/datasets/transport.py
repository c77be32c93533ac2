"""One file from one place to one ``.part`` file: HTTP or ``file://``, resumed where that is safe, retried.

Standard library only. What counts as resumable is written beside the data in ``<name>.part.json``: where it
came from and the server's validator (ETag or Last-Modified), so that two versions of a file are never glued
together.
"""

from __future__ import annotations

import email.utils
import http.client
import json
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from kuzushiji._version import __version__
from kuzushiji.datasets.formats import looks_like_html
from kuzushiji.errors import KuzushijiError

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
ATTEMPTS = 4  # in a row without a single new byte
BACKOFF_SECONDS = 0.5  # doubled each time
LONGEST_WAIT = 30.0
_BLOCK = 1 << 20


class SourceError(KuzushijiError):
    """This place cannot give the file; another may. The message is a clause: "has no such file"."""


class UnreachableError(SourceError):
    """There is no connection to this host at all."""


class _TryAgain(Exception):  # noqa: N818
    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class _Restart(_TryAgain):
    """What is there cannot be continued."""


@dataclass
class _Stream:
    """An open source: the bytes from ``offset`` on, of ``total`` (None: unknown)."""

    body: Any
    offset: int
    total: int | None
    validator: str | None


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.timeout = CONNECT_SECONDS
        super().connect()
        self.sock.settimeout(READ_SECONDS)


class _SecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        self.timeout = CONNECT_SECONDS
        super().connect()
        self.sock.settimeout(READ_SECONDS)


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_Connection, req)  # type: ignore[arg-type]


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_SecureConnection, req)  # type: ignore[arg-type]


def local_path(url: str) -> Path | None:
    """The path that a ``file://`` URL names, else None."""
    return Path(urllib.request.url2pathname(urlsplit(url).path)) if url.startswith("file:") else None


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
        except (_TryAgain, UnreachableError) as e:
            if isinstance(e, UnreachableError) and not answered:
                raise
            if isinstance(e, _Restart):
                part.unlink(missing_ok=True)
            answered = True
            grown = _size(part) > before
            continued = continued or grown
            failures = 0 if grown else failures + 1
            if failures >= ATTEMPTS:
                raise SourceError(f"gave up after {ATTEMPTS} tries: {e}") from e
            wait = e.wait if isinstance(e, _TryAgain) else None
            time.sleep(min(LONGEST_WAIT, BACKOFF_SECONDS * 2**failures if wait is None else wait))


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _once(
    url: str, part: Path, size: int | None, pinned: bool, progress: Callable[[int, int | None], None]
) -> bool:
    note = part.with_name(part.name + ".json")
    have, validator = _resumable(url, part, note, pinned)
    stream = _open(url, have, validator)
    try:
        if stream.total is not None and size is not None and stream.total != size:
            raise SourceError(f"has {stream.total:,} bytes where the current release has {size:,}")
        _make_room(part, (stream.total or size or 0) - stream.offset)
        with _writing(part), open(part, "r+b" if stream.offset else "wb") as out:
            out.truncate(stream.offset)
            out.seek(stream.offset)
            note.write_text(json.dumps({"url": url, "validator": stream.validator}))
            done = stream.offset
            while block := _read(stream.body):
                if done == 0 and looks_like_html(block[:512]):
                    raise SourceError("answers with a web page instead of the file")
                out.write(block)
                done += len(block)
                progress(done, stream.total or size)
                if size is not None and done > size:
                    raise SourceError(f"sends more than the {size:,} bytes of the current release")
    finally:
        stream.body.close()
    total = stream.total if stream.total is not None else size
    if total is not None and done < total:
        raise _TryAgain(f"the connection ended after {done:,} of {total:,} bytes")
    return stream.offset > 0


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


def _open(url: str, have: int, validator: str | None) -> _Stream:
    path = local_path(url)
    return _open_file(path, have, validator) if path is not None else _open_http(url, have, validator)


def _open_file(path: Path, have: int, validator: str | None) -> _Stream:
    try:
        body: IO[bytes] = open(path, "rb")  # noqa: SIM115
        found = os.fstat(body.fileno())
    except (FileNotFoundError, NotADirectoryError) as e:
        raise SourceError("has no such file") from e
    except OSError as e:
        raise SourceError(f"cannot be read ({e.strerror or e})") from e
    version = f"{found.st_size}-{found.st_mtime_ns}"
    offset = have if have <= found.st_size and validator in (None, version) else 0
    body.seek(offset)
    return _Stream(body, offset, found.st_size, version)


def _open_http(url: str, have: int, validator: str | None) -> _Stream:
    headers = {"User-Agent": f"kuzushiji/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if validator:
            headers["If-Range"] = validator
    opener = urllib.request.build_opener(_Http, _Https)
    try:
        answer = opener.open(urllib.request.Request(url, headers=headers), timeout=READ_SECONDS)
    except urllib.error.HTTPError as e:
        with e:
            return _refused(e, have)
    except urllib.error.URLError as e:
        raise UnreachableError(f"is unreachable ({_reason(e.reason)})") from e
    except (OSError, http.client.HTTPException) as e:
        raise _TryAgain(_reason(e)) from e
    if answer.headers.get_content_type() == "text/html":
        answer.close()
        raise SourceError("answers with a web page instead of the file")
    # A weak ETag or a date alone may name two different files; If-Range demands a strong validator, or a
    # date.
    etag = answer.headers.get("ETag", "")
    version = etag if etag.startswith('"') else answer.headers.get("Last-Modified")
    length = answer.headers.get("Content-Length", "")
    total = int(length) if length.isdigit() else None
    if answer.status != 206:
        return _Stream(answer, 0, total, version)
    first, _, whole = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    if first.partition("-")[0] != str(have):
        answer.close()
        raise SourceError("answers with another part of the file than was asked for")
    return _Stream(answer, have, int(whole) if whole.isdigit() else None, version or validator)


def _refused(e: urllib.error.HTTPError, have: int) -> _Stream:
    if e.code == 416 and have:
        whole = e.headers.get("Content-Range", "").rpartition("/")[2]
        if whole == str(have):  # killed between the last byte and the rename
            return _Stream(open(os.devnull, "rb"), have, have, None)
        raise _Restart("the server has fewer bytes than were there")
    if e.code in (404, 410):
        raise SourceError("has no such file")
    if e.code == 429 or e.code >= 500:
        raise _TryAgain(f"HTTP {e.code}", _retry_after(e.headers.get("Retry-After")))
    raise SourceError(f"refuses it (HTTP {e.code})")


def _retry_after(value: str | None) -> float | None:
    if value is None:
        return None
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _read(body: Any) -> bytes:
    try:
        return body.read(_BLOCK)
    except (OSError, http.client.HTTPException) as e:
        raise _TryAgain(_reason(e)) from e


def _reason(e: object) -> str:
    if isinstance(e, TimeoutError):
        return "no answer in time"
    return str(getattr(e, "strerror", None) or e or type(e).__name__)


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
