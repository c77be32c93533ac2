"""The other endpoints, the OpenAPI document, and what schemathesis makes of it."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from desk_support import DrawnPages
from web_support import CLASSES, StandIn, client_of, ink, png, serving

from kuzushiji.images import Reason
from kuzushiji.pages import Page
from kuzushiji.reading import KnownCharacter, Reader
from kuzushiji.web import app as web_app

STATIC = Path(web_app.STATIC)


def test_health_and_model(client: Any) -> None:
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert health["classes"] == len(CLASSES)
    model = client.get("/api/model").json()
    assert model == {"name": "tiny", "size": 64, "classes": list(CLASSES)}


def test_health_counts_what_was_read(client: Any) -> None:
    client.post("/api/read", content=png(ink("の")), headers={"content-type": "image/png"})
    health = client.get("/health").json()
    assert (health["glyphs"], health["batches"], health["requests"], health["waiting"]) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("name", "char", "romaji"),
    [
        ("か", "か", "ka"),
        ("U+304B", "か", "ka"),
        ("u+304b", "か", "ka"),
        ("%E3%81%8B", "か", "ka"),
        ("か%E3%82%99", "が", "ga"),
    ],
)
def test_a_character_by_itself_or_its_code_point(client: Any, name: str, char: str, romaji: str) -> None:
    known = client.get(f"/api/characters/{name}").json()
    assert (known["char"], known["romaji"], known["kind"]) == (char, romaji, "hiragana")
    assert known["jibo"][0]["parent"] == "加"


@pytest.mark.parametrize("name", ["%EF%A9%85", "U+FA45"])
def test_a_compatibility_ideograph_stays_itself(client: Any, name: str) -> None:
    known = client.get(f"/api/characters/{name}").json()
    assert (known["char"], known["codepoint"]) == ("\ufa45", "U+FA45")  # not 海, which is another class


def test_a_kanji_has_its_readings(client: Any) -> None:
    known = client.get("/api/characters/春").json()
    assert "シュン" in known["on"]
    assert "はる" in known["kun"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("ab", 422), ("abc", 422), ("U+", 422), ("U+110000", 404), ("x", 404), ("U+D800", 404)],
)
def test_an_unknown_character(client: Any, name: str, status: int) -> None:
    answer = client.get(f"/api/characters/{name}")
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_the_pages_need_nothing_inline_and_nothing_from_elsewhere(client: Any) -> None:
    for path in ("/", "/api", "/desk"):
        html = client.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", html)
        for address in re.findall(r'(?:src|href)="([^"]+)"', html):
            if address.startswith("/static/"):
                assert client.get(address).status_code == 200
            else:
                assert address in ("/", "/api", "/desk", "/openapi.json") or address.startswith(
                    ("#", "https://doi.org/")
                )


def test_modules_stay_small_and_import_only_each_other() -> None:
    for path in STATIC.glob("*.js"):
        text = path.read_text("utf-8")
        assert text.count("\n") < 300, path.name
        for name in re.findall(r'from "([^"]+)"', text):
            assert (STATIC / name).is_file()


def strings() -> dict[str, dict[str, str]]:
    text = (STATIC / "strings.js").read_text("utf-8")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def test_both_languages_say_the_same() -> None:
    english, japanese = strings()["en"], strings()["ja"]
    assert set(english) == set(japanese)
    for key in english:
        assert set(re.findall(r"\{\w+\}", english[key])) == set(re.findall(r"\{\w+\}", japanese[key])), key
        assert english[key].strip()
        assert japanese[key].strip()


def test_every_text_that_is_asked_for_exists() -> None:
    html = (STATIC / "index.html").read_text("utf-8")
    asked = set(re.findall(r'data-i18n(?:-label|-alt)?="([^"]+)"', html))
    for path in STATIC.glob("*.js"):
        if path.name != "strings.js":
            found = re.findall(r'(?<!#)\b(?:t|row|say)\("([a-z]+(?:\.\w+)?)"', path.read_text("utf-8"))
            asked |= set(found)
    assert asked <= set(strings()["en"])
    assert len(asked) > 80


def test_no_text_is_left_over() -> None:
    pages = [*STATIC.glob("*.js"), STATIC / "index.html"]
    text = "".join(path.read_text("utf-8") for path in pages if path.name != "strings.js")
    found = set(re.findall(r'"([a-z]+(?:\.\w+)?)"', text))
    composed = {f"theme.{name}" for name in ("auto", "light", "dark")} | {f"why.{each}" for each in Reason}
    assert set(strings()["en"]) - found - composed == set()


def test_the_document_is_complete(client: Any) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    served = {"/api/read", "/api/characters/{char}", "/api/model", "/health"}
    served |= {"/api/pages", "/api/pages/boxes", "/api/pages/export"}
    assert set(document["paths"]) == served
    text = json.dumps(document)
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert name in document["components"]["schemas"]


def test_schemathesis_finds_no_failure(engine: Any, tiny_model: Path) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    pages = DrawnPages(Reader(tiny_model, threads=1))
    pictures = st.sampled_from([png(ink(char, 24)) for char in CLASSES])
    for kind in ("image/png", "image/jpeg", "image/webp"):
        schemathesis.openapi.media_type(kind, pictures)
    schemathesis.openapi.format("binary", pictures)
    box = {"box": [2, 2, 18, 18]}
    layouts = [
        {"columns": [{"characters": [box] * n}, {"kind": "ruby", "characters": [box]}]} for n in (1, 3)
    ]
    schemathesis.openapi.format("layout", st.sampled_from([json.dumps(each).encode() for each in layouts]))
    lines = json.dumps(KnownCharacter("の", png(ink("の", 24))).to_json()).encode()
    page = json.dumps({"pages": [Page("p.jpg", 1, 20, 30).to_json()]}).encode()
    schemathesis.openapi.format("pages", st.just(page))
    schemathesis.openapi.format("known", st.sampled_from([lines, b"", lines + b"\n" + lines]))
    with warnings.catch_warnings(), serving(web_app.create_app(engine, pages=pages)) as url:
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
        asked = 0

        for result in schema.get_all_operations():
            operation = result.ok()

            @settings(
                max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate], database=None,
                suppress_health_check=list(HealthCheck), derandomize=True,
            )  # fmt: skip
            @given(case=operation.as_strategy())
            def check(case: Any) -> None:
                nonlocal asked
                asked += 1
                case.call_and_validate()

            check()
        assert asked >= 40


def test_a_broken_model_stops_no_other_page() -> None:
    with client_of(StandIn(error=ValueError("x"))) as client:
        assert (
            client.post(
                "/api/read", content=png(ink("の")), headers={"content-type": "image/png"}
            ).status_code
            == 500
        )
        assert client.get("/health").status_code == 200
