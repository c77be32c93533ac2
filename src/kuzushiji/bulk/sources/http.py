"""One request, to an address that was checked, in limited time. Redirects are left to the caller."""

from __future__ import annotations

import email.utils
import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

from kuzushiji._version import __version__
from kuzushiji.bulk.sources.connecting import (
    SILENCE_SECONDS,
    Limit,
    PassingError,
    ThroughProxy,
    connect,
    reason,
)
from kuzushiji.errors import KuzushijiError

_BLOCK = 1 << 16


class Answer:
    """An answer, its body not read yet.

    Attributes:
        location: where a redirect leads; None for an answer with a body.
        size: bytes of the body, where the server says.
        type: its media type.
    """

    def __init__(self, response: http.client.HTTPResponse, connection: http.client.HTTPConnection) -> None:
        self._response, self._connection = response, connection
        self.location = response.headers.get("Location") if response.status in _REDIRECTS else None
        length = response.headers.get("Content-Length", "")
        self.size = int(length) if length.isdigit() else None
        self.type = response.headers.get_content_type()
        if self.location is None and self.type == "text/html":  # a sign-in or error page
            raise KuzushijiError("the server answers with a web page instead of the file")

    def blocks(self, deadline: float) -> Iterator[bytes]:
        """The body, until the deadline (of `time.monotonic`). Raises PassingError."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise PassingError("the answer did not end in time")
            if self._connection.sock is not None:
                self._connection.sock.settimeout(min(left, SILENCE_SECONDS))
            try:
                block = self._response.read1(_BLOCK)
            except (OSError, http.client.HTTPException, ValueError) as e:
                raise PassingError(reason(e)) from None
            if not block and time.monotonic() < deadline:  # at the deadline the connection was shut
                return
            if not block:
                continue
            yield block


_REDIRECTS = (301, 302, 303, 307, 308)
_QUERY = "/%:;=@!$&'()*+,~?[]"


@contextmanager
def get(address: str, allow_private: bool, deadline: float) -> Iterator[Answer]:
    """Asks once.

    Args:
        address: ``http://`` or ``https://``.
        allow_private: hosts on private networks may be asked.
        deadline: of `time.monotonic`.

    Raises:
        KuzushijiError: the server has not got it, or may not be asked.
        PassingError: another try may succeed.
    """
    parts = urlsplit(address)
    try:
        secure, host = {"http": False, "https": True}[parts.scheme], parts.hostname
        port = parts.port or (443 if secure else 80)
    except (KeyError, ValueError):
        raise KuzushijiError("not an http or https address") from None
    if not host:
        raise KuzushijiError("this address names no host")
    if parts.username is not None:
        raise KuzushijiError("addresses with a user name are not fetched")
    target = quote(parts.path or "/", safe="/%:;=@!$&'()*+,~") + (
        f"?{quote(parts.query, safe=_QUERY)}" if parts.query else ""
    )
    limit = Limit(deadline)
    try:
        connection = connect(parts.scheme, host, port, allow_private, limit)
    except BaseException:
        limit.end()
        raise
    through = isinstance(connection, ThroughProxy)
    try:
        name = f"[{host}]" if ":" in host else host
        place = name if port == (443 if secure else 80) else f"{name}:{port}"
        headers = {"Host": place, "User-Agent": f"kuzushiji/{__version__}", "Accept-Encoding": "identity"}
        connection.request("GET", f"{parts.scheme}://{place}{target}" if through else target, headers=headers)
        with connection.getresponse() as response:
            _check(response)
            yield Answer(response, connection)
    except (OSError, http.client.HTTPException) as e:
        raise PassingError(reason(e)) from None
    finally:
        limit.end()
        connection.close()


def _check(response: http.client.HTTPResponse) -> None:
    status = response.status
    if status == 200 or (status in _REDIRECTS and response.headers.get("Location")):
        return
    if status in (404, 410):
        raise KuzushijiError("the server has no such file")
    if status in (408, 425, 429) or status >= 500:
        raise PassingError(f"the server answers HTTP {status}", _wait(response.headers.get("Retry-After")))
    raise KuzushijiError(f"the server refuses it (HTTP {status})")


def _wait(value: str | None) -> float | None:
    if value is None:
        return None
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
