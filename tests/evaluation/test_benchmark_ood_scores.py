"""Scores and measures for unknown images."""

import numpy as np
import pytest

from benchmark_support import benchmark

scores = benchmark("ood_scores")
auroc = scores.auroc
detection = scores.detection
energy = scores.energy
false_positive_rate = scores.false_positive_rate
mahalanobis_score = scores.mahalanobis_score
max_softmax = scores.max_softmax
neighbour_score = scores.neighbour_score


def test_scores_rank_the_known_above_the_unknown() -> None:
    logits = np.array([[9.0, 0, 0], [3.0, 2.9, 0], [0, 0, 0]])
    for score in (max_softmax(logits), energy(logits)):
        assert (np.diff(score) < 0).all()
    huge = np.array([[1e4, 0.0]])
    assert max_softmax(huge)[0] == 1.0
    assert energy(huge)[0] == pytest.approx(1e4)


def test_energy_at_another_temperature() -> None:
    z = np.array([[1.0, 2.0, 3.0]])
    assert energy(z, 2.0)[0] == pytest.approx(2 * np.log(np.exp(z / 2).sum()))


def test_neighbour_score_looks_at_direction() -> None:
    known = np.random.default_rng(0).normal(size=(200, 3)) * 0.05 + [1, 0, 0]
    scores = neighbour_score(np.array([[9.0, 0, 0], [0, 1.0, 0], [-1.0, 0, 0]]), known, k=5)
    assert (np.diff(scores) < 0).all()
    assert scores.min() >= -2


def test_mahalanobis_is_small_inside_a_class_whatever_its_scale() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 300)
    known = rng.normal(size=(600, 2)) * [10.0, 0.1] + np.outer(labels, [0.0, 3.0])  # wide, but flat
    asked = np.array([[8.0, 0.0], [8.0, 3.0], [0.0, 1.5], [0.0, 6.0]])
    inside, also_inside, between, beyond = mahalanobis_score(asked, known, labels)
    assert min(inside, also_inside) > max(between, beyond)


def test_auroc_against_scikit_learn_and_its_interval_covers() -> None:
    sk = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    truth, inside = 0.7602, 0  # Phi(1 / sqrt 2)
    for i in range(200):
        known, unknown = rng.normal(1, 1, 120), rng.normal(0, 1, 80)
        e = auroc(known, unknown)
        inside += e.low <= truth <= e.high
        if i < 5:
            known, unknown = known.round(1), unknown.round(1)  # with ties
            expected = sk.roc_auc_score(np.r_[np.ones(120), np.zeros(80)], np.r_[known, unknown])
            assert auroc(known, unknown).value == pytest.approx(expected)
    assert 180 <= inside <= 199


def test_chance_and_perfection() -> None:
    same = np.ones(50)
    assert auroc(same, same).value == 0.5
    assert false_positive_rate(same, same) == 1.0
    perfect = auroc(same + 1, same[:10])
    assert (perfect.value, perfect.high) == (1.0, 1.0)
    assert perfect.low == pytest.approx(0.7225, abs=1e-4)  # ten of ten, Wilson
    assert auroc(same, same[:10] + 1).value == auroc(same, same[:10] + 1).low == 0.0
    assert false_positive_rate(same + 1, same) == 0.0


def test_fpr_keeps_enough_of_the_known() -> None:
    known = np.arange(20.0)
    assert false_positive_rate(known, known, 0.95) == pytest.approx(0.95)
    assert false_positive_rate(known, np.array([0.5]), 0.95) == 0.0
    assert false_positive_rate(known, np.array([0.5]), 1.0) == 1.0


def test_mistakes_on_known_images_cost_too() -> None:
    known, unknown = np.array([3.0, 2.0, 1.0]), np.array([0.0])
    perfect = detection(known, np.array([True, True, True]), unknown)
    flawed = detection(known, np.array([False, True, True]), unknown)
    assert perfect.aurc < flawed.aurc
    assert perfect.auroc == flawed.auroc
