"""What guards a commit: no image or array of the data sets, nothing large; and what is committed obeys."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark_support import script

ROOT = Path(__file__).parents[1]
check_added_files = script("check_added_files")


def picture(path, side):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((side, side), np.uint8)).save(path)
    return path


@pytest.mark.parametrize("name", ["a.png", "kkanji2/U+4E00/f3a1c2d4e5f60718.png"])
def test_pictures_that_may_be_glyphs_are_refused(tmp_path, name, capsys):
    path = picture(tmp_path / name, 28)
    assert check_added_files.main([str(path)]) == 1
    assert capsys.readouterr().out.startswith(f"{path}: ")


def test_other_pictures_and_texts_pass(tmp_path):
    text = tmp_path / "notes.md"
    text.write_text("28 x 28", encoding="utf-8")
    assert check_added_files.main([str(picture(tmp_path / "figure.png", 300)), str(text)]) == 0


def test_arrays_archives_and_large_files_are_refused(tmp_path):
    np.savez(tmp_path / "k49-train-imgs.npz", np.zeros(3))
    (tmp_path / "large.csv").write_bytes(b"," * (check_added_files.LARGEST + 1))
    assert "never committed" in check_added_files.fault(tmp_path / "k49-train-imgs.npz")
    assert "over 1,000,000" in check_added_files.fault(tmp_path / "large.csv")


def test_everything_committed_passes(monkeypatch):
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("skipped: not a git checkout")
    monkeypatch.chdir(ROOT)
    assert check_added_files.main([name for name in done.stdout.split("\0") if name]) == 0
