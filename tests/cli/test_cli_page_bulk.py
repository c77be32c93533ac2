import json

import pytest
from PIL import Image

from kuzushiji import cli
from kuzushiji.bulk import PageTask
from kuzushiji.bulk.tasks import Pages
from kuzushiji.pages import Box, Character, Column, Page
from kuzushiji.reading import Candidate


class Reader:
    """Reads か on every page."""

    def read(self, source, name, page):
        character = Character(Box(1, 1, 2, 2), (Candidate.of("か", 0.9),), sure=True)
        return Page(name, page, 6, 4, (Column((character,)),), seconds=0.5)


@pytest.fixture
def scans(tmp_path, monkeypatch):
    """Two pictures and a TIFF of two pages, and a reader that needs no model."""
    monkeypatch.setattr(PageTask, "make", lambda self, threads: Pages(Reader()))
    monkeypatch.setattr(PageTask, "about", lambda self: {"task": "page", "context": str(self.context)})
    folder = tmp_path / "scans"
    folder.mkdir()
    for name in "ab":
        Image.new("L", (6, 4)).save(folder / f"{name}.png")
    Image.new("L", (6, 4)).save(folder / "c.tif", save_all=True, append_images=[Image.new("L", (6, 4))])
    return folder


def test_records_of_pages_go_on_where_they_stopped(scans, tmp_path, capsys):
    out = tmp_path / "o.jsonl"
    assert cli.main(["page", str(scans), "-o", str(out)]) == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(line["file"][-5:], line["page"], line["text"]) for line in lines] == [
        ("a.png", 1, "か"),
        ("b.png", 1, "か"),
        ("c.tif", 1, "か"),
        ("c.tif", 2, "か"),
    ]
    capsys.readouterr()
    assert cli.main(["page", str(scans), "-o", str(out)]) == 0
    assert "4 inputs, 4 of them before" in capsys.readouterr().err
    assert cli.main(["page", str(scans), "-o", str(out), "--no-context"]) == 2
    assert "context" in capsys.readouterr().err


def test_a_folder_of_parquet(scans, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    assert cli.main(["page", str(scans), "-o", f"{tmp_path}/o.parquet/"]) == 0
    assert pq.read_table(tmp_path / "o.parquet")["text"].to_pylist() == ["か"] * 4


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--workers", "2"], "--workers goes with -o OUT.jsonl"),
        (["--retry-failed", "-o", "x.pdf"], "--retry-failed goes with"),
        (["-o", "x.jsonl", "--format", "tei"], "contradicts its name"),
    ],
)
def test_what_does_not_go_together(scans, words, reason, capsys):
    assert cli.main(["page", str(scans), *words]) == 2
    assert reason in capsys.readouterr().err
