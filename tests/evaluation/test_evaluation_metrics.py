"""The metrics against hand-worked figures, and against scikit-learn where it is installed."""

import numpy as np
import pytest

from kuzushiji.evaluation.measures.bins import BOUNDS, by_training_count
from kuzushiji.evaluation.measures.comparison import binomial_tail, compare
from kuzushiji.evaluation.measures.intervals import mean_of_proportions, stratified_bootstrap, wilson
from kuzushiji.evaluation.measures.metrics import (
    accuracy,
    balanced_accuracy,
    confusion_pairs,
    macro_f1,
    per_class,
    ranks_of,
    top_k,
)
from kuzushiji.evaluation.measures.reliability import ece, reliability_curve, risk_coverage


@pytest.fixture
def result() -> tuple[np.ndarray, np.ndarray]:
    """Labels of seven uneven classes and predictions that are right seven times out of ten."""
    rng = np.random.default_rng(1)
    labels = np.repeat(np.arange(7), [1, 2, 5, 40, 100, 200, 300])
    return labels, np.where(rng.random(len(labels)) < 0.7, labels, rng.integers(0, 7, len(labels)))


def test_wilson_known_values() -> None:
    # 15 of 20: Brown, Cai, DasGupta; checked with the closed form by hand
    e = wilson(15, 20)
    assert (round(e.low, 4), round(e.high, 4)) == (0.5313, 0.8881)
    assert wilson(0, 10).low == 0.0
    assert wilson(10, 10).high == 1.0
    with pytest.raises(ValueError, match="3 successes out of 2"):
        wilson(3, 2)


def test_wilson_covers_at_its_level() -> None:
    rng = np.random.default_rng(0)
    drawn = rng.binomial(200, 0.97, size=2000)
    inside = [wilson(k, 200).low <= 0.97 <= wilson(k, 200).high for k in drawn]
    assert 0.93 < np.mean(inside) < 0.975


@pytest.mark.parametrize("sizes", [[1000, 64, 100], [1] * 300, [1, 2, 3, 50] * 40])
def test_balanced_accuracy_interval_covers_even_for_tiny_classes(sizes: list[int]) -> None:
    rng = np.random.default_rng(0)
    n, truth = np.array(sizes), 0.8
    inside = []
    for _ in range(400):
        e = mean_of_proportions(rng.binomial(n, truth), n)
        inside.append(e.low <= truth <= e.high)
    assert 0.92 < np.mean(inside) < 0.985


def test_one_group_is_wilson() -> None:
    one, plain = mean_of_proportions(np.array([990]), np.array([1000])), wilson(990, 1000)
    assert one.value == plain.value
    assert one.low == pytest.approx(plain.low, abs=1e-3)
    everything = mean_of_proportions(np.array([10, 10]), np.array([10, 10]))
    assert everything.low == pytest.approx(wilson(20, 20).low)


def test_agrees_with_scikit_learn(result: tuple[np.ndarray, np.ndarray]) -> None:
    sk = pytest.importorskip("sklearn.metrics")
    labels, predicted = result
    assert accuracy(labels, predicted).value == pytest.approx(sk.accuracy_score(labels, predicted))
    assert balanced_accuracy(labels, predicted).value == pytest.approx(
        sk.balanced_accuracy_score(labels, predicted)
    )
    assert macro_f1(labels, predicted, 20).value == pytest.approx(
        sk.f1_score(labels, predicted, average="macro")
    )
    p, r, f, s = sk.precision_recall_fscore_support(labels, predicted, zero_division=np.nan)
    ours = per_class(labels, predicted, 7)
    np.testing.assert_allclose(ours.recall, r)
    np.testing.assert_allclose(ours.precision, p)
    np.testing.assert_allclose(ours.f1, f)
    np.testing.assert_array_equal(ours.support, s)


def test_balanced_accuracy_ignores_absent_classes_and_counts_foreign_guesses_as_wrong() -> None:
    labels, predicted = np.array([5, 5, 9]), np.array([5, 40, 9])
    assert balanced_accuracy(labels, predicted).value == pytest.approx(0.75)
    assert macro_f1(labels, predicted, 10).value == pytest.approx((2 / 3 + 1) / 2)


