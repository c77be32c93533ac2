"""benchmarks/pages.py on made-up pages and a made-up reader."""

import csv
import json
from pathlib import Path

import pytest

from benchmark_support import benchmark
from kuzushiji.pages import Page
from pages_support import column

ROOT = Path(__file__).parents[1]


class MadeUp:
    """Reads the same three characters from every page, in two stages."""

    def read(self, source, name=None, page=1, report=lambda stage: None):
        report("detecting")
        report("reading")
        if "broken" in str(source):
            return Page(str(source), error="not an image")
        return Page(str(source), width=900, height=900, columns=(column("いろは", 500, 100, unsure=(2,)),))


@pytest.fixture
def folder(tmp_path):
    texts = {
        "a": {"book": "one", "text": "いろは", "book_in_kkanji": True},
        "b": {"book": "two", "text": "いろに", "book_in_kkanji": False},
        "broken": {"book": "two", "text": "いろは", "book_in_kkanji": False},
    }
    (tmp_path / "text.json").write_text(json.dumps(texts), encoding="utf-8")
    for name in (*texts, "without-text"):
        (tmp_path / f"{name}.jpg").write_bytes(b"")
    return tmp_path


def test_books_are_scored_apart_and_together(folder):
    lines = benchmark("pages").measure(folder, MadeUp())
    assert [(line["book"], line["seen"], line["pages"], line["failed"]) for line in lines] == [
        ("one", "yes", 1, 0),
        ("two", "no", 2, 1),
        ("unseen books", "no", 2, 1),
        ("seen books", "yes", 1, 0),
        ("all", "", 3, 1),
    ]
    assert [line["folded_cer"] for line in lines] == ["0.0000", "0.6667", "0.6667", "0.0000", "0.4444"]
    assert lines[0]["sure"] == "0.6667"
    stages = [part.split(":")[0] for part in lines[0]["stages"].split()]
    assert stages == ["decoding", "detecting", "reading"]


def test_only_some_books(folder):
    lines = benchmark("pages").measure(folder, MadeUp(), frozenset({"one"}))
    assert [line["book"] for line in lines] == ["one", "seen books", "all"]


def test_a_folder_without_pages_says_so(tmp_path):
    (tmp_path / "text.json").write_text("{}")
    with pytest.raises(SystemExit, match="no page"):
        benchmark("pages").measure(tmp_path, MadeUp())


def test_published_figures_are_whole():
    text = (ROOT / "benchmarks/published_pages.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) >= 8
    for row in rows:
        assert None not in row  # no row is longer than the header
        assert row["system"]
        assert row["measure"]
        assert 0 < float(row["value"]) < 100
        assert row["read"]
