"""Pages out of files that a browser cannot open, and out of addresses."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from desk_support import DrawnPages, drawn_page
from PIL import Image
from web_support import client_of, png

from kuzushiji.reading import Reader


@pytest.fixture(scope="module")
def pages(tiny_model: Path) -> DrawnPages:
    return DrawnPages(Reader(tiny_model, threads=1))


@pytest.fixture(scope="module")
def desk(engine: Any, pages: DrawnPages) -> Iterator[Any]:
    with client_of(engine, pages=pages) as client:
        yield client


def lines(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def tiff(count: int) -> bytes:
    buffer = io.BytesIO()
    sheets = [drawn_page() for _ in range(count)]
    sheets[0].save(buffer, "TIFF", save_all=True, append_images=sheets[1:])
    return buffer.getvalue()


def test_the_pages_of_a_tiff(desk: Any) -> None:
    found = lines(desk.post("/api/pages/pictures", files=[("file", ("巻.tif", tiff(3), "image/tiff"))]))
    assert [(line["name"], line["page"], line["pages"]) for line in found] == [
        ("巻.tif", n, 3) for n in (1, 2, 3)
    ]
    with Image.open(io.BytesIO(base64.b64decode(found[2]["image"]))) as image:
        assert image.size == drawn_page().size
    assert desk.app.state.gate.requests == 0
    assert desk.app.state.gate.bytes == 0


@pytest.mark.parametrize("name", ["a.pdf", "a.tif", "a"])
def test_a_broken_file_is_one_line(desk: Any, name: str) -> None:
    (line,) = lines(desk.post("/api/pages/pictures", files=[("file", (name, b"no file of any kind", "x/y"))]))
    assert line["name"] == name
    assert line["error"]
    assert "/tmp" not in line["error"]


def test_a_form_with_something_else(desk: Any) -> None:
    assert desk.post("/api/pages/pictures", files=[("image", ("a", b"1", "x/y"))]).status_code == 422
    assert desk.post("/api/pages/pictures", content=b"1").status_code == 415


def asked(client: Any, address: Any) -> Any:
    tree = json.dumps({"address": address})
    return client.post("/api/pages/address", files=[("file", ("a.json", tree, "application/json"))])


@pytest.mark.parametrize("word", ["", "file:///etc/passwd", "/etc/passwd", 3, None, "-"])
def test_only_addresses_are_fetched(desk: Any, word: Any) -> None:
    assert asked(desk, word).status_code == 422


def test_no_address_of_this_machine_is_fetched(desk: Any) -> None:
    seen: list[str] = []

    class Secret(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(png(drawn_page()))

        def log_message(self, *words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Secret)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        (line,) = lines(asked(desk, f"http://127.0.0.1:{server.server_address[1]}/secret.png"))
    finally:
        server.shutdown()
    assert line["error"]
    assert seen == []


def test_a_server_for_others_fetches_nothing(engine: Any, pages: DrawnPages) -> None:
    with client_of(engine, pages=pages, bound="0.0.0.0") as client:
        answer = asked(client, "https://example.org/manifest.json")
        assert answer.status_code == 422
        assert "other machines" in answer.json()["error"]