def test_bootstrap_is_repeatable_and_stratified() -> None:
    labels = np.array([3] + [4] * 50)

    def share_of_rare(index: np.ndarray) -> float:
        return float((labels[index] == 3).mean())

    e = stratified_bootstrap(labels, share_of_rare, 50)
    assert e.low == e.high == e.value == 1 / 51
    noisy = np.random.default_rng(0).random(51)
    first, again = (stratified_bootstrap(labels, lambda i: float(noisy[i].mean()), 50) for _ in range(2))
    assert first == again
    assert first.low < first.value < first.high


def test_ranks_and_top_k() -> None:
    scores = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [1 / 3, 1 / 3, 1 / 3]])
    ranks = ranks_of(scores, np.array([0, 2, 0]))
    assert ranks.tolist() == [0, 2, 2]
    assert top_k(ranks, 1).value == pytest.approx(1 / 3)
    assert top_k(ranks, 3).value == 1.0


def test_confusion_pairs_count_each_direction() -> None:
    labels, predicted = np.array([0, 1, 1, 1, 2]), np.array([1, 0, 0, 2, 2])
    assert confusion_pairs(labels, predicted, most=2) == [(1, 0, 2), (0, 1, 1)]
    assert confusion_pairs(labels, labels) == []


def test_ece_of_a_calibrated_and_a_boastful_model() -> None:
    rng = np.random.default_rng(0)
    p = rng.uniform(0.2, 1, 50_000)
    assert ece(p, rng.random(50_000) < p) < 0.01
    assert ece(np.full(1000, 0.99), np.arange(1000) < 500) == pytest.approx(0.49)
    assert ece(np.array([0.0, 1.0]), np.array([False, True])) == 0.0


def test_reliability_bins_hold_every_image_once() -> None:
    p = np.array([0.0, 1 / 15, 0.5, 1.0])
    curve = reliability_curve(p, np.array([False, False, True, True]))
    assert sum(b.n for b in curve) == 4
    assert curve[0].n == 2  # an edge belongs to the bin below it
    assert all(b.low <= b.confidence <= b.high for b in curve)


def test_risk_coverage_orders_and_ties() -> None:
    right = np.array([True, False, True, True])
    assert risk_coverage(np.array([0.9, 0.1, 0.8, 0.7]), right).aurc == pytest.approx(0.25 / 4)
    tied = risk_coverage(np.full(4, 0.5), right)
    np.testing.assert_allclose(tied.risk, 0.25)
    shuffled = risk_coverage(np.full(4, 0.5), right[::-1])
    assert tied.aurc == shuffled.aurc


def test_binomial_tail_matches_enumeration_and_survives_size() -> None:
    assert binomial_tail(2, 3, 0.5) == pytest.approx(7 / 8)
    assert binomial_tail(50_000, 100_000, 0.5) == pytest.approx(0.5, abs=2e-3)
    assert binomial_tail(-1, 5, 0.3) == 0
    assert binomial_tail(5, 5, 0.3) == 1


def test_mcnemar() -> None:
    first = np.array([True] * 80 + [True] * 15 + [False] * 5)
    second = np.array([True] * 80 + [False] * 15 + [True] * 5)
    c = compare(first, second)
    assert (c.only_first, c.only_second) == (15, 5)
    assert c.p_value == pytest.approx(0.04139, abs=1e-5)  # 2 * P(X <= 5 | 20, 1/2)
    assert c.difference.value == pytest.approx(0.10)
    assert c.difference.low < 0.10 < c.difference.high
    same = compare(first, first)
    assert same.p_value == 1.0
    assert same.difference.value == 0.0
    with pytest.raises(ValueError, match="one length"):
        compare(first, second[:-1])


def test_bins_cover_every_count_once() -> None:
    for count in range(1200):
        hits = [low <= count and (high is None or count <= high) for low, high in BOUNDS]
        assert sum(hits) == 1, count


def test_bins_by_training_count() -> None:
    labels = np.array([0, 0, 1, 2, 2, 2])
    predicted = np.array([0, 1, 1, 2, 2, 0])
    bins = by_training_count(labels, predicted, np.array([0, 1, 0, 0, 0, 9]), np.array([1, 5, 3]))
    assert [b.name for b in bins] == ["1", "2-5"]
    rare, few = bins
    assert (rare.classes, rare.images, rare.accuracy.value) == (1, 2, 0.5)
    assert (few.classes, few.images, few.accuracy.value) == (2, 4, 0.75)
    assert few.balanced_accuracy.value == pytest.approx((1 + 2 / 3) / 2)
    assert few.top5.value == 0.75
    assert few.to_json()["training_images"] == "2-5"
