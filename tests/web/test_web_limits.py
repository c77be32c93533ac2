"""Every limit is a clear JSON error of one line; nothing is ever a traceback."""

from __future__ import annotations

import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PIL import Image
from web_support import StandIn, client_of, ink, png, serving

from kuzushiji.errors import KuzushijiError
from kuzushiji.web.app import create_app
from kuzushiji.web.guard.limits import Limits

PNG = {"content-type": "image/png"}


def expect(answer: Any, status: int, *words: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert set(answer.json()) == {"error"}
    message = answer.json()["error"]
    assert message
    assert "\n" not in message
    assert "Traceback" not in answer.text
    for word in words:
        assert word in message
    return message


def bomb(side: int) -> bytes:
    """A PNG of side * side pixels in some hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 9))
        + chunk(b"IEND", b"")
    )


def test_a_large_body_is_refused(engine: Any) -> None:
    with client_of(engine, limits=Limits(body_bytes=10_000)) as client:
        expect(client.post("/api/read", content=b"x" * 10_001, headers=PNG), 413, "larger than")


def test_a_large_body_of_unknown_length_is_refused_while_it_comes(engine: Any) -> None:
    with client_of(engine, limits=Limits(body_bytes=10_000)) as client:
        chunks = (b"x" * 1000 for _ in range(40))
        expect(client.post("/api/read", content=chunks, headers=PNG), 413, "larger than")
        assert client.app.state.gate.bytes == 0


def test_a_refused_body_is_answered_over_a_real_connection_too(engine: Any) -> None:
    import httpx

    with serving(create_app(engine, limits=Limits(body_bytes=100_000))) as url:
        answer = httpx.post(f"{url}/api/read", content=b"x" * 180_000, headers=PNG)
        expect(answer, 413, "larger than")


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_a_decompression_bomb_is_refused_by_its_header(client: Any, side: int) -> None:
    start = time.perf_counter()
    expect(client.post("/api/read", content=bomb(side), headers=PNG), 413, "million pixels")
    assert time.perf_counter() - start < 5


def test_a_large_picture_is_read_in_its_own_process_as_a_small_one_is_here(engine: Any) -> None:
    body = png(ink("の"))
    with client_of(engine) as client:
        here = client.post("/api/read", content=body, headers=PNG).json()
    with client_of(engine, limits=Limits(small_pixels=100, seconds=200)) as client:
        files = [("image", ("image", each, "image/png")) for each in (body, body[:150])]
        there = client.post("/api/read", files=files).json()
    assert there["readings"][0] == here["readings"][0]
    assert "damaged" in there["readings"][1]["error"]


def test_the_work_of_a_picture_is_counted_before_it_is_decoded(client: Any) -> None:
    data = png(ink("の").convert("RGB"), "JPEG")
    scans = data[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x01\x01\x00\x00" * 600 + data[-2:]
    expect(client.post("/api/read", content=scans, headers=PNG), 413, "scans")
    large = Limits(pixels=10**4)
    with client_of(StandIn(), limits=large) as other:
        expect(other.post("/api/read", content=data, headers=PNG), 413, "0.01 million")


def test_formats_that_take_much_memory_have_a_lower_limit() -> None:
    with client_of(StandIn(), limits=Limits(costly_pixels=1000)) as client:
        expect(client.post("/api/read", content=png(ink("の"), "WEBP"), headers=PNG), 413, "million pixels")
        assert client.post("/api/read", content=png(ink("の")), headers=PNG).status_code == 200


def test_too_many_images(engine: Any) -> None:
    files = [("image", (f"{i}.png", png(ink("の", 20)), "image/png")) for i in range(4)]
    with client_of(engine, limits=Limits(images=3)) as client:
        expect(client.post("/api/read", files=files), 413, "more than 3 images")


def test_too_many_boxes(client: Any) -> None:
    query = "&".join(["box=0,0,9,9"] * 257)
    expect(client.post(f"/api/read?{query}", content=png(ink("の")), headers=PNG), 422, "256")


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "", "imag/png"])
def test_another_content_type(client: Any, kind: str) -> None:
    expect(client.post("/api/read", content=b"x", headers={"content-type": kind}), 415)


@pytest.mark.parametrize(
    "data", [b"hello", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"]
)
def test_not_an_image(client: Any, data: bytes) -> None:
    expect(client.post("/api/read", content=data, headers=PNG), 415, "not an image")


def test_a_damaged_image(client: Any) -> None:
    expect(client.post("/api/read", content=png(ink("の"))[:150], headers=PNG), 422, "damaged")


def test_an_empty_body(client: Any) -> None:
    expect(client.post("/api/read", headers=PNG), 422, "empty")


@pytest.mark.parametrize(
    "query",
    [
        "top=0", "top=101", "top=x", "top=", "top=1&top=2", "top=１", "invert=yes", "invert=", "threshold=0",
        "threshold=255", "threshold=-1", "box=1,2,3", "box=0,0,0,9", "box=nan,0,9,9", "box=1e9,0,9,9",
        "colour=red", "box=1,2,3,4,5,6", "glyph=1",
    ],
)  # fmt: skip
def test_a_wrong_option(client: Any, query: str) -> None:
    expect(client.post(f"/api/read?{query}", content=png(ink("の")), headers=PNG), 422)


def test_a_broken_multipart_body(client: Any) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        expect(client.post("/api/read", content=b"--y\r\nnonsense", headers={"content-type": kind}), 422)


def test_a_form_without_files(client: Any) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="top"\r\n\r\n5\r\n--x--\r\n'
    expect(
        client.post("/api/read", content=body, headers={"content-type": "multipart/form-data; boundary=x"}),
        422,
    )


def test_too_many_characters_at_once(engine: Any) -> None:
    files = [("image", (name, png(ink("の")), "image/png")) for name in ("a.png", "b.png")]
    with client_of(engine, limits=Limits(characters=5)) as client:
        assert len(client.post("/api/read?box=0,0,9,9&box=9,9,9,9", files=files).json()["readings"]) == 4
        query = "&".join(["box=0,0,9,9"] * 3)
        expect(client.post(f"/api/read?{query}", files=files), 413, "6 characters")


def test_slow_reading_is_given_up() -> None:
    with client_of(StandIn(seconds=1.0), limits=Limits(seconds=0.15)) as client:
        answer = client.post("/api/read", content=png(ink("の")), headers=PNG)
        expect(answer, 503, "longer than")
        assert answer.headers["retry-after"]


def test_too_many_requests_at_once() -> None:
    import httpx

    engine = StandIn(seconds=0.4)
    limits = Limits(requests=2)
    with serving(create_app(engine, limits=limits)) as url, ThreadPoolExecutor(8) as pool:
        body = png(ink("の"))
        asked = [pool.submit(httpx.post, f"{url}/api/read", content=body, headers=PNG) for _ in range(8)]
        answers = [each.result() for each in asked]
    turned_away = [answer for answer in answers if answer.status_code == 429]
    assert turned_away
    assert {answer.status_code for answer in answers} == {200, 429}
    expect(turned_away[0], 429, "busy")
    assert turned_away[0].headers["retry-after"] == "1"


def test_too_many_glyphs_waiting() -> None:
    files = [("image", (f"{i}.png", png(ink("の", 20)), "image/png")) for i in range(5)]
    with client_of(StandIn(), limits=Limits(glyphs_waiting=4)) as client:
        expect(client.post("/api/read", files=files), 429, "waiting")


def test_too_many_bytes_in_flight() -> None:
    with client_of(StandIn(), limits=Limits(bytes_in_flight=100)) as client:
        expect(client.post("/api/read", content=png(ink("の")), headers=PNG), 429)
        assert client.app.state.gate.bytes == 0


def test_a_slow_body_is_given_up() -> None:
    import socket

    with serving(create_app(StandIn(), limits=Limits(body_seconds=0.2))) as url:
        port = int(url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            head = f"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: image/png\r\n"
            connection.sendall(f"{head}Content-Length: 5000\r\n\r\nabc".encode())
            answer = connection.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 408 ")


def test_a_failing_model_is_a_500_in_json_and_the_server_lives_on() -> None:
    engine = StandIn(error=RuntimeError("secret path"))
    with client_of(engine) as client:
        answer = client.post("/api/read", content=png(ink("の")), headers=PNG)
        expect(answer, 500)
        assert "secret" not in answer.text
        engine.error = KuzushijiError("bad\nglyph")
        expect(client.post("/api/read", content=png(ink("の")), headers=PNG), 422, "bad glyph")
        engine.error = None
        assert client.post("/api/read", content=png(ink("の")), headers=PNG).status_code == 200


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", "/api/read", 405)])
def test_wrong_addresses_and_methods(client: Any, method: str, path: str, status: int) -> None:
    expect(client.request(method, path), status)


def test_static_files_stay_within_their_folder(client: Any) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/"):
        assert client.get(path).status_code == 404


def test_pixels_are_counted_not_bytes(engine: Any) -> None:
    with client_of(engine, limits=Limits(pixels=10_000)) as client:
        fine, large = (png(Image.new("L", (side, 100), 200)) for side in (100, 101))
        assert client.post("/api/read", content=fine, headers=PNG).status_code == 200
        expect(client.post("/api/read", content=large, headers=PNG), 413)
