"""The real sets, where there is a tree of them (KUZUSHIJI_TEST_DATA): constants that we publish are true.

kkanji is unpacked, once, only if KUZUSHIJI_TEST_HOME names a cache that may keep it; it takes half a minute.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from kuzushiji.cli import main
from kuzushiji.datasets import load, registry, shifted_holdout
from kuzushiji.datasets.downloads.checking import fault
from kuzushiji.datasets.downloads.verifying import verify_each
from kuzushiji.datasets.layouts import kkanji
from kuzushiji.datasets.layouts.file_formats import read_classmap
from kuzushiji.datasets.splits import digest

pytestmark = pytest.mark.data
TREE = Path(os.environ.get("KUZUSHIJI_TEST_DATA", "/nowhere"))


@pytest.fixture
def tree(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if not (TREE / "kmnist").is_dir():
        pytest.skip("skipped: real data not found")
    monkeypatch.setenv("KUZUSHIJI_MIRROR", TREE.as_uri())
    return TREE


def test_files_are_as_published(tree: Path) -> None:
    seen = 0
    for item in (registry.KMNIST, registry.K49, registry.K49_SAMPLE):
        for file in (f for files in item.formats.values() for f in files if (tree / f.path).is_file()):
            assert fault(tree / file.path, file) is None
            data = (tree / file.path).read_bytes()
            assert file.md5 in (None, hashlib.md5(data).hexdigest())
            seen += 1
    assert seen >= 10


def test_class_maps(tree: Path) -> None:
    assert read_classmap(tree / "kmnist/kmnist_classmap.csv") == registry.KMNIST_CLASSES
    assert read_classmap(tree / "k49/k49_classmap.csv") == registry.K49_CLASSES


@pytest.mark.parametrize(
    ("name", "held", "digest"),
    [("kmnist", 7_313, "80a1280b9734e76b"), ("k49-sample", 7_168, "89dc4ee5706860c3")],
)
def test_the_shifted_holdout_of_the_published_runs(tree: Path, name: str, held: int, digest: str) -> None:
    """Which images are held out decides every choice and every threshold: it never changes."""
    _, validation = shifted_holdout(load(name, "train"))
    found = hashlib.sha256(validation.astype("<i8").tobytes()).hexdigest()
    assert (len(validation), found[:16]) == (held, digest)


def test_kmnist_is_the_same_in_both_formats(tree: Path, home: Path) -> None:
    npz = {s: load("kmnist", s) for s in ("train", "test")}
    for file in (home / "kmnist").glob("*.npz"):
        file.unlink()
    for file in registry.KMNIST.formats["idx"]:
        (home / file.path).write_bytes((tree / file.path).read_bytes())
    for split, want in npz.items():
        got = load("kmnist", split)
        np.testing.assert_array_equal(got.images, want.images)
        np.testing.assert_array_equal(got.labels, want.labels)
        assert len(np.unique(got.labels)) == 10


def test_k49_labels(tree: Path) -> None:
    from kuzushiji.datasets.layouts.file_formats import read_npz

    for split, count in registry.K49.counts.items():
        labels = read_npz(tree / f"k49/k49-{split}-labels.npz")
        assert len(labels) == count
        assert set(labels.tolist()) == set(range(49))


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> Path:
    home = os.environ.get("KUZUSHIJI_TEST_HOME")
    if not home or not (TREE / "kkanji").is_dir():
        pytest.skip("skipped: real data not found")
    monkeypatch.setenv("KUZUSHIJI_HOME", home)
    monkeypatch.setenv("KUZUSHIJI_MIRROR", TREE.as_uri())
    if kkanji.unpacked(Path(home)) is None:
        assert main(["data", "get", "kkanji"]) == 0
    folder = kkanji.unpacked(Path(home))
    assert folder is not None
    return folder


def test_kkanji_is_as_we_publish_it(unpacked: Path) -> None:
    assert [o.ok for o in verify_each("kkanji")] == [True]
    index, _ = kkanji.open_files(unpacked)
    for split, (count, want) in registry.KKANJI_SPLITS.items():
        rows = kkanji.members(index, split)
        assert (int(rows.sum()), digest(kkanji.paths_of(index[rows]))) == (count, want)
    sizes = np.bincount(index["label"])
    for protocol, train in (("standard", "train"), ("half", "half-train")):
        in_train = np.bincount(index["label"][kkanji.members(index, train)], minlength=len(sizes))
        assert (in_train >= 1).all(), protocol
        assert (in_train[sizes == 1] == 1).all()
    assert int((sizes == 1).sum()) == 815


def test_kkanji_loads_without_black_in_training(unpacked: Path) -> None:
    assert len(load("kkanji", "train")) == 111_582 - 18
    assert len(load("kkanji", "half-train")) == 71_319 - 21
    assert len(load("kkanji", "test")) == 14_421
    assert len(load("kkanji").classes) == 3_832
