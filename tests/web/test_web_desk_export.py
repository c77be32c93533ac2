"""Checked pages as documents over HTTP; the formats themselves are tested with the pages room."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_support import COLUMNS, DrawnPages, drawn_page
from web_support import client_of, png

from kuzushiji.reading import Reader

TEXTS = ("text", "csv", "json", "tei", "page", "alto", "hocr")


@pytest.fixture(scope="module")
def desk(engine: Any, tiny_model: Path) -> Iterator[Any]:
    with client_of(engine, pages=DrawnPages(Reader(tiny_model, threads=1))) as client:
        yield client


@pytest.fixture(scope="module")
def page(desk: Any) -> dict[str, Any]:
    answer = desk.post("/api/pages", files=[("image", ("巻一.png", png(drawn_page()), "image/png"))])
    return json.loads(answer.text.splitlines()[-1])["page"]


def sent(desk: Any, form: str, pages: list[dict[str, Any]], images: int = 0) -> Any:
    tree = ("pages", ("pages.json", json.dumps({"pages": pages}), "application/json"))
    pictures = [("image", (f"{n}.png", png(drawn_page()), "image/png")) for n in range(images)]
    return desk.post(f"/api/pages/export?format={form}", files=[tree, *pictures])


@pytest.mark.parametrize("form", TEXTS)
def test_a_page_in_every_format(desk: Any, page: dict[str, Any], form: str) -> None:
    answer = sent(desk, form, [page])
    assert answer.status_code == 200, answer.text
    assert "%E5%B7%BB%E4%B8%80" in answer.headers["content-disposition"]
    for char in COLUMNS[0]:
        assert char in answer.text


def test_a_searchable_pdf_needs_the_picture(desk: Any, page: dict[str, Any]) -> None:
    answer = sent(desk, "pdf", [page, page], images=2)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"
    assert sent(desk, "pdf", [page, page], images=1).status_code == 422


def test_several_pages_of_a_format_of_one_are_a_zip(desk: Any, page: dict[str, Any]) -> None:
    answer = sent(desk, "page", [page, page])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["0001.xml", "0002.xml"]
        assert b"PcGts" in archive.read("0002.xml")


@pytest.mark.parametrize("form", ["", "docx", "text&format=csv"])
def test_an_unknown_format(desk: Any, page: dict[str, Any], form: str) -> None:
    answer = sent(desk, form, [page])
    assert answer.status_code == 422
    assert "tei" in answer.json()["error"]


@pytest.mark.parametrize(
    "tree", ["", "[]", "{}", '{"pages": []}', '{"pages": [{}]}', '{"pages": [{"file": "a", "error": "x"}]}',
             '{"pages": [{"file": "a", "page": 1, "width": 1, "height": 1, "seconds": 0, "columns": [3]}]}'],
)  # fmt: skip
def test_what_is_no_page(desk: Any, tree: str) -> None:
    files = [("pages", ("pages.json", tree, "application/json"))]
    answer = desk.post("/api/pages/export?format=text", files=files)
    assert answer.status_code == 422
    assert "\n" not in answer.json()["error"]
