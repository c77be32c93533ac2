"""``kuzushiji map`` from the command line, on a folder of one's own."""

import csv

import numpy as np
import pytest
from PIL import Image

from kuzushiji.cli import COMMANDS, main
from kuzushiji.maps.saving import load_maps


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two classes of 20 strokes each, as class folders of pictures."""
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    root = tmp_path / "mine"
    for name, column in (("U+304B", 7), ("U+304D", 20)):
        (root / name).mkdir(parents=True)
        for i in range(20):
            image = np.zeros((28, 28), np.uint8)
            image[4:24, column + rng.integers(-2, 3)] = 255
            image[rng.integers(4, 24), 4:24] = 200
            Image.fromarray(image).save(root / name / f"{i:02}.png")
    return root


def test_the_command_makes_what_a_plan_does_by_default():
    from kuzushiji.cli.command_line.app import build
    from kuzushiji.maps.engine import Plan

    option = next(p for p in build([], COMMANDS).commands["map"].params if p.name == "methods")
    assert tuple(option.default.split(",")) == tuple(Plan().methods)


def test_maps_table_csv_points_and_page(folder, tmp_path, capsys):
    pytest.importorskip("sklearn")
    extra = folder / "U+304B" / "00.png"
    words = [
        "map",
        str(folder),
        "--methods",
        "pca, LDA",
        "--split",
        "all",
        "--threads",
        "1",
        "--add",
        str(extra),
    ]
    words += [
        "--csv",
        str(tmp_path / "q.csv"),
        "--save",
        str(tmp_path / "points"),
        "-o",
        str(tmp_path / "a.html"),
    ]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0].split()[:2] == ["method", "seconds"]
    assert "written:" in err
    with (tmp_path / "q.csv").open(encoding="utf-8") as stream:
        assert [r["method"] for r in csv.DictReader(stream)] == ["pca", "lda"]
    saved = load_maps(tmp_path / "points")
    assert len(saved) == 40
    assert saved.images.shape == (40, 28, 28)
    assert saved.added is not None
    assert saved.added.names == ("00.png",)
    np.testing.assert_allclose(saved.maps[0].transform_points[0], saved.maps[0].points[0], atol=1e-3)
    assert (tmp_path / "a.html").read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
    assert main(words) == 0
    assert "from the cache" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--methods", "tsen"], 2, "no method 'tsen' (did you mean tsne?)"),
        (["--methods", ","], 2, "no method given"),
        (["--dims", "5"], 2, "2 or 3 dimensions, not 5"),
        (["--subset", "9", "--methods", "pca"], 1, "9 images, but the methods look at"),
        (["--methods", "pca", "--errors"], 2, "--errors marks what a model reads wrongly"),
        (["--methods", "pca", "--png", "x.svg"], 2, "--png writes a file that ends in .png"),
        (["--methods", "pca", "--features", "nobody"], 2, "no model 'nobody'"),
        (["--methods", "pca", "--split", "validation"], 2, "validation"),
    ],
)
def test_what_is_wrong_is_one_line(folder, words, code, said, capsys):
    split = [] if "--split" in words else ["--split", "all"]
    assert main(["map", str(folder), *split, *words]) == code
    out, err = capsys.readouterr()
    last = err.strip().splitlines()[-1]
    assert last.startswith("kuzushiji: error: ")
    assert said in last
    assert not out


def test_where_nothing_can_be_written_is_said_before_anything_is_made(folder, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.html").mkdir()
    for option, target, said in (
        ("--csv", tmp_path / "file" / "q.csv", "cannot write"),
        ("--save", tmp_path / "file" / "points", "cannot write"),
        ("-o", tmp_path / "folder.html", "is a folder: name the file to write"),
    ):
        words = ["map", str(folder), "--split", "all", "--methods", "pca", option, str(target)]
        assert main(words) == (2 if option == "-o" else 1)
        err = capsys.readouterr().err.strip()
        assert said in err
        assert "\n" not in err  # not even what was read


def test_a_new_picture_that_is_none_costs_neither_the_others_nor_the_maps(folder, tmp_path, capsys):
    broken, good = tmp_path / "broken.png", folder / "U+304B" / "00.png"
    broken.write_bytes(b"no picture")
    words = ["map", str(folder), "--split", "all", "--methods", "pca", "--save", str(tmp_path / "points")]
    assert main([*words, "--add", str(broken), "--add", str(good), "--add", str(tmp_path / "none.png")]) == 1
    out, err = capsys.readouterr()
    first, second, third = err.splitlines()[:3]
    assert first.startswith(f"kuzushiji: error: --add: not an image: {broken}")
    assert second.startswith(f"kuzushiji: error: --add: cannot open {tmp_path / 'none.png'}")
    assert third.startswith("40 images")
    assert out.splitlines()[1].split()[0] == "pca"
    assert load_maps(tmp_path / "points").added.names == ("00.png",)
    assert main([*words, "--add", str(broken)]) == 1
    out, err = capsys.readouterr()
    assert not out
    assert len(err.splitlines()) == 1


def test_a_picture_that_is_none_costs_one_plain_line(folder, tmp_path, capsys):
    (folder / "U+304B" / "broken.png").write_bytes(b"no picture")
    words = ["map", str(folder), "--split", "all", "--methods", "pca", "--save", str(tmp_path / "points")]
    assert main(words) == 0
    first, second = capsys.readouterr().err.splitlines()[:2]
    assert first.startswith("kuzushiji: note: skipped ")
    assert "broken.png: not an image" in first
    assert second.startswith("40 images, 2 classes, pixels")


def test_where_the_cache_cannot_be_written_maps_are_not_kept(folder, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path / "file"))
    words = ["map", str(folder), "--split", "all", "--methods", "pca", "--csv", str(tmp_path / "q.csv")]
    assert main(words) == 0
    assert "finished maps are not kept" in capsys.readouterr().err
