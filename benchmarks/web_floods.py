"""Clients that mean harm, for ``web_load.py --flood``: each keeps on until it is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import io
import struct
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import httpx
from PIL import Image

SILENT = 600
"""Connections that say nothing; more than the server takes."""
SLOW = 128
"""Bodies that come at a byte a second."""
UPLOADS = 4
"""Clients that upload costly pictures, one after the other."""


def many_scans(scans: int = 200, side: int = 8000) -> bytes:
    """A progressive JPEG that says it has side * side pixels, with many empty scans."""
    buffer = io.BytesIO()
    Image.new("L", (64, 64), 200).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    size = data.index(b"\xff\xc2") + 5
    data = data[:size] + struct.pack(">HH", side, side) + data[size + 4 :]
    return data[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x01\x01\x00\x00" * scans + b"\xff\xd9"


def wide_webp(side: int = 6300) -> bytes:
    """A small WebP of nearly 40 million pixels, the most that the server decodes of this format."""
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), (230, 225, 210)).save(buffer, "WEBP", quality=20, method=0)
    return buffer.getvalue()


def wide_jpeg(side: int = 7900) -> bytes:
    """A JPEG of 62 million pixels, within all limits."""
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), (230, 225, 210)).save(buffer, "JPEG", progressive=True)
    return buffer.getvalue()


async def _uploads(url: str, body: bytes) -> None:
    async def one() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    await client.post("/api/read", content=body, headers={"content-type": "image/x"})
                await asyncio.sleep(0.01)

    await asyncio.gather(*(one() for _ in range(UPLOADS)))


async def _sockets(url: str, count: int, first: bytes, again: bytes) -> None:
    """Keeps some connections open: what is closed is opened anew."""
    place = urlsplit(url)

    async def one() -> None:
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                _, writer = await asyncio.open_connection(place.hostname, place.port)
                with contextlib.closing(writer):
                    writer.write(first)
                    while not writer.is_closing():
                        await asyncio.sleep(1)
                        writer.write(again)
                        await writer.drain()
            await asyncio.sleep(0.2)

    await asyncio.gather(*(one() for _ in range(count)))


async def _silent(url: str) -> None:
    await _sockets(url, SILENT, b"", b"")


async def _slow(url: str) -> None:
    head = f"POST /api/read HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nContent-Type: image/png\r\n"
    await _sockets(url, SLOW, f"{head}Content-Length: 100000\r\n\r\n".encode(), b"x")


async def _large(url: str) -> None:
    await asyncio.gather(_uploads(url, wide_webp()), _uploads(url, wide_jpeg()))


FLOODS: dict[str, Callable[[str], Awaitable[None]]] = {
    "scans": lambda url: _uploads(url, many_scans()),
    "silent": _silent,
    "slow": _slow,
    "large": _large,
}
"""What a flood does to a server's address."""
