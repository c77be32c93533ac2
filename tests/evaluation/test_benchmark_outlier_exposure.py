"""Outlier exposure by neighbours."""

import numpy as np
import pytest

from benchmark_support import benchmark

exposure = benchmark("outlier_exposure")
exposed_score, strangers = exposure.exposed_score, exposure.strangers
auroc = benchmark("ood_scores").auroc


def test_examples_of_the_unknown_help_where_the_known_is_spread_out() -> None:
    rng = np.random.default_rng(0)

    def known(n: int) -> np.ndarray:
        return rng.normal(size=(n, 8)) * [6, 1, 1, 1, 1, 1, 1, 1]

    def unknown(n: int) -> np.ndarray:
        return rng.normal(size=(n, 8)) * 0.7 + [0, 2, 0, 0, 0, 0, 0, 0]

    taught, others = known(400), unknown(400)
    test, strange = known(300), unknown(300)
    area = [
        auroc(exposed_score(test, taught, others, weight=w), exposed_score(strange, taught, others, weight=w))
        for w in (0.0, 1.0)
    ]
    assert area[1].low > area[0].high
    assert area[1].value > 0.9


def test_without_weight_it_is_the_distance_to_the_known() -> None:
    known = np.arange(10.0)[:, None]
    assert exposed_score(np.array([[-1.0]]), known, known, k=3, weight=0).tolist() == pytest.approx([-2.0])


def test_jibo_of_a_taught_kana_are_no_strangers() -> None:
    from kuzushiji.characters import lookup

    taught = tuple("おきすつなはまやれを")
    assert strangers(("於", "寸", "須", "奈", "也", "す"), taught).tolist() == [False] * 6
    assert strangers(("安", "以", "山", "あ"), taught).tolist() == [True] * 4
    assert set(lookup("於").jibo_of) & set(taught)
