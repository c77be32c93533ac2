"""What one server accepts, and the one kind of error it answers with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MEBI = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much one server takes on; every limit that is passed becomes a JSON error, never a crash.

    Attributes:
        body_bytes: largest request body in bytes (413).
        pixels: most pixels in one image, after decompression (413).
        costly_pixels: the same for formats whose decoders hold a picture many times over (413).
        images: most images in one request (413).
        boxes: most boxes (422).
        characters: most characters in one request, images times boxes (413).
        top: most candidates one may ask for (422).
        seconds: longest time for one reading once its body is here, in seconds (503).
        body_seconds: longest time for a body to arrive, in seconds (408).
        body_rate: least bytes a second of a body, after `grace_seconds` (408).
        grace_seconds: how long a body may come at any rate.
        header_seconds: longest time from a connection to the headers of its first request (closed).
        idle_seconds: longest time between two requests of a connection (closed).
        connections: most connections at once; beyond it, the one that has waited longest for a request is
            closed for a new one, and where all are at work the new one is refused (503).
        connections_per_client: the same for one address.
        requests: most reading requests at once, waiting ones included, once their bodies are here (429).
        bytes_in_flight: most bytes of bodies held at once by all requests (429).
        glyphs_waiting: most glyphs waiting for the model (429).
        batch: most glyphs given to the model at once.
        workers: threads that decode images.
        small_pixels: most pixels, times the scans of a JPEG, that are decoded in such a thread; larger
            pictures are decoded one at a time in a process of their own, which can be stopped.
        large_waiting: most larger pictures that wait for it (429).
        large_memory: memory for that process in bytes, where the system can limit it (413).
        pages: pages read at once.
        pages_waiting: most pages that may wait for their turn (429).
        page_seconds: longest time for reading one page once its turn has come, in seconds (503).
    """

    body_bytes: int = 32 * MEBI
    pixels: int = 64_000_000
    costly_pixels: int = 40_000_000
    images: int = 64
    boxes: int = 256
    characters: int = 1024
    top: int = 100
    seconds: float = 20.0
    body_seconds: float = 30.0
    body_rate: int = 2048
    grace_seconds: float = 5.0
    header_seconds: float = 10.0
    idle_seconds: float = 30.0
    connections: int = 512
    connections_per_client: int = 384
    requests: int = 128
    bytes_in_flight: int = 128 * MEBI
    glyphs_waiting: int = 4096
    batch: int = 64
    workers: int = 2
    small_pixels: int = 4_000_000
    large_waiting: int = 8
    large_memory: int = 768 * MEBI
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

    def __reduce__(self) -> tuple[Any, ...]:  # it crosses from one process to another
        return ApiError, (self.status, self.message, self.headers)


def busy(message: str) -> ApiError:
    """The 429 of a server that has enough to do: come back in a second."""
    return ApiError(429, message, {"Retry-After": "1"})


def too_slow(seconds: float) -> ApiError:
    """The 503 of a reading that took longer than so many seconds."""
    text = f"reading took longer than {seconds:g} s; send fewer or smaller images, or try again"
    return ApiError(503, text, {"Retry-After": "2"})


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

    def check(self) -> None:
        """Makes sure that there is a place.

        Raises:
            ApiError: 429, all places are taken.
        """
        if self.requests >= self.limits.requests:
            raise busy(f"the server is busy with {self.requests} requests; try again in a moment")

    @contextmanager
    def request(self) -> Iterator[None]:
        """Holds one place among the requests in flight.

        Raises:
            ApiError: 429, all places are taken.
        """
        self.check()
        self.requests += 1
        try:
            yield
        finally:
            self.requests -= 1

    @contextmanager
    def body(self) -> Iterator[Held]:
        """Accounts for the bytes of one body until the block ends."""
        held = Held(self)
        try:
            yield held
        finally:
            self.bytes -= held.bytes


class Held:
    """The bytes of one body, as counted by a gate."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.bytes = 0

    def add(self, n: int) -> None:
        """Counts further bytes.

        Raises:
            ApiError: 413 this body is too large, 429 all bodies together are.
        """
        limits = self.gate.limits
        if self.bytes + n > limits.body_bytes:
            raise too_large(limits)
        if self.gate.bytes + n > limits.bytes_in_flight:
            raise busy("the server holds as many images as it can; try again in a moment")
        self.bytes += n
        self.gate.bytes += n


def too_large(limits: Limits) -> ApiError:
    """The 413 of a body; closing tells the client not to send the rest on this connection."""
    size = limits.body_bytes / MEBI
    text = f"the body is larger than {size:g} MiB; send smaller or fewer images"
    return ApiError(413, text, {"Connection": "close"})
