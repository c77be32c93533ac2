"""scripts/fit_trust.py: it finds the odds behind made-up answers, and a threshold that keeps its promise."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "fit_trust.py"


@pytest.fixture(scope="module")
def fitted():
    spec = importlib.util.spec_from_file_location("fit_trust", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.fitted


def answers(n, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(1.5, 2.0, (n, 5))
    odds = 0.3 + values @ [0.8, 0.4, 0.0, 0.6, 0.0]
    return values, rng.random(n) < 1 / (1 + np.exp(-odds))


def test_the_fit_finds_the_odds_behind_the_answers(fitted):
    model = fitted(*answers(20_000, 0), 0.97)
    assert model.intercept == pytest.approx(0.3, abs=0.1)
    assert model.weights == pytest.approx([0.8, 0.4, 0.0, 0.6, 0.0], abs=0.1)


def test_what_is_called_sure_keeps_the_precision_on_other_answers(fitted):
    model = fitted(*answers(20_000, 0), 0.97)
    values, right = answers(20_000, 1)
    p = 1 / (1 + np.exp(-(model.intercept + values @ np.array(model.weights))))
    sure = p >= model.threshold
    assert sure.mean() > 0.4
    assert right[sure].mean() > 0.96
    for low in (0.2, 0.5, 0.8):  # and the probabilities mean what they say
        inside = (p >= low) & (p < low + 0.1)
        assert right[inside].mean() == pytest.approx(p[inside].mean(), abs=0.05)


def test_a_precision_out_of_reach_calls_nothing_sure(fitted):
    values, right = answers(500, 0)
    right[np.argsort(-(values @ [0.8, 0.4, 0, 0.6, 0]))[:50]] = False
    model = fitted(values, right, 0.999)
    odds = model.intercept + values @ np.array(model.weights)
    assert (1 / (1 + np.exp(-odds)) >= model.threshold).mean() < 0.05
