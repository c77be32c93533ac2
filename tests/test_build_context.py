"""scripts/build_context.py: the same bytes each time, and never a book of the test pages."""

import gzip
import importlib.util
import json
from pathlib import Path

import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages.context import LanguageModel

SCRIPT = Path(__file__).parents[1] / "scripts" / "build_context.py"


@pytest.fixture(scope="module")
def script():
    import sys

    spec = importlib.util.spec_from_file_location("build_context", SCRIPT)
    module = sys.modules["build_context"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path):
    pages = [
        {"book": "1", "page": "1_1", "lines": ["春はあけぼの", "やうやう白くなり行。"]},
        {"book": "1", "page": "1_2", "lines": ["山ぎはすこしあかりて", "むらさきだちたる雲の"]},
        {"book": "2", "page": "2_1", "lines": ["夏は夜月のころは", "さらなりやみもなをほたるとびちがひたる"]},
    ]
    with gzip.open(tmp_path / "column-text.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(page, ensure_ascii=False) + "\n" for page in pages)
    (tmp_path / "genji-text.txt.gz").write_bytes(gzip.compress("いつれの御時にか女御更衣\nあまた".encode()))
    (tmp_path / "text.json").write_text(json.dumps({"9_1": {"book": "9"}}))
    return tmp_path


def built(script, folder):
    return script.build(
        script.read_texts(folder), ["春", "は", "あ", "け", "ほ", "の", "夜"], script.Shape(3, 0.8, 0.0)
    )


def test_the_same_texts_give_the_same_model(script, folder):
    data = built(script, folder)
    assert built(script, folder) == data
    path = script.ship(data, script.card(script.read_texts(folder)), folder / "out")
    model = LanguageModel.read(path)
    assert model.header["books"] == ["1", "2"]
    assert model.order == 3
    assert model.log_probability("春はあけほの") > model.log_probability("のほけあは春")
    again = script.ship(data + b"", "", folder / "out")
    assert sorted(p.name for p in (folder / "out").iterdir()) == [again.name, "context.md"]


def test_a_book_of_the_test_pages_is_refused(script, folder):
    (folder / "text.json").write_text(json.dumps({"2_9": {"book": "2"}}))
    with pytest.raises(KuzushijiError, match="for testing, take them out: 2"):
        script.read_texts(folder)


def test_missing_texts_are_one_line(script, tmp_path):
    with pytest.raises(KuzushijiError, match="cannot read the texts"):
        script.read_texts(tmp_path)


def test_a_model_that_is_too_large_is_refused(script, folder, monkeypatch):
    monkeypatch.setattr(script, "LARGEST", 100)
    with pytest.raises(KuzushijiError, match="over 100"):
        built(script, folder)
