"""From images to a map set: the cache, processes beside each other, what a page is given."""

import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.maps import engine, map_cache
from kuzushiji.maps.engine import Plan, make_maps, ready
from kuzushiji.maps.figures import INKS, draw_maps
from kuzushiji.maps.inputs.features import from_matrix, pixels
from kuzushiji.maps.inputs.shared_work import Shared
from kuzushiji.maps.inputs.source import Source
from kuzushiji.maps.methods.method import Job, Method
from kuzushiji.maps.methods.registry import methods
from kuzushiji.maps.quality_table import as_csv, as_text, rows
from kuzushiji.maps.result import Added
from kuzushiji.maps.workers import Task, beside


def blobs(n: int = 80, classes: int = 4, side: int = 7) -> Source:
    rng = np.random.default_rng(0)
    labels = np.arange(n) % classes
    means = rng.integers(0, 255, (classes, side, side))
    images = np.clip(means[labels] + rng.normal(0, 25, (n, side, side)), 0, 255).astype(np.uint8)
    return Source(
        "blobs", "all", images, labels.astype(np.int64), tuple("かきくけこさしすせそ"[:classes]), np.arange(n)
    )


def test_a_map_set_has_all_a_page_needs():
    pytest.importorskip("sklearn")
    source = replace(blobs(), part=np.repeat([0, 1], 40))
    added = Added(("a.png", "b.png"), source.images[:2])
    made = make_maps(
        pixels(source), Plan(("pca", "mds", "isomap"), stability=True, clusters=True), added=added
    )
    assert [m.method for m in made.maps] == ["pca", "mds", "isomap"]
    for m in made.maps:
        assert m.points.dtype == np.float32
        assert m.quality is not None
        assert m.quality.procrustes is not None
        assert m.transform_points is not None
        assert m.transform_points.shape == (2, 2)
        assert m.can
        assert m.cannot
    assert made.maps[0].quality.procrustes == pytest.approx(0, abs=1e-9)
    assert "new images placed between" in made.maps[2].note
    np.testing.assert_allclose(made.maps[0].transform_points, made.maps[0].points[:2], atol=1e-4)
    assert made.pca is not None
    assert made.pca.components.shape[1:] == (7, 7)
    np.testing.assert_allclose(made.pca.mean, source.images.mean(0) / 255, atol=1e-5)
    np.testing.assert_allclose(
        made.class_means[2], source.images[source.labels == 2].mean(0) / 255, atol=1e-5
    )
    assert set(made.extra_colours) == {"cluster", "split"}
    assert len(made.clusters) >= 4
    assert made.added is added
    assert {"pca", "neighbours"} <= set(made.shared_seconds)


def test_features_of_a_model_are_mapped_and_the_pictures_stay_pixels():
    source = blobs()
    rows_ = np.random.default_rng(0).normal(size=(80, 5))
    made = make_maps(replace(from_matrix(source, rows_, "mine"), error=source.labels % 2), Plan(("pca",)))
    assert made.features == "mine"
    assert made.pca.components.shape[1:] == (7, 7)
    np.testing.assert_array_equal(made.extra_colours["error"], source.labels % 2)
    assert (
        abs(np.corrcoef(made.maps[0].points[:, 0], np.linalg.svd(rows_ - rows_.mean(0))[0][:, 0])[0, 1])
        > 0.999
    )


def test_finished_maps_are_found_again_and_damaged_ones_made_anew(tmp_path):
    features, said = pixels(blobs()), []
    first = make_maps(features, Plan(("pca", "mds")), tmp_path, say=said.append)
    assert not [s for s in said if "cache" in s]
    (file,) = tmp_path.rglob("pca-*.npz")
    file.write_bytes(b"broken")
    said.clear()
    second = make_maps(features, Plan(("pca", "mds", "svd")), tmp_path, say=said.append)
    assert [s.split(":")[0] for s in said if "cache" in s] == ["MDS"]
    for a, b in zip(first.maps, second.maps, strict=False):
        np.testing.assert_array_equal(a.points, b.points)
        assert dict(a.parameters) == dict(b.parameters)
    said.clear()
    make_maps(features, Plan(("pca",), seed=1), tmp_path, say=said.append)
    make_maps(features, Plan(("pca",), dims=3), tmp_path, say=said.append)
    make_maps(pixels(blobs(81)), Plan(("pca",)), tmp_path, say=said.append)
    assert not [s for s in said if "cache" in s]


