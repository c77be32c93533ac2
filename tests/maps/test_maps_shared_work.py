"""Images, features, principal components and the neighbour graph."""

import numpy as np
import pytest

from kuzushiji import _vectors
from kuzushiji._vectors import nearest
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.maps.inputs.features import embedded, from_matrix, pixels
from kuzushiji.maps.inputs.placing import place
from kuzushiji.maps.inputs.principal_components import principal
from kuzushiji.maps.inputs.shared_work import Shared, staged
from kuzushiji.maps.inputs.source import Source, check, stratified


def blobs(n: int = 120, classes: int = 4, side: int = 6, seed: int = 0) -> Source:
    """Noisy images around one random image a class."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    means = rng.integers(0, 255, (classes, side, side))
    images = np.clip(means[labels] + rng.normal(0, 25, (n, side, side)), 0, 255).astype(np.uint8)
    return Source(
        "blobs", "all", images, labels.astype(np.int64), tuple("かきくけこ"[:classes]), np.arange(n)
    )


def test_a_subset_is_fair_fixed_and_in_order():
    labels = np.repeat([0, 1, 2], [1000, 100, 3])
    a, b = stratified(labels, 110), stratified(labels, 110)
    np.testing.assert_array_equal(a, b)
    assert len(a) == 110
    assert (np.diff(a) > 0).all()
    counts = np.bincount(labels[a])
    assert counts[2] == 1
    assert abs(counts[0] - 10 * counts[1]) <= 15
    assert not np.array_equal(a, stratified(labels, 110, seed=1))


def test_a_subset_keeps_images_labels_and_places_together():
    source = blobs()
    part = source.subset(30)
    np.testing.assert_array_equal(part.images, source.images[part.indices])
    np.testing.assert_array_equal(part.labels, source.labels[part.indices])
    assert source.subset(10_000) is source
    with pytest.raises(UsageError, match="at least 1"):
        source.subset(0)


def test_images_of_which_no_map_can_be_made():
    source = blobs(12)
    with pytest.raises(KuzushijiError, match="12 images, but the methods look at 15 neighbours"):
        check(source, 15)
    same = Source(
        "same", "all", np.full((40, 4, 4), 7, np.uint8), np.zeros(40, np.int64), ("か",), np.arange(40)
    )
    with pytest.raises(KuzushijiError, match="all 40 images are the same"):
        check(same, 10)


def test_features_that_are_not_finite_are_refused():
    rows = np.zeros((120, 3), np.float32)
    rows[[4, 9], 1] = np.nan, np.inf
    with pytest.raises(KuzushijiError, match="2 of 120 rows hold NaN"):
        from_matrix(blobs(), rows, "mine")
    with pytest.raises(KuzushijiError, match="120 rows"):
        from_matrix(blobs(), rows[:5], "mine")


def test_the_digest_knows_every_pixel_and_label():
    source = blobs()
    images = source.images.copy()
    images[7, 0, 0] ^= 1
    other = Source("blobs", "all", images, source.labels, source.classes, source.indices)
    turned = Source("blobs", "all", source.images, source.labels[::-1], source.classes, source.indices)
    digests = {pixels(s).digest for s in (source, other, turned)}
    assert len(digests) == 3
    assert pixels(blobs()).digest in digests


@pytest.mark.parametrize("width", [20, 1100])
def test_principal_components_are_those_of_a_singular_value_decomposition(width):
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(200, 8)) * np.arange(9, 1, -1) @ rng.normal(size=(8, width)) + 3).astype(
        np.float32
    )
    found = principal(lambda: np.array_split(rows, 7), width, 6)
    centred = rows - rows.mean(0)
    _, values, vectors = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(found.variance[:6], values[:6] ** 2 / 200, rtol=2e-3)
    assert found.total == pytest.approx(float((values**2).sum() / 200), rel=1e-3)
    alike = np.abs((found.components[:6] * vectors[:6]).sum(1))
    np.testing.assert_allclose(alike, 1, atol=2e-3)
    np.testing.assert_allclose(found.project(rows, 2).std(0), values[:2] / np.sqrt(200), rtol=2e-3)


@pytest.mark.parametrize("library", [True, False])
def test_neighbours_are_exact_with_and_without_faiss(library, monkeypatch):
    if not library:
        monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    rows = np.random.default_rng(0).normal(size=(300, 7)).astype(np.float32) + 100
    distances, indices = nearest(rows, rows, 5, skip_self=True, threads=1)
    true = np.linalg.norm(rows[:, None].astype(float) - rows[None], axis=2)
    np.fill_diagonal(true, np.inf)
    np.testing.assert_array_equal(indices, np.argsort(true, 1)[:, :5])
    np.testing.assert_allclose(distances, np.sort(true, 1)[:, :5], rtol=1e-3)


def test_nobody_is_his_own_neighbour_even_among_copies():
    rows = np.zeros((20, 3), np.float32)
    rows[0] = 1
    distances, indices = nearest(rows, rows, 4, skip_self=True, threads=1)
    assert (indices != np.arange(20)[:, None]).all()
    assert distances[1:].max() == 0
    assert nearest(rows, rows, 20, skip_self=True, threads=1)[1].shape == (20, 19)


def test_blocks_change_nothing(monkeypatch):
    rows = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    whole = nearest(rows, rows, 6)
    monkeypatch.setattr(_vectors, "ROWS", 7)
    monkeypatch.setattr(_vectors, "COLUMNS", 11)
    for one, other in zip(whole, nearest(rows, rows, 6), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_a_known_image_is_placed_on_itself():
    rows = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    points = np.random.default_rng(1).normal(size=(50, 2))
    np.testing.assert_allclose(place(points, rows, rows[:6]), points[:6], atol=1e-3)


def test_what_is_staged_for_other_processes_is_what_this_one_sees(tmp_path):
    features = pixels(blobs())
    shared = Shared(features, 10, new=features.rows(np.arange(3)))
    seen, there = shared.reduced, staged(shared.stage(tmp_path))
    for name, array in vars(seen).items():
        np.testing.assert_array_equal(array, getattr(there, name))
    np.testing.assert_allclose(seen.new, seen.scores[:3], atol=1e-4)
    assert set(shared.seconds) == {"pca", "neighbours"}
    start = seen.start(2, 0.5)
    assert start[:, 0].std() == pytest.approx(0.5, rel=1e-4)


def test_class_means_skip_classes_without_images():
    source = blobs()
    source = Source("x", "all", source.images, source.labels, (*source.classes, "ん"), source.indices)
    means, counts = Shared(pixels(source), 5).class_means
    np.testing.assert_allclose(means[1], source.rows(np.flatnonzero(source.labels == 1)).mean(0), rtol=1e-5)
    assert np.isnan(means[4]).all()
    assert counts.tolist() == [30, 30, 30, 30, 0]


class _Halves:
    """Stands for a model: its embedding is the mean ink of both halves, its answer the one with more."""

    info = type("Info", (), {"classes": ("か", "く"), "size": 6})()

    def embed(self, glyphs: np.ndarray) -> np.ndarray:
        return np.stack([glyphs[:, :, :3].mean((1, 2)), glyphs[:, :, 3:].mean((1, 2))], 1).astype(np.float32)

    def logits(self, glyphs: np.ndarray) -> np.ndarray:
        return self.embed(glyphs)


def test_a_model_gives_features_and_marks_what_it_reads_wrongly(monkeypatch):
    monkeypatch.setattr("kuzushiji.weights.open_model", lambda name, threads=None: _Halves())
    images = np.zeros((4, 6, 6), np.uint8)
    images[[0, 2, 3], :, :3] = 200
    images[1, :, 3:] = 200
    labels = np.array([0, 2, 2, 1])  # か, く, く as か, and き which the model does not know
    features = embedded(
        Source("x", "all", images, labels, ("か", "き", "く"), np.arange(4)), "halves", errors=True
    )
    assert features.matrix.tolist() == [[200, 0], [0, 200], [200, 0], [200, 0]]
    assert features.error.tolist() == [0, 0, 1, -1]
    assert features.of(images[:1]).tolist() == [[200, 0]]
    assert embedded(features.source, "halves").error is None
