"""One's own folders: npz files and class folders, good ones and what people really have."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from datasets_support import npz, png
from PIL import Image

from kuzushiji.datasets import load
from kuzushiji.datasets.layouts.folders import OwnDataWarning, SkippedWarning
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.evaluation.evaluation import training_counts

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 100, (6, 20, 20), np.uint8)


def save(folder: Path, split: str, images: np.ndarray = IMAGES, labels: object = (0, 1, 2, 0, 1, 2)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"mine-{split}-imgs.npz").write_bytes(npz(images))
    (folder / f"mine-{split}-labels.npz").write_bytes(npz(np.array(labels)))


def classmap(folder: Path, chars: str = "あいう") -> None:
    rows = [f"{i},U+{ord(c):04X},{c}" for i, c in enumerate(chars)]
    (folder / "mine_classmap.csv").write_text("\n".join(["index,codepoint,char", *rows]), encoding="utf-8")


def test_npz(tmp_path: Path) -> None:
    save(tmp_path, "train")
    save(tmp_path, "test", IMAGES[:2], [0, 2])
    classmap(tmp_path)
    d = load(tmp_path, "train")
    np.testing.assert_array_equal(d.images, IMAGES)
    assert d.classes == ("あ", "い", "う")
    assert len(load(tmp_path, "test")) == 2
    assert len(load(str(tmp_path), "all")) == 8
    with pytest.raises(UsageError, match="no split 'dev'; it has test, train, all"):
        load(tmp_path, "dev")


def test_npz_without_class_map_has_the_classes_of_all_its_splits(tmp_path: Path) -> None:
    save(tmp_path, "train")
    with pytest.warns(UserWarning, match="no class map"):
        assert load(tmp_path, "train").classes == ("0", "1", "2")
    save(tmp_path, "test", IMAGES[:2], [0, 4])
    with pytest.warns(UserWarning, match="no class map"):
        assert load(tmp_path, "train").classes == load(tmp_path, "test").classes == tuple("01234")


def test_npz_of_black_on_white_is_noticed(tmp_path: Path) -> None:
    save(tmp_path, "train", 255 - IMAGES // 4)
    classmap(tmp_path)
    with pytest.warns(OwnDataWarning, match="looks like black ink on white"):
        load(tmp_path, "train")


@pytest.mark.parametrize("name", ["./kmnist", "kmnist/"])
def test_a_folder_that_is_called_as_a_set_is_not_taken_for_it(
    name: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "kmnist", "train")
    save(tmp_path / "kmnist", "test", IMAGES[:2], [0, 2])
    classmap(tmp_path / "kmnist")
    monkeypatch.chdir(tmp_path)
    test = load(name, "test")
    assert len(load(test.name, "train")) == 6
    counts = training_counts(test)
    assert counts is not None
    assert counts.tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("images", "labels", "line"),
    [
        (IMAGES / 255.0, [0] * 6, r"holds float64 \(6, 20, 20\); expected uint8"),
        (IMAGES.reshape(6, -1), [0] * 6, r"expected uint8 \(n, height, width\)"),
        (IMAGES[:0], [], "expected uint8"),
        (IMAGES, [0] * 5, "has 6 images but 5 labels"),
        (IMAGES, [0.0] * 6, "expected whole numbers"),
        (IMAGES, [[0]] * 6, "expected whole numbers"),
        (IMAGES, [3] * 6, "labels outside 0…2"),
        (IMAGES, [-1] * 6, "labels outside 0…2"),
    ],
)
def test_npz_that_contradict(tmp_path: Path, images: np.ndarray, labels: list, line: str) -> None:
    save(tmp_path, "train", images, labels)
    classmap(tmp_path)
    with pytest.raises(KuzushijiError, match=line) as e:
        load(tmp_path)
    assert "\n" not in str(e.value)


def test_npz_without_labels_or_with_two_maps(tmp_path: Path) -> None:
    save(tmp_path, "train")
    classmap(tmp_path)
    (tmp_path / "other_classmap.csv").write_text("x")
    with pytest.raises(KuzushijiError, match="has 2 class maps"):
        load(tmp_path)
    (tmp_path / "mine-train-labels.npz").unlink()
    with pytest.raises(KuzushijiError, match="has no labels beside it"):
        load(tmp_path)


def glyph(seed: int, side: int = 64) -> np.ndarray:
    image = np.zeros((side, side), np.uint8)
    image[10 + seed : 20 + seed, 12:40] = 255
    return image


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_class_folders_as_published_are_taken_as_they_are(tmp_path: Path) -> None:
    put(tmp_path / "U+304B/a.png", png(glyph(0)))
    put(tmp_path / "U+304B/b.PNG", png(glyph(1)))
    put(tmp_path / "あ/a.png", png(glyph(2)))
    put(tmp_path / "notes/a.png", b"")
    put(tmp_path / "あ/.DS_Store", b"x")
    put(tmp_path / "あ/read me.txt", b"x")
    d = load(tmp_path, "all")
    assert d.classes == ("あ", "か")
    assert d.labels.tolist() == [0, 1, 1]
    np.testing.assert_array_equal(d.images, [glyph(2), glyph(0), glyph(1)])


def test_split_folders_share_their_classes(tmp_path: Path) -> None:
    put(tmp_path / "train/い/a.png", png(glyph(0)))
    put(tmp_path / "test/あ/a.png", png(glyph(0)))
    assert load(tmp_path, "train").classes == load(tmp_path, "test").classes == ("あ", "い")
    assert load(tmp_path, "train").labels.tolist() == [1]
    assert len(load(tmp_path, "all")) == 2


def test_pictures_of_any_kind_come_to_one_size(tmp_path: Path) -> None:
    paper = 255 - glyph(0)
    put(tmp_path / "あ/a.png", png(paper))
    put(tmp_path / "あ/b.png", png(255 - glyph(3, 90)))
    Image.fromarray(paper).resize((700, 700)).convert("RGB").save(tmp_path / "あ/c.jpg")
    d = load(tmp_path, "all")
    assert d.images.shape == (3, 64, 64)
    assert all(np.median(image) < 64 and image.max() > 128 for image in d.images)  # white ink on black


def test_all_splits_together_decide_how_pictures_are_taken(tmp_path: Path) -> None:
    small = np.pad(np.full((8, 16), 255, np.uint8), ((6, 14), (4, 8)))
    for name in ("a.png", "b.png"):
        put(tmp_path / "train/あ" / name, png(small))
        put(tmp_path / "test/あ" / name, png(small))
    assert load(tmp_path, "train").images.shape == load(tmp_path, "test").images.shape == (2, 28, 28)
    put(tmp_path / "test/あ/c.png", b"not a picture")
    assert load(tmp_path, "train").images.shape == (2, 28, 28)
    put(tmp_path / "test/あ/d.png", png(255 - small))  # ink on paper
    train = load(tmp_path, "train").images
    with pytest.warns(SkippedWarning, match=r"c\.png"):
        test = load(tmp_path, "test").images
    assert train.shape == (2, 64, 64)
    assert test.shape == (3, 64, 64)
    np.testing.assert_array_equal(train[0], test[0])


def test_bad_pictures_cost_a_warning_each_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path / "あ/good.png", png(glyph(0)))
    put(tmp_path / "あ/cut.png", png(RNG.integers(0, 255, (64, 64), np.uint8))[:900])
    put(tmp_path / "い/empty.png", b"")
    put(tmp_path / "い/page.jpg", b"<html>")
    put(tmp_path / "い/good.png", png(glyph(1)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        d = load(tmp_path, "all")
    lines = [str(w.message) for w in caught if w.category is SkippedWarning]
    assert d.labels.tolist() == [0, 1]
    assert len(lines) == 3
    assert all(line.startswith("skipped ") and "\n" not in line for line in lines)
    assert all(line.count(str(tmp_path)) == 1 for line in lines)


def test_folders_without_data(tmp_path: Path) -> None:
    with pytest.raises(KuzushijiError, match=r"no data in .*: expected"):
        load(tmp_path, "all")
    (tmp_path / "あ").mkdir()
    with pytest.raises(KuzushijiError, match="no pictures in the class folders"):
        load(tmp_path, "all")
    put(tmp_path / "あ/a.png", b"x")
    with pytest.warns(SkippedWarning), pytest.raises(KuzushijiError, match="none of the 1 pictures"):
        load(tmp_path, "all")
    with pytest.raises(UsageError, match="no split 'train'; it has all"):
        load(tmp_path)
    with pytest.raises(UsageError, match=r"no data set or folder '.*nowhere'"):
        load(tmp_path / "nowhere")


def test_a_huge_label_without_a_class_map_is_one_line(tmp_path):
    np.savez_compressed(tmp_path / "mine-train-imgs.npz", np.zeros((3, 8, 8), np.uint8))
    np.savez_compressed(tmp_path / "mine-train-labels.npz", np.array([0, 1, 10**9]))
    with pytest.raises(KuzushijiError, match="has the label 1,000,000,000"):
        load(tmp_path)
