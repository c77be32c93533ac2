"""What ``kuzushiji doctor`` finds, in a good installation and in broken ones."""

import json

import pytest

from kuzushiji import __version__, cli
from kuzushiji.cli import _diagnosis
from kuzushiji.weights import names, store


def findings(capsys, code=0):
    assert cli.main(["doctor", "--json"]) == code
    return {f["topic"]: f for f in map(json.loads, capsys.readouterr().out.splitlines())}


def test_a_good_installation_is_well(home, capsys):
    found = findings(capsys)
    assert __version__ in found["kuzushiji"]["text"]
    assert found["one reading"]["ok"]
    assert "つ is read as つ" in found["one reading"]["text"]
    for name in names():
        assert found[f"model {name}"]["ok"]
    assert "the default" in found["model reader"]["text"]
    assert str(home) in found["cache"]["text"]
    assert found["data set kmnist"]["text"] == "not here"
    assert "onnxruntime" in found["core packages"]["text"]
    assert found["extra train"]["text"]
    assert [f for f in found.values() if f["ok"] is False] == []


def test_people_get_a_table(home, capsys):
    assert cli.main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("ok    one reading") for line in lines)
    assert not any(line.startswith("WRONG") for line in lines)


def test_a_damaged_model_is_found_and_the_rest_still_looked_at(home, capsys, monkeypatch, tmp_path):
    good = store.find("reader")
    (tmp_path / "kmnist-00000000.onnx").write_bytes(b"damaged")
    (tmp_path / good.name).write_bytes(good.read_bytes())
    monkeypatch.setattr(store, "FILES", tmp_path)
    found = findings(capsys, code=1)
    assert found["models"]["ok"] is False
    assert "damaged" in found["models"]["text"]
    assert found["one reading"]["ok"]
    assert "cache" in found


def test_a_reading_that_is_wrong_or_fails_is_found(home, capsys, monkeypatch):
    monkeypatch.setattr("kuzushiji.images.samples.sample", lambda char, n: 1 / 0)
    found = findings(capsys, code=1)
    assert found["reading"]["text"].startswith("ZeroDivisionError")
    assert found["reading"]["fix"] == "reinstall kuzushiji"


def test_a_cache_that_cannot_be_written_says_what_to_set(home, capsys, monkeypatch):
    monkeypatch.setattr(_diagnosis, "_writable", lambda folder: False)
    found = findings(capsys, code=1)
    assert found["cache"]["ok"] is False
    assert "KUZUSHIJI_HOME" in found["cache"]["fix"]


def test_a_missing_extra_says_how_to_install_it(home, capsys, monkeypatch):
    wanted = ["numpy>=1", "mcp>=2; extra == 'mcp'", "kuzushiji[maps]; extra == 'trimap'"]
    monkeypatch.setattr(_diagnosis.metadata, "requires", lambda name: wanted)
    monkeypatch.setattr(_diagnosis, "_version", lambda name: None if name == "mcp" else "1.0")
    found = findings(capsys)
    assert found["extra mcp"] == {
        "topic": "extra mcp", "text": "missing: mcp", "ok": None, "fix": 'pip install "kuzushiji[mcp]"',
    }  # fmt: skip
    assert found["core packages"]["text"] == "numpy 1.0"
    assert "extra trimap" not in found


@pytest.mark.parametrize(("name", "shown"), [("HF_TOKEN", "(set)"), ("KUZUSHIJI_MIRROR", "file:///x")])
def test_settings_are_shown_but_no_token(home, capsys, monkeypatch, name, shown):
    monkeypatch.setenv(name, "file:///x")
    assert findings(capsys)[f"${name}"]["text"] == shown
