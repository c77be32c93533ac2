"""The measures, against their definitions written out and against scikit-learn's."""

import numpy as np
import pytest

from kuzushiji.maps.inputs.features import from_matrix
from kuzushiji.maps.inputs.shared_work import Shared
from kuzushiji.maps.inputs.source import Source
from kuzushiji.maps.quality import locality, measure, procrustes, ranks_of, reference, silhouette, vote


def rows_and_map(n: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 5
    rows = rng.normal(size=(5, 8))[labels] * 2 + rng.normal(size=(n, 8))
    return rows.astype(np.float32), rows[:, :2] + rng.normal(0, 0.3, (n, 2)), labels


def test_ranks_are_the_order_of_distances():
    rows, _, _ = rows_and_map()
    d = np.linalg.norm(rows[:, None].astype(float) - rows[None], axis=2)
    found = np.take_along_axis(ranks_of(rows), np.argsort(d, 1), 1).astype(int)
    off = np.abs(found - np.arange(300))
    assert off.max() <= 1  # two distances that single precision cannot tell apart
    assert (off > 0).mean() < 1e-3


def test_trustworthiness_is_scikit_learns():
    manifold = pytest.importorskip("sklearn.manifold")
    rows, points, _ = rows_and_map()
    trust, recall = locality(points, ranks_of(rows), 15)
    assert trust == pytest.approx(manifold.trustworthiness(rows, points, n_neighbors=15), abs=1e-6)
    near = np.argsort(np.linalg.norm(rows[:, None] - rows[None], axis=2), 1)[:, 1:16]
    seen = np.argsort(np.linalg.norm(points[:, None] - points[None], axis=2), 1)[:, 1:16]
    true = np.mean([len(set(a) & set(b)) / 15 for a, b in zip(near, seen, strict=True)])
    assert recall == pytest.approx(true, abs=1e-9)


def test_silhouette_is_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics")
    _, points, labels = rows_and_map()
    labels = np.where(np.arange(300) == 0, 9, labels)  # and one image alone in its class
    assert silhouette(points, labels) == pytest.approx(metrics.silhouette_score(points, labels), abs=1e-9)
    assert np.isnan(silhouette(points, np.zeros(300, int)))


def test_the_vote_leaves_the_image_itself_out():
    points = np.array([[0.0, 0], [0.1, 0], [0.2, 0], [9, 0], [9.1, 0], [9.2, 0]])
    assert vote(points, np.array([0, 0, 0, 1, 1, 1]), k=2) == 1.0
    assert vote(points, np.array([0, 1, 1, 1, 0, 0]), k=2) == pytest.approx(4 / 6)
    assert vote(np.zeros((20, 2)), np.arange(20), k=3) == 0.0  # all on one place, each of its own class


def test_procrustes_is_scipys():
    spatial = pytest.importorskip("scipy.spatial")
    _, points, _ = rows_and_map()
    other = points + np.random.default_rng(1).normal(0, 1, points.shape)
    assert procrustes(points, other) == pytest.approx(spatial.procrustes(points, other)[2], abs=1e-9)


def test_the_space_itself_is_a_perfect_map_and_noise_is_not():
    rows, _, labels = rows_and_map()
    rows = rows[:, :2]
    source = Source("x", "all", np.zeros((300, 2, 2), np.uint8), labels, tuple("abcde"), np.arange(300))
    features = from_matrix(source, rows, "two")
    ref = reference(features, Shared(features, 15).class_means[0])
    best = measure(rows, ref)
    assert (best.trustworthiness, best.knn_recall, best.random_triplets) == (1, 1, 1)
    assert best.centroid_triplets == 1
    assert best.sample == 300
    noise = measure(np.random.default_rng(1).normal(size=(300, 2)), ref)
    assert noise.trustworthiness == pytest.approx(0.5, abs=0.05)
    assert noise.random_triplets == pytest.approx(0.5, abs=0.03)
    assert noise.knn_accuracy < 0.4 < best.knn_accuracy


def test_one_class_leaves_the_measures_of_classes_blank():
    rows, points, _ = rows_and_map(60)
    source = Source("x", "all", np.zeros((60, 2, 2), np.uint8), np.zeros(60, np.int64), ("a",), np.arange(60))
    features = from_matrix(source, rows, "one")
    found = measure(points, reference(features, Shared(features, 15).class_means[0]))
    assert np.isnan([found.knn_accuracy, found.silhouette, found.centroid_triplets]).all()
    assert found.trustworthiness > 0.5
