"""Every method on a small set: the right shape, the same again, new images where they belong."""

import importlib.util
import re

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.maps.inputs.features import from_matrix, pixels
from kuzushiji.maps.inputs.shared_work import Reduced, Shared
from kuzushiji.maps.inputs.source import Source
from kuzushiji.maps.methods import linear, scaling, spectral
from kuzushiji.maps.methods.method import Fitted, Job
from kuzushiji.maps.methods.notes import WORDS, note_ja
from kuzushiji.maps.methods.pair_embeddings import near_pairs
from kuzushiji.maps.methods.registry import chosen, methods
from kuzushiji.maps.methods.scaling import beside, connected, smacof
from kuzushiji.maps.quality import procrustes, vote

N = 150


def blobs(n: int = N, classes: int = 4, side: int = 7) -> Source:
    rng = np.random.default_rng(0)
    labels = np.arange(n) % classes
    means = rng.integers(0, 255, (classes, side, side))
    images = np.clip(means[labels] + rng.normal(0, 25, (n, side, side)), 0, 255).astype(np.uint8)
    return Source(
        "blobs", "all", images, labels.astype(np.int64), tuple("かきくけこ"[:classes]), np.arange(n)
    )


def shared_of(source: Source) -> Shared:
    features = pixels(source)
    return Shared(features, 90, new=features.rows(np.arange(4)))


def run(name: str, shared: Shared, dims: int = 2, seed: int = 0) -> Fitted:
    method = methods()[name]
    for module in method.modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    return method.fit(shared.reduced if method.long else shared, Job(dims, seed))


LINEAR = ("pca", "lda", "nmf", "svd")
PLACED = (*LINEAR, "kpca", "lle", "mds", "tsne", "umap", "autoencoder")


@pytest.mark.parametrize("name", list(methods()))
def test_it_maps_every_image_and_the_same_way_again(name):
    shared = shared_of(blobs())
    once = run(name, shared)
    points = np.asarray(once.points)
    assert points.shape == (N, 2)
    assert np.isfinite(points).all()
    assert points.std(0).min() > 0
    np.testing.assert_array_equal(points, np.asarray(run(name, shared_of(blobs())).points))
    least = 0.6 if name in ("svd", "nmf", "lle") else 0.9
    assert vote(points, blobs().labels) > least  # four classes far apart: any map that works shows them
    if name in PLACED:
        assert once.new is not None
        spread = points.std(0).max()
        assert np.abs(np.asarray(once.new) - points[:4]).max() < spread  # known images, shown as new ones
    else:
        assert once.new is None


@pytest.mark.parametrize("name", [*LINEAR, "kpca", "isomap", "lle", "mds", "tsne", "pacmap", "localmap"])
def test_it_maps_into_three_dimensions_too(name):
    points = np.asarray(run(name, shared_of(blobs()), dims=3).points)
    assert points.shape == (N, 3)
    assert np.isfinite(points).all()


def test_pca_and_svd_are_scikit_learns():
    decomposition = pytest.importorskip("sklearn.decomposition")
    shared = shared_of(blobs())
    rows = shared.features.rows(np.arange(N))
    for name, theirs in (
        ("pca", decomposition.PCA(2)),
        ("svd", decomposition.TruncatedSVD(2, algorithm="arpack")),
    ):
        ours, reference = np.asarray(run(name, shared).points), theirs.fit_transform(rows)
        signs = np.sign((ours * reference).sum(0))
        np.testing.assert_allclose(ours * signs, reference, atol=2e-4)


def test_wide_rows_are_mapped_inside_the_first_components_and_the_map_says_so():
    wide = shared_of(blobs(side=33))  # 1,089 numbers a row
    for name in ("pca", "svd", "lda"):
        note = run(name, wide).note
        assert "inside the first 100 principal components" in note
        assert not re.search("[a-z]", note_ja(note))
        assert "components" not in run(name, shared_of(blobs())).note
    squares = np.linalg.svd(wide.features.rows(np.arange(N)), compute_uv=False) ** 2
    share = run("svd", wide).parameters["share_of_second_moment"]
    np.testing.assert_allclose(share, squares[:2] / squares.sum(), rtol=1e-3)


def test_lda_is_scikit_learns():
    analysis = pytest.importorskip("sklearn.discriminant_analysis")
    source = blobs(400)
    shared = shared_of(source)
    rows = shared.features.rows(np.arange(400))
    theirs = analysis.LinearDiscriminantAnalysis(n_components=2).fit(rows, source.labels).transform(rows)
    ours = np.asarray(run("lda", shared).points)
    for axis in range(2):
        assert abs(np.corrcoef(ours[:, axis], theirs[:, axis])[0, 1]) > 0.9999


