"""What one server accepts, and the one kind of error it answers with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

MEBI = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much one server takes on; every limit that is passed becomes a JSON error, never a crash.

    Attributes:
        body_bytes: largest request body in bytes (413).
        pixels: most pixels in one image, after decompression (413).
        images: most images in one request (413).
        boxes: most boxes (422).
        characters: most characters in one request, images times boxes (413).
        top: most candidates one may ask for (422).
        seconds: longest time for one reading once its body is here, in seconds (503).
        body_seconds: longest time for a body to arrive, in seconds (408).
        requests: most reading requests at once, waiting ones included (429).
        bytes_in_flight: most bytes of bodies held at once by all requests (429).
        glyphs_waiting: most glyphs waiting for the model (429).
        batch: most glyphs given to the model at once.
        workers: threads that decode images.
        pages: pages read at once.
        pages_waiting: most pages that may wait for their turn (429).
        page_seconds: longest time for reading one page once its turn has come, in seconds (503).
    """

    body_bytes: int = 32 * MEBI
    pixels: int = 64_000_000
    images: int = 64
    boxes: int = 256
    characters: int = 1024
    top: int = 100
    seconds: float = 20.0
    body_seconds: float = 30.0
    requests: int = 128
    bytes_in_flight: int = 256 * MEBI
    glyphs_waiting: int = 4096
    batch: int = 64
    workers: int = 2
    pages: int = 1
    pages_waiting: int = 32
    page_seconds: float = 120.0


class ApiError(Exception):
    """A request that cannot be answered: a status and one line that says what is wrong and what to do."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = " ".join(message.split())
        self.headers = headers or {}


def busy(message: str) -> ApiError:
    """The 429 of a server that has enough to do: come back in a second."""
    return ApiError(429, message, {"Retry-After": "1"})


class Gate:
    """Counts the requests and bytes in flight of one server and turns away what is too much.

    It lives on one event loop, so plain integers are enough.

    >>> gate = Gate(Limits(requests=1))
    >>> with gate.request():
    ...     gate.requests
    1
    >>> gate.requests
    0
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.requests = 0
        self.bytes = 0

    @contextmanager
    def request(self) -> Iterator[None]:
        """Holds one place among the requests in flight.

        Raises:
            ApiError: 429, all places are taken.
        """
        if self.requests >= self.limits.requests:
            raise busy(f"the server is busy with {self.requests} requests; try again in a moment")
        self.requests += 1
        try:
            yield
        finally:
            self.requests -= 1

    @contextmanager
    def body(self) -> Iterator[_Held]:
        """Accounts for the bytes of one body until the block ends."""
        held = _Held(self)
        try:
            yield held
        finally:
            self.bytes -= held.bytes


class _Held:
    """The bytes of one body, as counted by a gate."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.bytes = 0

    def add(self, n: int) -> None:
        limits = self.gate.limits
        if self.bytes + n > limits.body_bytes:
            raise _too_large(limits)
        if self.gate.bytes + n > limits.bytes_in_flight:
            raise busy("the server holds as many images as it can; try again in a moment")
        self.bytes += n
        self.gate.bytes += n


def _too_large(limits: Limits) -> ApiError:
    size = limits.body_bytes / MEBI
    # Closing tells the client not to send the rest on this connection.
    return ApiError(
        413, f"the body is larger than {size:g} MiB; send smaller or fewer images", {"Connection": "close"}
    )


async def read_body(request: Request, held: _Held) -> bytes:
    """Receives a body within the limits.

    Args:
        request: the request, its body not yet read.
        held: where its bytes are accounted for.

    Returns:
        The whole body.

    Raises:
        ApiError: 413 too large, 429 too much in flight, 408 too slow, 400 the client went away.
    """
    limits = held.gate.limits
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limits.body_bytes:
        await _drain(request.stream(), limits)
        raise _too_large(limits)
    chunks: list[bytes] = []
    stream = request.stream()
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for chunk in stream:
                held.add(len(chunk))
                chunks.append(chunk)
    except TimeoutError:
        raise ApiError(
            408, f"the body did not arrive within {limits.body_seconds:g} s", {"Connection": "close"}
        ) from None
    except ClientDisconnect:
        raise ApiError(400, "the client went away") from None
    except ApiError:
        await _drain(stream, limits)
        raise
    return b"".join(chunks)


async def _drain(stream: AsyncIterator[bytes], limits: Limits) -> None:
    """Throws away some of an unwanted body: a client still sending would see a reset, not our answer."""
    left = 2 * limits.body_bytes
    try:
        async with asyncio.timeout(min(5.0, limits.body_seconds)):
            async for chunk in stream:
                left -= len(chunk)
                if left < 0:
                    return
    except (TimeoutError, ClientDisconnect):
        return
