"""Exported data sets, opened again by the tools that they are for."""

import csv
import json
import tarfile

import numpy as np
import pytest
from PIL import Image

from kuzushiji import cli, load
from kuzushiji.datasets.exports import FORMATS, export
from kuzushiji.errors import KuzushijiError, UsageError


@pytest.fixture
def own(tmp_path):
    """A folder of one's own with two splits; the classes of test are fewer."""
    folder = tmp_path / "mine"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for split, labels in (("train", [0, 2, 1, 0, 1]), ("test", [2, 0])):
        images = rng.integers(1, 120, (len(labels), 9, 8), np.uint8)
        np.savez(folder / f"my-{split}-imgs.npz", images)
        np.savez(folder / f"my-{split}-labels.npz", np.array(labels))
    (folder / "my_classmap.csv").write_text("index,codepoint,char\n0,U+304D,き\n1,U+304B,か\n2,U+304F,く\n")
    return str(folder)


@pytest.fixture
def hf(tmp_path, monkeypatch):
    found = pytest.importorskip("datasets", reason='needs the "data" extra')
    monkeypatch.setattr(found.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(found.config, "HF_DATASETS_OFFLINE", True)
    return found


def same(found, own, image="image", label="label"):
    """Whether every split of a Hugging Face data set holds the images and labels of our own."""
    assert set(found) == {"train", "test"}
    for split, rows in found.items():
        ours = load(own, split)
        assert len(rows) == len(ours)
        for row, picture, number in zip(rows, ours.images, ours.labels, strict=True):
            np.testing.assert_array_equal(np.asarray(row[image]), picture)
            assert row[label] == number


def test_parquet_opens_in_hugging_face_with_features_and_splits(own, tmp_path, hf):
    files = export(own, "parquet", tmp_path / "out")
    assert [path.name for path in files] == [
        "README.md", "test-00000-of-00001.parquet", "train-00000-of-00001.parquet",
    ]  # fmt: skip
    found = hf.load_dataset(str(tmp_path / "out"))
    assert found["train"].features["label"].names == ["き", "か", "く"]
    assert isinstance(found["train"].features["image"], hf.Image)
    about = hf.load_dataset_builder(str(tmp_path / "out")).info
    assert {name: split.num_examples for name, split in about.splits.items()} == {"test": 2, "train": 5}
    assert all(split.num_bytes > 0 for split in about.splits.values())
    same(found, own)


def test_parquet_alone_keeps_its_types_in_several_files_and_groups(own, tmp_path, hf, monkeypatch):
    monkeypatch.setattr("kuzushiji.datasets.exports.parquet.SHARD", 3)
    monkeypatch.setattr("kuzushiji.datasets.exports.parquet._ROWS", 2)
    export(own, "parquet", tmp_path / "out")
    files = {
        split: sorted(map(str, (tmp_path / "out" / "data").glob(f"{split}-*.parquet")))
        for split in ("train", "test")
    }
    assert [len(paths) for paths in files.values()] == [2, 1]
    found = hf.load_dataset("parquet", data_files=files)
    assert found["test"].features["label"].names == ["き", "か", "く"]
    same(found, own)


def test_webdataset_opens_in_hugging_face_and_as_tar(own, tmp_path, hf, monkeypatch):
    monkeypatch.setattr("kuzushiji.datasets.exports.files.SHARD", 2)
    export(own, "webdataset", tmp_path / "out")
    tars = sorted(path.name for path in (tmp_path / "out" / "data").iterdir())
    assert tars == ["test-00000.tar", "train-00000.tar", "train-00001.tar", "train-00002.tar"]
    same(hf.load_dataset(str(tmp_path / "out")), own, image="png", label="cls")
    with tarfile.open(tmp_path / "out" / "data" / "train-00001.tar") as tar:
        assert tar.getnames()[:3] == ["0000002.png", "0000002.cls", "0000002.json"]
        assert json.load(tar.extractfile("0000002.json")) == {"label": 1, "codepoint": "U+304B", "char": "か"}


def test_an_imagefolder_opens_in_hugging_face_and_here(own, tmp_path, hf):
    export(own, "imagefolder", tmp_path / "out")
    found = hf.load_dataset(str(tmp_path / "out"))
    names = found["train"].features["label"].names
    assert names == ["U+304B", "U+304D", "U+304F"]  # by the names of the folders, in their order
    for split in ("train", "test"):
        again, ours = load(str(tmp_path / "out"), split), load(own, split)
        assert again.classes == ("か", "き", "く")
        pairs = sorted(
            (again.classes[n], i.tobytes()) for i, n in zip(again.images, again.labels, strict=True)
        )
        assert pairs == sorted(
            (ours.classes[n], i.tobytes()) for i, n in zip(ours.images, ours.labels, strict=True)
        )
        assert sorted(names[row["label"]] for row in found[split]) == sorted(
            f"U+{ord(again.classes[n]):04X}" for n in again.labels
        )


def test_single_pictures_have_their_labels_in_a_table(own, tmp_path):
    export(own, "png", tmp_path / "out", ["test"])
    assert not (tmp_path / "out" / "train").exists()
    with open(tmp_path / "out" / "test.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    ours = load(own, "test")
    assert [row["char"] for row in rows] == ["く", "き"]
    assert [int(row["label"]) for row in rows] == ours.labels.tolist()
    for row, picture in zip(rows, ours.images, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "out" / row["file"])), picture)
    with open(tmp_path / "out" / "classes.csv", encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream))[1:] == [
            ["0", "U+304D", "き"],
            ["1", "U+304B", "か"],
            ["2", "U+304F", "く"],
        ]


