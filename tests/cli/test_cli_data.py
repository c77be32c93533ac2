"""The data commands through the program: output, error lines, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kuzushiji.cli import main
from kuzushiji.datasets import ATTRIBUTION, registry
from kuzushiji.datasets.downloads import transport


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror with a small "k49" of which the train images are missing."""
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KUZUSHIJI_OFFLINE", raising=False)
    monkeypatch.setattr(registry, "PUBLISHER", "http://127.0.0.1:9/")
    monkeypatch.setattr(transport, "BACKOFF_SECONDS", 0.0)
    folder = tmp_path / "mirror" / "k49"
    folder.mkdir(parents=True)
    files = []
    for split, n in (("train", 49), ("test", 98)):
        for kind, array in (("imgs", np.ones((n, 28, 28), np.uint8)), ("labels", np.arange(n) % 49)):
            path = folder / f"k49-{split}-{kind}.npz"
            np.savez(path, array)
            import hashlib

            digest = hashlib.md5(path.read_bytes()).hexdigest()
            files.append(registry.RemoteFile(f"k49/{path.name}", path.stat().st_size, digest))
    (folder / "k49-train-imgs.npz").unlink()
    small = registry.Published(
        "k49", "Small", 28, ("train", "test"), {"train": 49, "test": 98}, {"npz": tuple(files)}
    )
    monkeypatch.setitem(registry.PUBLISHED, "k49", small)
    monkeypatch.setattr(registry, "K49", small)
    monkeypatch.setenv("KUZUSHIJI_MIRROR", folder.parent.as_uri())
    return folder.parent


def test_get_verify_info_list(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "get", "k49"]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 3
    [line] = err.splitlines()
    assert line.startswith("kuzushiji: error: k49/k49-train-imgs.npz: file://")
    assert "has no such file; the publisher (127.0.0.1) is unreachable" in line

    assert main(["data", "verify", "k49"]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 3
    assert err == "kuzushiji: error: k49/k49-train-imgs.npz: missing; run: kuzushiji data get k49\n"

    assert main(["data", "info", "k49", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["splits"]["test"] == {
        "images": 98,
        "classes": 49,
        "min": 2,
        "median": 2.0,
        "max": 2,
        "black": 0,
    }
    assert found["splits"]["train"]["black"] is None
    assert found["attribution"] == ATTRIBUTION
    assert found["licence"] == "CC BY-SA 4.0"

    assert main(["data", "info", "k49"]) == 0
    assert "shifted" in capsys.readouterr().out
    assert main(["data", "list"]) == 0
    assert "k49         in part" in capsys.readouterr().out
    assert main(["data", "list", "--json"]) == 0
    states = {d["name"]: d["state"] for d in map(json.loads, capsys.readouterr().out.splitlines())}
    assert states == {"kmnist": "not here", "k49": "in part", "kkanji": "not here", "k49-sample": "not here"}


def test_one_set_that_fails_does_not_stop_the_next(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "get", "k49-sample", "k49"]) == 1
    out, err = capsys.readouterr()
    assert out.count(": from file://") == 3
    assert len(err.splitlines()) == 5 + 1
    assert main(["data", "info", "kmnist", "k49"]) == 1
    out, err = capsys.readouterr()
    assert "Small (k49)" in out
    assert err.startswith("kuzushiji: error: kmnist is not in ")


def test_what_is_wrong_is_one_line(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kuzushiji.datasets.downloads import verifying

    def wrong(path: Path, file: registry.RemoteFile) -> str:
        return "is not\nwhole"

    (tree / "k49" / "k49-train-imgs.npz").write_bytes(b"x")
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tree))
    monkeypatch.setattr(verifying, "fault", wrong)
    assert main(["data", "verify", "k49"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all(" is not whole; run: " in line for line in lines)


@pytest.mark.parametrize("words", [["get", "k49", "--from-dir"], ["import", "k49"]])
def test_import(tree: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["data", *words, str(tree / "k49")]) == 1
    out, err = capsys.readouterr()
    assert out.count(": from file://") == 3
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["get", "kminst"], "did you mean kmnist"),
        (["verify", "k48"], "no data set or folder 'k48'"),
        (["info", "nowhere/x"], "no data set or folder"),
        (["get", "k49", "--format", "zip"], "no format 'zip'"),
        (["get"], "NAME"),
    ],
)
def test_wrong_usage(tree: Path, capsys: pytest.CaptureFixture[str], words: list[str], line: str) -> None:
    assert main(["data", *words]) == 2
    assert line in capsys.readouterr().err


def test_info_of_ones_own_folder(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from PIL import Image

    (tmp_path / "own" / "あ").mkdir(parents=True)
    Image.new("L", (64, 64)).save(tmp_path / "own" / "あ" / "a.png")
    assert main(["data", "info", str(tmp_path / "own"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["splits"]["all"]["images"] == found["splits"]["all"]["black"] == 1
    assert found["licence"] is None


def test_info_lists_the_splits_of_own_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for split, n in (("train", 4), ("test", 2)):
        np.savez(tmp_path / f"mine-{split}-imgs.npz", np.zeros((n, 8, 8), np.uint8))
        np.savez(tmp_path / f"mine-{split}-labels.npz", np.arange(n) % 2)
    assert main(["data", "info", str(tmp_path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert {split: s["images"] for split, s in json.loads(out)["splits"].items()} == {
        "test": 2,
        "train": 4,
        "all": 6,
    }
    assert err == f"kuzushiji: note: no class map in {tmp_path}: classes are called 0, 1, 2, …\n"


def test_a_name_in_capitals_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "get", "KMNIST"]) == 2
    assert "(did you mean kmnist?)" in capsys.readouterr().err
