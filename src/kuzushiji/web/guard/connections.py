"""Who is connected: idle and stalled connections are closed, and give way where there are too many.

uvicorn waits for ever for the first request of a connection. A few hundred silent sockets would then take all
places, or all files that the process may open. Here each connection has a time limit. When there are too
many, the one that has waited longest for a request is closed for the one that comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from kuzushiji.web.guard.limits import Limits
from kuzushiji.web.guard.security import HEADERS

_TICK = 1.0  # seconds between two looks at all connections
_RESERVE = 64  # open files for all that is no connection
_SLOW = 2.0  # seconds from which a body that still arrives may give way


class Register:
    """All connections of one server.

    Args:
        limits: how many there may be, and how long they may wait.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._all: dict[str, set[Connection]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return sum(map(len, self._all.values()))

    def add(self, new: Connection) -> bool:
        """Takes a connection in, where need be for another; False if all are at work."""
        mine = self._all.setdefault(new.address, set())
        crowd = None
        if len(mine) >= self.limits.connections_per_client:
            crowd = mine
        elif len(self) >= self.limits.connections:
            crowd = max(self._all.values(), key=len)
        if crowd is not None and not self._gives_way(crowd):
            if not mine:
                del self._all[new.address]
            return False
        mine.add(new)
        if self._timer is None:
            self._timer = new.loop.call_later(_TICK, self._look, new.loop)
        return True

    def remove(self, old: Connection) -> None:
        """Forgets a connection."""
        mine = self._all.get(old.address, set())
        mine.discard(old)
        if not mine:
            self._all.pop(old.address, None)

    def _gives_way(self, crowd: set[Connection]) -> bool:
        idle = [each for each in crowd if each.rank() is not None]
        if not idle:
            return False
        longest = min(idle, key=lambda each: (each.rank(), each.since))
        longest.drop()
        return True

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        for each in [each for mine in self._all.values() for each in mine]:
            if each.overdue():
                each.drop()
        if self._all:
            self._timer = loop.call_later(_TICK, self._look, loop)


class Connection(H11Protocol):
    """uvicorn's connection, with a time limit; its own refusals are JSON as all others are."""

    register: Register

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins, unless all places are taken by connections at work."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self.since = self.loop.time()
        self._stalled = (0, self.since)
        self._answered = False
        if not self.register.add(self):
            self._refuse(503, "the server has as many connections as it can; try again in a moment")

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends."""
        self.register.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Goes on with a request, or begins one."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self.since = self.loop.time()

    def on_response_complete(self) -> None:
        """Waits for the next request."""
        self.since = self.loop.time()
        self._answered = True
        super().on_response_complete()

    def rank(self) -> int | None:
        """How readily it gives way, 0 first; None while it is at work."""
        if self.cycle is None:
            return 0
        if self.cycle.response_complete:
            return 1
        slow = self.cycle.more_body and self.loop.time() - self.since > _SLOW
        return 2 if slow else None

    def overdue(self) -> bool:
        """Whether it has waited too long for a request, or its client too long to take the answer."""
        now, limits = self.loop.time(), self.register.limits
        waiting = self.transport.get_write_buffer_size()
        if not waiting or waiting != self._stalled[0]:
            self._stalled = waiting, now
        if now - self._stalled[1] > limits.idle_seconds:
            return True
        patience = limits.idle_seconds if self._answered else limits.header_seconds
        return (self.rank() in (0, 1) or self.transport.is_closing()) and now - self.since > patience

    def drop(self) -> None:
        """Closes it at once."""
        self.register.remove(self)
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP."""
        self._refuse(400, "this is not an HTTP request that can be read")

    def _refuse(self, status: int, message: str) -> None:
        body = json.dumps({"error": message}).encode()
        headers = {
            **HEADERS,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Connection": "close",
            **({"Retry-After": "1"} if status == 503 else {}),
        }
        with contextlib.suppress(h11.LocalProtocolError):  # an answer has begun: there is no room for another
            head = h11.Response(status_code=status, headers=list(headers.items()))
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def protocol(limits: Limits) -> type[Connection]:
    """The class of a server's connections, for ``uvicorn.Config(http=…)``."""
    return type("Connection", (Connection,), {"register": Register(limits)})


def files() -> int | None:
    """How many files this process may have open, after it has asked for all that it may have."""
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != hard:
            wanted = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    except ImportError:
        return None


def room(limits: Limits, open_files: int | None) -> tuple[Limits, int]:
    """Fits the connections to the files that may be open.

    Args:
        limits: as wished.
        open_files: most files that may be open; None where that is not limited.

    Returns:
        The limits, and how many connections may wait to be taken in.

    >>> fitted, backlog = room(Limits(), 256)
    >>> fitted.connections, fitted.connections_per_client, backlog
    (128, 96, 64)
    """
    from dataclasses import replace

    backlog = 512
    if open_files is None or open_files - _RESERVE >= limits.connections + backlog:
        return limits, backlog
    free = max(12, open_files - _RESERVE)
    backlog = min(backlog, free // 3)
    most = min(limits.connections, free - backlog)
    share = limits.connections_per_client * most // limits.connections
    return replace(limits, connections=most, connections_per_client=max(1, share)), backlog


def uvicorn_options(limits: Limits, backlog: int = 512) -> dict[str, Any]:
    """What `uvicorn.Config` needs so that a server keeps these limits."""
    return {
        "http": protocol(limits),
        "ws": "none",
        "backlog": backlog,
        "server_header": False,
        "timeout_keep_alive": max(1, round(limits.idle_seconds)),
        "h11_max_incomplete_event_size": 64 * 1024,
    }