@pytest.mark.parametrize("to", FORMATS)
def test_the_card_of_a_published_set_has_licence_and_trap(small_k49, monkeypatch, tmp_path, to):
    hub = pytest.importorskip("huggingface_hub", reason='needs the "hub" extra')
    pytest.importorskip("pyarrow", reason='needs the "data" extra')
    monkeypatch.setenv("KUZUSHIJI_MIRROR", small_k49.as_uri())
    export("k49", to, tmp_path / "out")
    card = hub.DatasetCard.load(tmp_path / "out" / "README.md")
    assert card.data.license == "cc-by-sa-4.0"
    assert card.data.pretty_name == "Small"
    assert card.data.task_categories == ["image-classification"]
    paths = {each["split"]: each["path"] for each in card.data.configs[0]["data_files"]}
    assert set(paths) == {"train", "test"}
    for path in paths.values():
        assert list((tmp_path / "out").glob(path))
    assert "created by CODH" in card.text
    assert "balanced accuracy" in card.text


def test_a_card_of_own_data_claims_no_licence(own, tmp_path):
    export(own, "png", tmp_path / "out")
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "license" not in text
    assert "CODH" not in text
    assert "# mine" in text


def test_an_interrupted_export_leaves_nothing(own, tmp_path):
    def stop(done, total):
        if done == 6:
            raise KeyboardInterrupt
        assert total == 7

    with pytest.raises(KeyboardInterrupt):
        export(own, "png", tmp_path / "new" / "out", progress=stop)
    assert list((tmp_path / "new").iterdir()) == []


def test_what_cannot_be_done_is_said_before_the_work(own, tmp_path, capsys):
    with pytest.raises(UsageError, match="no format 'csv'; there are parquet, webdataset, imagefolder, png"):
        export(own, "csv", tmp_path / "out")
    with pytest.raises(UsageError, match="not empty"):
        export(own, "png", tmp_path)
    with pytest.raises(UsageError, match="no split 'validation'"):
        export(own, "png", tmp_path / "out", ["validation"])
    with pytest.raises(UsageError, match="no data set or folder"):
        export("kminst", "png", tmp_path / "out")
    (tmp_path / "file").write_text("x")
    with pytest.raises(KuzushijiError, match="cannot write"):
        export(own, "png", tmp_path / "file" / "out")
    assert cli.main(["data", "export", own, "--to", "csv"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_prints_the_files_and_takes_splits(own, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["data", "export", own, "--to", "imagefolder", "--split", "test"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mine-imagefolder/README.md",
        "mine-imagefolder/classes.csv",
    ]
    assert sorted(path.name for path in (tmp_path / "mine-imagefolder").iterdir()) == [
        "README.md", "classes.csv", "test",
    ]  # fmt: skip


def test_an_undivided_folder_is_the_split_train(tmp_path, hf):
    for char in "かき":
        (tmp_path / "own" / char).mkdir(parents=True)
        Image.fromarray(np.eye(6, dtype=np.uint8) * 99).save(tmp_path / "own" / char / "a.png")
    pytest.importorskip("pyarrow", reason='needs the "data" extra')
    export(str(tmp_path / "own"), "parquet", tmp_path / "out")
    found = hf.load_dataset(str(tmp_path / "out"))
    assert list(found) == ["train"]
    assert found["train"]["label"][:] == [0, 1]
