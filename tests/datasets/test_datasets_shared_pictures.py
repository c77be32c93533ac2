"""Pictures that two sets have under two names: who learns both leaves out those of the other's test part."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from kuzushiji.characters import lookup
from kuzushiji.datasets import load, shared_pictures
from kuzushiji.datasets.layouts.kkanji import open_files, paths_of
from kuzushiji.datasets.loading import kkanji_folder
from kuzushiji.datasets.shared_pictures import Shared, shared_with
from kuzushiji.images import resize_glyphs

TREE = Path(os.environ.get("KUZUSHIJI_TEST_DATA", "/nowhere"))


def known(monkeypatch: pytest.MonkeyPatch, *some: Shared) -> None:
    monkeypatch.setattr(shared_pictures, "shared_images", lambda: some)


def places(split: str, **settings: bool) -> list[str]:
    index, _ = open_files(kkanji_folder())
    paths = np.array(paths_of(index))
    return paths[load("kkanji", split, **settings).images.rows].tolist()  # type: ignore[union-attr]


@pytest.fixture
def ready(kanji: dict[str, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUZUSHIJI_MIRROR", (tmp_path / "mirror").as_uri())


def test_kanji_that_are_tested_as_kana_leave_the_training_parts_only(
    ready: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = [Shared(p, "kmnist", "test", k) for k, p in enumerate(places("all"))]
    learned, *more = places("train")
    known(monkeypatch, Shared(learned, "kmnist", "test", 0), Shared(more[0], "kmnist", "train", 0))
    assert places("train") == [learned, *more]
    assert places("train", drop_shared=True) == more  # a training picture of the other set stays
    known(monkeypatch, *everywhere)
    assert [len(places(s, drop_shared=True)) for s in ("train", "half-train")] == [0, 0]
    for split in ("validation", "test", "half-test", "all"):
        assert places(split, drop_shared=True) == places(split)


def test_kana_that_are_tested_as_kanji_leave_the_training_part_only(
    ready: None, small_k49: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested, learned = places("test")[0], places("train")[0]
    known(
        monkeypatch,
        Shared(tested, "k49", "train", 3),
        Shared(learned, "k49", "train", 4),
        Shared(tested, "k49", "test", 5),
        Shared(tested, "k49-sample", "train", 6),
    )
    whole, apart = load("k49", "train"), load("k49", "train", drop_shared=True)
    np.testing.assert_array_equal(apart.images, np.delete(whole.images, 3, 0))
    np.testing.assert_array_equal(apart.labels, np.delete(whole.labels, 3))
    assert len(load("k49", "test", drop_shared=True)) == len(load("k49", "test"))


@pytest.mark.data
def test_the_pictures_of_the_list_are_the_same_in_both_sets(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = os.environ.get("KUZUSHIJI_TEST_HOME")
    if not (TREE / "kmnist").is_dir() or not kept:
        pytest.skip("skipped: real data not found")
    monkeypatch.setenv("KUZUSHIJI_HOME", kept)
    monkeypatch.setenv("KUZUSHIJI_MIRROR", TREE.as_uri())
    index, images = open_files(kkanji_folder())
    row = {p: k for k, p in enumerate(paths_of(index))}
    for name in ("kmnist", "k49-sample"):
        for split in ("train", "test"):
            some = shared_with(name, split)
            assert len(some) == {"train": 168, "test": 254}[split]
            kana = load(name, split)
            rows = [row[s.kanji] for s in some]
            seen = kana.images[[s.index for s in some]].reshape(len(some), -1).astype(float)
            twin = resize_glyphs(images[rows], 28).reshape(len(some), -1).astype(float)
            assert min(np.corrcoef(a, b)[0, 1] for a, b in zip(seen, twin, strict=True)) > 0.97
            for s in some:
                kanji = chr(int(s.kanji[2:].partition("/")[0], 16))
                assert kana.classes[kana.labels[s.index]] in lookup(kanji).jibo_of
    assert len(load("kmnist", "train", drop_shared=True)) == 60_000 - 22
