"""Where a file comes from, HTTP or ``file://``: opened at an offset, with the version that is there.

Standard library only.
"""

from __future__ import annotations

import email.utils
import http.client
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from kuzushiji._version import __version__
from kuzushiji.errors import KuzushijiError

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
BLOCK = 1 << 20


class SourceError(KuzushijiError):
    """This place cannot give the file; another may. The message is a clause: "has no such file"."""


class UnreachableError(SourceError):
    """There is no connection to this host at all."""


class TryAgain(Exception):  # noqa: N818
    """What went wrong may go right the next time, after ``wait`` seconds if the server says so."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Restart(TryAgain):
    """What is there already cannot be continued: all of it is to be fetched anew."""


@dataclass
class Stream:
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


def open_source(url: str, have: int, validator: str | None) -> Stream:
    """Opens a file to be read from where an earlier transfer ended.

    Args:
        url: ``http(s)://`` or ``file://``.
        have: bytes that are there already.
        validator: the version that they are of; None where any will do.

    Returns:
        The stream, at ``have`` if the file can be continued and at 0 otherwise.

    Raises:
        SourceError: this place does not give it.
        TryAgain: it may do so later.
    """
    path = local_path(url)
    return _open_file(path, have, validator) if path is not None else _open_http(url, have, validator)


def _open_file(path: Path, have: int, validator: str | None) -> Stream:
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
    return Stream(body, offset, found.st_size, version)


def _open_http(url: str, have: int, validator: str | None) -> Stream:
    headers = {"User-Agent": f"kuzushiji/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if validator:
            headers["If-Range"] = validator
    opener = urllib.request.build_opener(_Http, _Https)
    try:
        answer = opener.open(urllib.request.Request(url, headers=headers), timeout=READ_SECONDS)  # noqa: S310
    except urllib.error.HTTPError as e:
        with e:
            return _refused(e, have)
    except urllib.error.URLError as e:
        raise UnreachableError(f"is unreachable ({_reason(e.reason)})") from e
    except (OSError, http.client.HTTPException) as e:
        raise TryAgain(_reason(e)) from e
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
        return Stream(answer, 0, total, version)
    first, _, whole = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    if first.partition("-")[0] != str(have):
        answer.close()
        raise SourceError("answers with another part of the file than was asked for")
    return Stream(answer, have, int(whole) if whole.isdigit() else None, version or validator)


def _refused(e: urllib.error.HTTPError, have: int) -> Stream:
    if e.code == 416 and have:
        whole = e.headers.get("Content-Range", "").rpartition("/")[2]
        if whole == str(have):  # killed between the last byte and the rename
            return Stream(open(os.devnull, "rb"), have, have, None)
        raise Restart("the server has fewer bytes than were there")
    if e.code in (404, 410):
        raise SourceError("has no such file")
    if e.code == 429 or e.code >= 500:
        raise TryAgain(f"HTTP {e.code}", _retry_after(e.headers.get("Retry-After")))
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


def read_block(body: Any) -> bytes:
    """The next bytes of a stream, at most `BLOCK`; none at its end.

    Raises:
        TryAgain: the connection broke.
    """
    try:
        return bytes(getattr(body, "read1", body.read)(BLOCK))  # what is there: a slow one is then noticed
    except (OSError, http.client.HTTPException) as e:
        raise TryAgain(_reason(e)) from e


def _reason(e: object) -> str:
    if isinstance(e, TimeoutError):
        return "no answer in time"
    return str(getattr(e, "strerror", None) or e or type(e).__name__)