def test_an_interrupted_run_keeps_what_was_finished(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    real = methods()
    monkeypatch.setattr(
        engine, "chosen", lambda *_: [real["pca"], Method("mds", "MDS", interrupt, modules=())]
    )
    features, said = pixels(blobs()), []
    with pytest.raises(KeyboardInterrupt):
        make_maps(features, Plan(("pca", "mds")), tmp_path)
    monkeypatch.undo()
    made = make_maps(features, Plan(("pca", "mds")), tmp_path, say=said.append)
    assert [s for s in said if s.startswith("PCA: from the cache")]
    assert len(made.maps) == 2


def test_processes_beside_each_other_make_the_same_maps(tmp_path):
    pytest.importorskip("sklearn")
    features = pixels(blobs())
    apart = make_maps(features, Plan(("mds", "kpca"), threads=2, quality=False), tmp_path / "a")
    here = make_maps(features, Plan(("mds", "kpca"), threads=1, quality=False), tmp_path / "b")
    for a, b in zip(apart.maps, here.maps, strict=True):
        np.testing.assert_array_equal(a.points, b.points)


def test_what_goes_wrong_in_a_process_is_one_line_here(tmp_path):
    shared = Shared(pixels(blobs()), 15)
    missing = replace(methods()["mds"], name="no-such-method")
    task = Task(missing, Job(), tmp_path / "out.npz")
    with pytest.raises(KuzushijiError, match="no-such-method") as caught:
        list(beside([task], shared.stage(tmp_path / "stage"), 1))
    assert "\n" not in str(caught.value)
    assert "OMP_NUM_THREADS" not in set(os.environ) - set(os.environ.copy())


def test_places_that_are_not_finite_are_an_error():
    bad = Method(
        "mds", "MDS", lambda *_: __import__("kuzushiji").maps.methods.method.Fitted(np.full((80, 2), np.nan))
    )
    with pytest.raises(KuzushijiError, match="mds gave places that are not finite"):
        map_cache.finish(bad, None, Job(), np.zeros((80, 2)), None)


def test_bad_input_is_one_line():
    with pytest.raises(KuzushijiError, match="12 images, but the methods look at 15 neighbours"):
        make_maps(pixels(blobs(12)), Plan(("umap",) if _have("umap") else ("isomap",)))
    with pytest.raises(UsageError, match="threads"):
        make_maps(pixels(blobs()), Plan(("pca",), threads=0))
    one = blobs(classes=1)
    made = make_maps(pixels(one), Plan(("pca", "mds")))
    assert np.isnan(made.maps[0].quality.knn_accuracy)
    assert "-" in as_text(made) or "kNN-10" not in as_text(made)


def test_the_table_and_its_csv():
    made = make_maps(pixels(blobs()), Plan(("pca", "lda")))
    lines = as_csv(made).splitlines()
    assert lines[0].startswith("dataset,split,features,images,method,dims,seconds,trustworthiness,knn_recall")
    assert len(lines) == 3
    assert rows(made)[1]["method"] == "lda"
    assert 0 <= float(rows(made)[0]["trustworthiness"]) <= 1
    text = as_text(made)
    assert "seeds differ" not in text  # nothing was measured of it
    assert "in-sample" in text


def test_figures_are_drawn_and_the_same_again(tmp_path):
    pytest.importorskip("matplotlib")
    made = make_maps(pixels(blobs()), Plan(("pca", "lda")))
    png, a, b = (
        draw_maps(made, tmp_path / "x.png", dpi=50),
        draw_maps(made, tmp_path / "a.svg"),
        draw_maps(made, tmp_path / "b.svg"),
    )
    assert png.read_bytes()[:4] == b"\x89PNG"
    image = np.asarray(Image.open(png).convert("RGB")).reshape(-1, 3).astype(int)
    for ink in INKS[:4]:  # every class is there in its colour, in the legend at least
        wanted = [int(ink[k : k + 2], 16) for k in (1, 3, 5)]
        assert (np.abs(image - wanted).max(1) < 8).sum() > 5
    assert a.read_bytes() == b.read_bytes()
    with pytest.raises(UsageError, match="ends in"):
        draw_maps(made, tmp_path / "x.gif")


@pytest.mark.parametrize("methods", [("pca",), ("pca", "lda", "svd")])
def test_nothing_written_below_a_figure_is_cut_off_or_overlaps(methods, tmp_path):
    pytest.importorskip("matplotlib")
    source = replace(blobs(classes=10), dataset="kmnist")
    made = make_maps(pixels(source), Plan(methods, quality=False))
    seen = np.asarray(Image.open(draw_maps(made, tmp_path / "x.png", dpi=100)).convert("L"))
    below = seen[-28:] < 250  # legend and attribution, 0.28 inches
    assert below.any()
    assert not below[:, :2].any()
    assert not below[:, -2:].any()
    lines = np.flatnonzero(np.diff(np.r_[0, below.any(1), 0]))
    assert len(lines) == 4  # two lines of writing with paper between them


def _have(name: str) -> bool:
    return __import__("importlib.util").util.find_spec(name) is not None


def test_what_is_missing_is_said_before_anything_is_read(monkeypatch):
    real = __import__("importlib").import_module

    def without(name, *rest):
        if name.split(".")[0] in ("scipy", "sklearn"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest)

    monkeypatch.setattr("importlib.import_module", without)
    assert [m.name for m in ready(Plan(("pca",), quality=False))] == ["pca"]
    with pytest.raises(UsageError, match=r'"kuzushiji\[maps\]" \(no module scipy'):
        ready(Plan(("pca",)))
    with pytest.raises(UsageError, match=r'"kuzushiji\[maps\]" \(no module sklearn'):
        ready(Plan(("pca",), quality=False, clusters=True))


def test_one_class_is_said_before_anything_is_made():
    said = []
    with pytest.raises(KuzushijiError, match="lda separates classes, but all images here are of one class"):
        make_maps(pixels(blobs(classes=1)), Plan(("pca", "lda")), say=said.append)
    assert said == []


def test_landmarks_are_said_before_they_are_used(monkeypatch):
    real, said = methods(), []
    few = replace(real["mds"], whole=50)
    monkeypatch.setattr(engine, "chosen", lambda *_: [few])
    make_maps(pixels(blobs()), Plan(("mds",), quality=False), say=said.append)
    assert said[0] == "MDS: 50 landmarks, the others placed by them"
    assert few.warnings(70_000, 784)[0].endswith("; the whole would take hours")
    monkeypatch.undo()
    said.clear()
    make_maps(pixels(blobs()), Plan(("mds",), quality=False), say=said.append)
    assert not [s for s in said if "landmarks" in s]


def test_what_takes_long_on_a_large_set_says_so_before_it_begins():
    learning = methods()["autoencoder"]
    (line,) = learning.warnings(140_424, 4096)
    assert line.startswith("Autoencoder: 287 million numbers to learn from, up to an hour")
    assert learning.warnings(70_000, 784) == []


def test_a_method_whose_code_changed_is_run_again(tmp_path, monkeypatch):
    method, said = methods()["mds"], []
    features = pixels(blobs())
    make_maps(features, Plan(("mds",), quality=False), tmp_path)
    make_maps(features, Plan(("mds",), quality=False), tmp_path, say=said.append)
    assert "from the cache" in said[-1]
    changed = tmp_path / "changed.py"
    changed.write_text("# other settings")
    monkeypatch.setattr(
        map_cache.inspect, "getsourcefile", lambda f: str(changed) if f is method.fit else None
    )
    make_maps(features, Plan(("mds",), quality=False), tmp_path, say=said.append)
    assert "from the cache" not in said[-1]
