"""Silent sockets, slow bodies and nonsense cost their senders, not the others."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import httpx
import pytest
from web_support import StandIn, ink, png, serving

from kuzushiji.web.app import create_app
from kuzushiji.web.guard.connections import room
from kuzushiji.web.guard.limits import Limits
from kuzushiji.web.guard.log import OncePerMinute

PNG = {"content-type": "image/png"}


@contextmanager
def served(**limits: Any) -> Iterator[tuple[str, int]]:
    with serving(create_app(StandIn(), limits=Limits(**limits))) as url:
        yield url, int(url.rsplit(":", 1)[1])


def silent(port: int, count: int, stack: ExitStack, sends: bytes = b"") -> list[socket.socket]:
    found = []
    for _ in range(count):
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        if sends:
            connection.sendall(sends)
        found.append(connection)
    return found


def upload(port: int) -> bytes:
    head = f"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: image/png\r\n"
    return f"{head}Content-Length: 5000\r\n\r\nab".encode()


def answers(url: str) -> int:
    return httpx.post(f"{url}/api/read", content=png(ink("の")), headers=PNG, timeout=30).status_code


@pytest.mark.parametrize("sends", [b"", b"GET / HT", b"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
def test_idle_connections_give_way_to_those_that_ask(sends: bytes) -> None:
    with served(connections=6, connections_per_client=5) as (url, port), ExitStack() as stack:
        silent(port, 20, stack, sends)
        assert [answers(url) for _ in range(4)] == [200] * 4


def test_a_connection_that_says_nothing_is_closed() -> None:
    with served(header_seconds=0.3) as (_, port), ExitStack() as stack:
        (connection,) = silent(port, 1, stack, b"GET /health HTT")
        start = time.monotonic()
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""
        assert time.monotonic() - start < 15


def test_slow_bodies_take_no_place_from_others() -> None:
    with served(requests=2) as (url, port), ExitStack() as stack:
        silent(port, 8, stack, upload(port))
        assert [answers(url) for _ in range(3)] == [200] * 3


def test_a_body_below_the_least_rate_is_given_up() -> None:
    with served(grace_seconds=0.2, body_rate=1000) as (_, port), ExitStack() as stack:
        (connection,) = silent(port, 1, stack, upload(port) + b"x" * 300)
        assert b" 408 " in connection.recv(4096).partition(b"\r\n")[0]


def answer_of(connection: socket.socket) -> tuple[int, dict[str, str], dict[str, str]]:
    data = b""
    while chunk := connection.recv(4096):
        data += chunk
    head, _, body = data.decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), json.loads(body)


def test_what_is_no_http_is_answered_as_everything_else_is() -> None:
    with served() as (_, port), ExitStack() as stack:
        (connection,) = silent(port, 1, stack, b"nonsense\r\n\r\n")
        status, headers, body = answer_of(connection)
    assert status == 400
    assert headers["content-type"] == "application/json"
    assert headers["x-content-type-options"] == "nosniff"
    assert set(body) == {"error"}


def test_where_all_are_at_work_a_new_connection_is_refused_as_documented() -> None:
    with served(connections=3, connections_per_client=3) as (_, port), ExitStack() as stack:
        silent(port, 3, stack, upload(port))
        time.sleep(0.2)
        (connection,) = silent(port, 1, stack)
        status, headers, body = answer_of(connection)
    assert status == 503
    assert headers["retry-after"]
    assert set(body) == {"error"}


def test_connections_fit_the_files_that_may_be_open() -> None:
    for files in (64, 128, 256, 1024, 4096, None):
        limits, backlog = room(Limits(), files)
        assert limits.connections >= 4
        assert files is None or files < 128 or limits.connections + backlog + 64 <= files


def test_running_out_of_files_is_a_503(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    from PIL import Image
    from web_support import client_of

    with client_of(StandIn()) as client:
        monkeypatch.setattr(Image, "open", lambda *a, **k: (_ for _ in ()).throw(OSError(24, "Too many")))
        answer = client.post("/api/read", content=png(ink("の")), headers=PNG)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert set(answer.json()) == {"error"}


def test_the_same_line_is_logged_once_a_minute() -> None:
    lines = []
    log = logging.Logger("flood")
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    filtered = OncePerMinute()
    handler.addFilter(filtered)
    log.addHandler(handler)
    for number in range(1000):
        log.error("out of files: %s\nsocket: x", number)
    filtered.seconds = 0
    try:
        raise ValueError("two\nlines")
    except ValueError:
        log.exception("out of files: %s\nsocket: x", "again")
    assert lines == ["out of files: 0", "out of files: again (ValueError: two lines) (and 999 times before)"]
