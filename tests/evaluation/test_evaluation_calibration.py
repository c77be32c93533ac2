"""Temperature and abstention threshold find what the data was made with."""

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.evaluation.measures.calibration import (
    abstention_threshold,
    fit_temperature,
    negative_log_likelihood,
)
from kuzushiji.weights.info import NEVER, reaches


def labels_from(logits: np.ndarray, seed: int = 0) -> np.ndarray:
    """Labels drawn from softmax(logits), so that temperature 1 is right."""
    return (logits + np.random.default_rng(seed).gumbel(size=logits.shape)).argmax(axis=1)


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_finds_the_temperature(scale: float) -> None:
    logits = np.random.default_rng(1).normal(size=(20_000, 10)) * 2
    found = fit_temperature(logits * scale, labels_from(logits))
    assert found == pytest.approx(scale, rel=0.03)


def test_temperature_is_the_minimum() -> None:
    logits = np.random.default_rng(2).normal(size=(3000, 10)).astype(np.float32)
    labels = labels_from(logits * 0.7)
    found = fit_temperature(logits, labels)
    best = negative_log_likelihood(logits, labels, found)
    assert all(best <= negative_log_likelihood(logits, labels, found * f) for f in (0.9, 0.98, 1.02, 1.1))


def test_a_model_without_mistakes_gets_the_lowest_temperature() -> None:
    assert fit_temperature(np.eye(4) * 5, np.arange(4)) == pytest.approx(0.05, rel=0.01)


def test_unusable_holdouts_are_refused() -> None:
    with pytest.raises(KuzushijiError, match="empty"):
        fit_temperature(np.zeros((0, 3)), np.zeros(0, int))
    with pytest.raises(KuzushijiError, match="not finite"):
        fit_temperature(np.full((1, 3), np.nan), np.zeros(1, int))
    with pytest.raises(KuzushijiError, match="empty"):
        abstention_threshold(np.zeros(0), np.zeros(0, bool))


@pytest.mark.parametrize("precision", [0.0, 1.0, 1.5, float("nan")])
def test_a_precision_that_no_number_of_images_can_prove_is_refused(precision):
    with pytest.raises(UsageError, match="above 0 and below 1"):
        abstention_threshold(np.full(300, 0.9), np.ones(300, bool), precision)


def test_threshold_keeps_its_promise_on_fresh_data() -> None:
    rng = np.random.default_rng(0)
    kept_promise, coverages = 0, []
    for _ in range(60):
        p = rng.beta(6, 1, 4000)
        found = abstention_threshold(p, rng.random(4000) < p, precision=0.95)
        fresh = rng.beta(6, 1, 100_000)
        sure = fresh >= found.threshold
        kept_promise += (fresh[sure].mean() if sure.any() else 1.0) >= 0.95
        coverages.append(found.coverage)
    assert kept_promise >= 57  # 95 % of 60
    assert np.mean(coverages) > 0.3  # and not by never answering: the ideal is about 0.55


def test_a_hopeless_model_is_never_sure() -> None:
    found = abstention_threshold(np.linspace(0, 1, 1000), np.zeros(1000, bool))
    assert not reaches(1.0, found.threshold)
    assert (found.threshold, found.coverage) == (NEVER, 0.0)
    assert np.isnan(found.precision.value)


def test_too_small_a_holdout_proves_nothing() -> None:
    everything_right = np.ones(300, bool)
    assert abstention_threshold(np.full(300, 0.9), everything_right, precision=0.98).coverage == 0.0


def test_images_of_equal_confidence_stay_together() -> None:
    confidence = np.repeat([0.99, 0.6], [2000, 2000])
    correct = np.concatenate([np.ones(2000, bool), np.arange(2000) % 2 == 0])
    found = abstention_threshold(confidence, correct, precision=0.98)
    assert found.threshold == 0.99
    assert found.coverage == 0.5


def test_an_early_mistake_does_not_end_the_search() -> None:
    confidence = np.linspace(1, 0.5, 5000)
    correct = np.ones(5000, bool)
    correct[0] = False
    found = abstention_threshold(confidence, correct, precision=0.98)
    assert found.coverage == 1.0


def test_labels_that_do_not_fit_the_logits_are_refused() -> None:
    with pytest.raises(ValueError, match="5 rows of logits, but 3 labels"):
        fit_temperature(np.zeros((5, 2)), np.zeros(3, int))
