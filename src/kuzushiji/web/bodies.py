"""Receives the body of a request: as large, as fast and as soon as the limits say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from kuzushiji.web.guard.limits import ApiError, Held, Limits, too_large


async def read_body(request: Request, held: Held) -> bytes:
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
        raise too_large(limits)
    body = bytearray()
    stream = request.stream()
    begun = time.monotonic()
    try:
        while True:
            patience = _patience(len(body), time.monotonic() - begun, limits)
            async with asyncio.timeout(patience):
                chunk = await anext(stream, None)
            if chunk is None:
                return bytes(body)
            held.add(len(chunk))
            body += chunk
    except TimeoutError:
        late = time.monotonic() - begun >= limits.body_seconds
        how = f"within {limits.body_seconds:g} s" if late else f"at {limits.body_rate:,} bytes a second"
        raise ApiError(408, f"the body did not arrive {how}", {"Connection": "close"}) from None
    except ClientDisconnect:
        raise ApiError(400, "the client went away") from None
    except ApiError:
        await _drain(stream, limits)
        raise


def _patience(received: int, seconds: float, limits: Limits) -> float:
    """Seconds until a body of so many bytes, begun so long ago, is given up unless more comes.

    >>> _patience(20_480, 2.0, Limits())
    13.0
    """
    slow = limits.grace_seconds + received / limits.body_rate
    return max(0.0, min(slow, limits.body_seconds) - seconds)


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
