"""Pages over HTTP: stages, results, turns, cancelling, errors."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk_support import COLUMNS, DrawnPages, drawn_page, place
from web_support import CLASSES, client_of, ink, png, serving

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages import Page
from kuzushiji.reading import KnownCharacter, Reader
from kuzushiji.web.app import create_app
from kuzushiji.web.guard.limits import Limits

PNG = {"content-type": "image/png"}


@pytest.fixture(scope="module")
def reader(tiny_model: Path) -> Reader:
    return Reader(tiny_model, threads=1)


@pytest.fixture
def desk(engine: Any, reader: Reader) -> Iterator[Any]:
    with client_of(engine, pages=DrawnPages(reader)) as client:
        yield client


def lines_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_page_is_answered_stage_by_stage(desk: Any) -> None:
    *stages, last = lines_of(desk.post("/api/pages", content=png(drawn_page()), headers=PNG))
    assert [line["stage"] for line in stages] == ["decoding", "detecting", "reading"]
    assert last["stage"] == "done"
    page = Page.from_json(last["page"])
    assert page.text.split("\n") == list(COLUMNS)
    assert (page.width, page.height) == (620, 640)
    assert page.columns[0].characters[1].box == place(0, 1)
    assert desk.app.state.gate.bytes == 0
    assert desk.app.state.gate.requests == 0


def test_the_form_brings_the_name(desk: Any) -> None:
    files = [("image", ("巻一.png", png(drawn_page()), "image/png"))]
    assert lines_of(desk.post("/api/pages", files=files))[-1]["page"]["file"] == "巻一.png"


def test_an_empty_page_has_no_columns_and_is_no_error(desk: Any) -> None:
    last = lines_of(desk.post("/api/pages", content=png(drawn_page([])), headers=PNG))[-1]
    assert last["page"]["columns"] == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"hello", "image/png", 415), (b"", "image/png", 422), (b"{}", "application/json", 415)],
)
def test_what_is_no_picture_is_refused_before_the_stream(
    desk: Any, content: bytes, kind: str, status: int
) -> None:
    answer = desk.post("/api/pages", content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_a_damaged_picture_fails_in_the_stream(desk: Any) -> None:
    last = lines_of(desk.post("/api/pages", content=png(drawn_page())[:800], headers=PNG))[-1]
    assert (last["stage"], last["status"]) == ("failed", 422)
    assert "damaged" in last["error"]


def test_too_many_pixels(engine: Any, reader: Reader) -> None:
    with client_of(engine, pages=DrawnPages(reader), limits=Limits(pixels=1000)) as client:
        assert client.post("/api/pages", content=png(drawn_page()), headers=PNG).status_code == 413


def test_a_server_of_characters_says_so(client: Any) -> None:
    answer = client.post("/api/pages", content=png(drawn_page()), headers=PNG)
    assert answer.status_code == 404
    assert "single characters" in answer.json()["error"]


@pytest.mark.parametrize(
    ("error", "status", "word"),
    [(KuzushijiError("p.png: no paper"), 422, "no paper"), (ValueError("secret"), 500, "log")],
)
def test_an_error_of_the_reader_is_the_last_line(
    engine: Any, reader: Reader, error: Exception, status: int, word: str
) -> None:
    with client_of(engine, pages=DrawnPages(reader, error=error)) as client:
        last = lines_of(client.post("/api/pages", content=png(drawn_page()), headers=PNG))[-1]
        assert (last["stage"], last["status"]) == ("failed", status)
        assert word in last["error"]
        assert "secret" not in last["error"]
        again = client.post("/api/pages", content=png(drawn_page()), headers=PNG)
        assert lines_of(again)[-1]["status"] == status  # the turn was given back


def test_a_slow_page_ends_in_time(engine: Any, reader: Reader) -> None:
    pages = DrawnPages(reader, hold=threading.Event())
    with client_of(engine, pages=pages, limits=Limits(page_seconds=0.3)) as client:
        last = lines_of(client.post("/api/pages", content=png(drawn_page()), headers=PNG))[-1]
        assert (last["stage"], last["status"]) == ("failed", 503)
        until(lambda: client.app.state.page_turns.running == 0)


def until(condition: Any, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def test_turns_are_kept_and_who_leaves_frees_his(engine: Any, reader: Reader) -> None:
    hold = threading.Event()
    pages = DrawnPages(reader, hold)
    app = create_app(engine, pages=pages, limits=Limits(pages_waiting=1))
    data = png(drawn_page())
    with serving(app) as url, httpx.Client(timeout=60) as web:
        turns = app.state.page_turns
        asked = web.build_request("POST", f"{url}/api/pages", content=data, headers=PNG)
        first = web.send(asked, stream=True)
        until(lambda: pages.started == 1)
        second = web.send(asked, stream=True)
        lines = second.iter_lines()
        assert json.loads(next(lines)) == {"stage": "queued", "place": 1}
        third = web.post(f"{url}/api/pages", content=data, headers=PNG)
        assert third.status_code == 429
        assert third.headers["retry-after"]
        second.close()
        until(lambda: turns.queued == 0)
        first.close()  # the client goes away in the middle of the reading
        until(lambda: turns.running == 0)
        assert pages.finished == 0
        assert app.state.gate.requests == 0
        assert app.state.gate.bytes == 0
        hold.set()
        assert json.loads(web.post(f"{url}/api/pages", content=data, headers=PNG).text.splitlines()[-1])[
            "page"
        ]


def layout(*columns: list[dict[str, Any]]) -> tuple[str, tuple[str, str, str]]:
    tree = {"columns": [{"kind": "main", "characters": column} for column in columns]}
    return ("layout", ("layout.json", json.dumps(tree), "application/json"))


def test_corrected_boxes_are_read_again(desk: Any) -> None:
    image = ("image", ("p.png", png(drawn_page()), "image/png"))
    boxes = [{"box": list(place(0, 1))}, {"box": list(place(0, 2)), "char": "ん"}, {"box": list(place(0, 3))}]
    answer = desk.post("/api/pages/boxes", files=[image, layout(boxes)])
    assert answer.status_code == 200, answer.text
    (column,) = answer.json()["columns"]
    assert column["text"] == "しん十"
    assert column["characters"][1]["sure"]
    assert column["characters"][0]["box"] == list(place(0, 1))
    assert len(column["characters"][0]["candidates"]) == len(CLASSES)


def test_a_turned_box_is_read_upright(desk: Any) -> None:
    sheet = drawn_page([])
    sheet.paste(ink("へ", 100).rotate(-90, fillcolor=228), (200, 200))
    image = ("image", ("p.png", png(sheet), "image/png"))
    box = {"box": [200, 200, 100, 100], "angle": 90}
    answer = desk.post("/api/pages/boxes", files=[image, layout([box])])
    assert answer.json()["columns"][0]["text"] == "へ"


@pytest.mark.parametrize(
    "tree",
    [
        "", "[]", "{}", '{"columns": 3}', '{"columns": [{}]}', '{"columns": [{"characters": []}]}',
        '{"columns": [{"characters": [{"box": [1, 2, 3]}]}]}',
        '{"columns": [{"characters": [{"box": [1, 2, 3, true]}]}]}',
        '{"columns": [{"characters": [{"box": [1, 2, 3, NaN]}]}]}',
        '{"columns": [{"characters": [{"box": [1, 2, 0, 4]}]}]}',
        '{"columns": [{"characters": [{"box": [5000, 2, 9, 9]}]}]}',
        '{"columns": [{"kind": "rubi", "characters": [{"box": [1, 2, 9, 9]}]}]}',
        '{"columns": [{"characters": [{"box": [1, 2, 9, 9], "char": "いろはにほ"}]}]}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_a_wrong_layout_is_one_clear_line(desk: Any, tree: str) -> None:
    files = [("image", ("p.png", png(drawn_page()), "image/png")), ("layout", ("l.json", tree, "text/json"))]
    answer = desk.post("/api/pages/boxes", files=files)
    assert answer.status_code == 422, answer.text
    assert set(answer.json()) == {"error"}
    assert "\n" not in answer.json()["error"]


def test_a_form_without_its_parts(desk: Any) -> None:
    image = ("image", ("p.png", png(drawn_page()), "image/png"))
    for files in (
        [image],
        [layout([{"box": [1, 1, 9, 9]}])],
        [image, image],
        [("x", ("p", b"1", "image/png"))],
    ):
        assert desk.post("/api/pages/boxes", files=files).status_code == 422


def test_too_many_boxes(engine: Any, reader: Reader) -> None:
    image = ("image", ("p.png", png(drawn_page()), "image/png"))
    with client_of(engine, pages=DrawnPages(reader), limits=Limits(characters=2)) as client:
        answer = client.post("/api/pages/boxes", files=[image, layout([{"box": [1, 1, 9, 9]}] * 3)])
        assert answer.status_code == 413


def test_another_site_cannot_have_pages_read(desk: Any) -> None:
    for path in ("/api/pages", "/api/pages/boxes"):
        answer = desk.post(path, content=b"x", headers={**PNG, "origin": "http://evil.example"})
        assert answer.status_code == 403


def test_what_was_confirmed_teaches_the_reader(desk: Any) -> None:
    """A sign that the model does not know, confirmed as one that it did not read, is read so from then on."""
    sign = ink("へ", 100).rotate(90, fillcolor=228)
    sheet = drawn_page([])
    sheet.paste(sign, (200, 200))
    image = ("image", ("p.png", png(sheet), "image/png"))
    box = layout([{"box": [200, 200, 100, 100]}])
    (column,) = desk.post("/api/pages/boxes", files=[image, box]).json()["columns"]
    (before,) = column["characters"]
    assert not before["sure"]
    other = next(char for char in CLASSES if char != before["char"])
    line = json.dumps(KnownCharacter(other, png(sign)).to_json())
    known = ("known", ("known.jsonl", f"{line}\n" * 60, "application/x-ndjson"))
    (column,) = desk.post("/api/pages/boxes", files=[image, box, known]).json()["columns"]
    assert column["text"] == other
    sure = [("image", ("p.png", png(drawn_page()), "image/png")), known]
    assert lines_of(desk.post("/api/pages", files=sure))[-1]["page"]["text"] == "\n".join(COLUMNS)


@pytest.mark.parametrize("data", [b"{", b'{"char": "x"}', b"\xff\xfe"])
def test_wrong_known_characters_are_one_clear_line(desk: Any, data: bytes) -> None:
    image = ("image", ("p.png", png(drawn_page()), "image/png"))
    known = ("known", ("known.jsonl", data, "application/x-ndjson"))
    answer = desk.post("/api/pages", files=[image, known])
    assert answer.status_code == 422
    assert "line 1" in answer.json()["error"]
