"""A set of maps survives being written and read, and never carries its images."""

from dataclasses import replace

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.maps.map_cache import Finished, keep, kept
from kuzushiji.maps.quality_table import as_text
from kuzushiji.maps.result import Added, Cluster, Map, MapQuality, MapSet, PCAInfo
from kuzushiji.maps.saving import load_maps, save_maps


def a_map_set(n: int = 12) -> MapSet:
    rng = np.random.default_rng(0)
    quality = MapQuality(0.9, 0.4, 0.8, 0.6, float("nan"), -0.1, procrustes=0.2, sample=n)
    return MapSet(
        dataset="mine",
        split="all",
        features="pixels",
        images=rng.integers(0, 255, (n, 4, 4)).astype(np.uint8),
        labels=np.arange(n) % 2,
        classes=("か", "き"),
        indices=np.arange(n) * 2,
        maps=(
            Map("pca", rng.normal(size=(n, 2)).astype(np.float32), 0.5, quality, {"dims": 2}, note="n"),
            Map(
                "umap",
                rng.normal(size=(n, 3)).astype(np.float32),
                1.5,
                transform_points=np.ones((1, 3), np.float32),
            ),
        ),
        pca=PCAInfo(
            np.zeros((4, 4), np.float32), np.ones((2, 4, 4), np.float32), np.array([0.6, 0.1], np.float32)
        ),
        class_means=np.ones((2, 4, 4), np.float32),
        extra_colours={"cluster": np.arange(n) % 3, "training count": np.full(n, 6.5)},
        clusters=(Cluster(0, 0, np.array([2, 4]), 6, 0.3),),
        added=Added(("x.png",), np.zeros((1, 4, 4), np.uint8)),
        shared_seconds={"pca": 0.1},
    )


def test_a_saved_set_comes_back_whole(tmp_path):
    before = a_map_set()
    save_maps(before, tmp_path / "run")
    after = load_maps(tmp_path / "run", images=before.images)
    assert (after.dataset, after.split, after.features, after.classes) == (
        "mine",
        "all",
        "pixels",
        ("か", "き"),
    )
    assert [m.method for m in after.maps] == ["pca", "umap"]
    for a, b in zip(before.maps, after.maps, strict=True):
        np.testing.assert_array_equal(a.points, b.points)
        assert b.points.dtype == np.float32
        assert dict(a.parameters) == dict(b.parameters)
    assert after.maps[0].quality is not None
    assert after.maps[0].quality.procrustes == 0.2
    assert np.isnan(after.maps[0].quality.centroid_triplets)
    assert after.maps[1].quality is None
    np.testing.assert_array_equal(after.maps[1].transform_points, np.ones((1, 3)))
    np.testing.assert_array_equal(after.indices, before.indices)
    np.testing.assert_array_equal(after.extra_colours["cluster"], before.extra_colours["cluster"])
    assert after.clusters[0].representatives.tolist() == [2, 4]
    assert after.added is not None
    assert after.added.names == ("x.png",)
    assert after.shared_seconds == {"pca": 0.1}
    assert after.pca is not None
    assert after.pca.components.shape == (2, 4, 4)


def test_the_images_are_not_stored(tmp_path):
    folder = save_maps(a_map_set(), tmp_path)
    with np.load(folder / "arrays.npz") as file:
        assert "images" not in file.files


def test_a_folder_without_maps_is_named(tmp_path):
    with pytest.raises(KuzushijiError, match="holds no saved maps"):
        load_maps(tmp_path)


def damaged(whole: bytes) -> list[bytes]:
    """What may be left of an archive."""
    flipped = bytearray(whole)
    flipped[whole.index(b"NUMPY") + 200] ^= 1
    return [b"", whole[:10], whole[: len(whole) // 2], whole[:-5], bytes(flipped)]


def test_damaged_maps_are_one_line(tmp_path):
    before = a_map_set()
    folder = save_maps(before, tmp_path / "run")
    arrays, words = folder / "arrays.npz", folder / "mapset.json"
    whole = arrays.read_bytes()
    for data in damaged(whole):
        arrays.write_bytes(data)
        with pytest.raises(KuzushijiError, match="holds no saved maps") as e:
            load_maps(folder, before.images)
        assert "\n" not in str(e.value)
    np.savez(arrays, labels=before.labels)
    with pytest.raises(KuzushijiError, match=r"holds no saved maps \(KeyError: 'map0'\)"):
        load_maps(folder, before.images)
    arrays.write_bytes(whole)
    words.write_text("{}")
    with pytest.raises(KuzushijiError, match="holds no saved maps"):
        load_maps(folder, before.images)


def test_a_damaged_map_in_the_cache_is_as_none(tmp_path):
    before = Finished(np.ones((60, 2), np.float32), None, 0.5, {"dims": 2}, "")
    path = tmp_path / "maps" / "pca.npz"
    assert kept(path) is None
    keep(path, before)
    assert [file.name for file in path.parent.iterdir()] == ["pca.npz"]
    whole = path.read_bytes()
    for data in damaged(whole):
        path.write_bytes(data)
        assert kept(path) is None
    keep(path, before)
    after = kept(path)
    assert after is not None
    np.testing.assert_array_equal(after.points, before.points)
    assert after.parameters == {"dims": 2}


def test_the_table_says_that_recall_is_counted_within_the_sample():
    whole = a_map_set()
    assert "within it" not in as_text(whole)
    assert whole.maps[0].quality is not None
    part = replace(whole, maps=(replace(whole.maps[0], quality=replace(whole.maps[0].quality, sample=7)),))
    assert "of a sample of 7 images; recall@15 is of the 15 nearest within it" in as_text(part)