def test_lda_says_when_there_is_nothing_or_little_to_part():
    one = blobs(classes=1)
    with pytest.raises(KuzushijiError, match="all images here are of one class"):
        run("lda", shared_of(one))
    two = run("lda", shared_of(blobs(classes=2)))
    assert "only 1 discriminant" in two.note
    assert np.asarray(two.points)[:, 1].tolist() == [0.0] * N


def test_isomap_with_every_image_a_landmark_is_scikit_learns():
    manifold = pytest.importorskip("sklearn.manifold")
    shared = shared_of(blobs(classes=1))
    theirs = manifold.Isomap(n_neighbors=15, n_components=2).fit_transform(shared.scores)
    # A tie for the last neighbour, which each breaks by its own rounding, moves the map by a thousandth.
    assert procrustes(np.asarray(run("isomap", shared).points), theirs) < 5e-3


def test_a_graph_in_pieces_is_joined():
    rows = np.zeros((60, 2), np.float32)
    rows[30:, 0] = 100
    rows[:, 1] = np.arange(60) % 30
    source = Source(
        "two", "all", np.zeros((60, 2, 2), np.uint8), np.zeros(60, np.int64), ("a",), np.arange(60)
    )
    seen = Shared(from_matrix(source, rows, "two"), 5).reduced
    graph, joined = connected(seen, 5)
    assert joined == 1
    assert graph.max() == pytest.approx(100, rel=1e-3)
    assert "fell into 2 parts" in methods()["isomap"].fit(seen, Job()).note


def test_smacof_finds_a_plane_again_and_others_are_placed_in_it():
    plane = np.random.default_rng(0).normal(size=(40, 2))
    distances = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    start = plane + np.random.default_rng(1).normal(0, 0.3, plane.shape)
    laid, steps = smacof(distances, start, tolerance=1e-9)
    assert procrustes(laid, plane) < 1e-3
    assert steps > 2
    put = beside(distances[:5], laid, laid[:5] + 0.2, steps=300)
    np.testing.assert_allclose(put, laid[:5], atol=0.02)


def test_near_pairs_prefer_the_less_crowded_end():
    seen = Reduced(
        scores=np.zeros((3, 1), np.float32),
        neighbours=np.array([[1, 2], [0, 2], [0, 1]], np.int32),
        distances=np.array([[1.0, 1.5], [1.0, 1.0], [4.0, 4.0]], np.float32),
        labels=np.zeros(3, np.int64),
    )
    # From 0: to 1 it is 1 / (1.25 * 1), to 2 it is 2.25 / (1.25 * 4).
    assert near_pairs(seen, 1)[0].tolist() == [0, 2]


def test_every_method_has_its_words():
    assert set(WORDS) == set(methods())
    for words in WORDS.values():
        assert all((words.can, words.cannot, words.can_ja, words.cannot_ja))


NOTED = {"kpca": 90, "lle": 90, "mds": 90, "isomap": 90, "nmf": 90}


@pytest.mark.parametrize("name", [*NOTED, "lda"])
def test_a_note_is_wholly_japanese_on_a_japanese_page(name, monkeypatch):
    for module, constant in (
        (spectral, "KERNEL_LANDMARKS"),
        (spectral, "LLE_LANDMARKS"),
        (scaling, "MDS_LANDMARKS"),
        (scaling, "ISOMAP_LANDMARKS"),
        (linear, "NMF_IMAGES"),
    ):
        monkeypatch.setattr(module, constant, 90)
    note = run(name, shared_of(blobs(classes=2))).note
    assert note
    assert not re.search("[a-z]", note_ja(note))


def test_what_cannot_be_run_is_said_before_anything_runs(monkeypatch):
    with pytest.raises(UsageError, match=r"no method .tsen. .did you mean tsne"):
        chosen(["pca", "tsen"], 100, 2)
    with pytest.raises(UsageError, match="2 or 3 dimensions, not 4"):
        chosen(["pca"], 100, 4)
    with pytest.raises(UsageError, match="no method given; methods: pca"):
        chosen([], 100, 2)
    with pytest.raises(UsageError, match=r"would take hours on 70,000 images: add --subset 20000"):
        chosen(["tsne"], 70_000, 3)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r'umap needs the "maps" extra: pip install "kuzushiji\[maps\]"'):
        chosen(["umap"], 100, 2)
