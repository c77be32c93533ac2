"""Intervals of the result tables: over test images for one seed, over seeds for several, and which it is."""

import statistics
from pathlib import Path

import pytest

from benchmark_support import script

ROOT = Path(__file__).parents[1]
readme_tables = script("readme_tables")
result_tables = script("result_tables")

RUN = {
    "recipe": "mine",
    "test_set": "kmnist",
    "n": "10000",
    "accuracy": "0.99",
    "accuracy_low": "0.988",
    "accuracy_high": "0.9918",
    "parameters": "1000",
    "epochs": "3",
    "training_minutes": "10",
}
SEEDS = [
    {**RUN, "accuracy": a, "training_minutes": m} for a, m in (("0.990", 10), ("0.992", 20), ("0.994", 30))
]


def cells(monkeypatch, runs, page="README.md"):
    """The row of the only recipe, by the names of its columns."""
    found = {"results/training": runs}
    monkeypatch.setattr(result_tables, "rows", lambda name: found.get(name, []))
    monkeypatch.setattr(readme_tables, "rows", result_tables.rows)
    head, _, line = readme_tables.PAGES[page]["training"]().splitlines()
    return dict(zip(head.strip("| ").split(" | "), line.strip("| ").split(" | "), strict=True))


def test_of_one_seed_the_interval_is_over_test_images(monkeypatch):
    row = cells(monkeypatch, [RUN])
    assert row["accuracy (95 %)"] == "99.00 % (98.80 to 99.18)"
    assert row["interval over"] == "test images, 1 seed"


def test_of_several_seeds_it_is_students_over_seeds(monkeypatch):
    row = cells(monkeypatch, SEEDS)
    # 4.3027 is the 0.975 quantile of t with 2 degrees of freedom; the standard deviation is 0.2 %.
    half = 4.3027 * 0.2 / 3**0.5
    assert row["accuracy (95 %)"] == f"99.20 % ({99.2 - half:.2f} to {99.2 + half:.2f})"
    assert row["interval over"] == "3 seeds"
    assert row["training"] == "3 epochs, 20 min"
    japanese = cells(monkeypatch, SEEDS, "README.ja.md")
    assert japanese["区間の対象"] == "3 シード"


def test_an_interval_over_seeds_stays_a_share():
    mean, low, high = result_tables.over_seeds([0.99, 1.0])
    assert mean == pytest.approx(0.995)
    assert 0 < low < 0.99
    assert high == 1.0
    assert result_tables.over_seeds([0.5] * 4) == (0.5, 0.5, 0.5)


def test_an_interval_over_seeds_holds_the_mean_as_often_as_it_says():
    import numpy as np

    drawn = np.random.default_rng(0).normal(0.9, 0.01, (400, 3))
    held = [low <= 0.9 <= high for _, low, high in map(result_tables.over_seeds, drawn.tolist())]
    assert statistics.fmean(held) == pytest.approx(0.95, abs=0.03)


def test_what_one_seed_did_not_measure_is_left_empty():
    assert result_tables.percent([RUN, {**RUN, "accuracy_low": ""}], "accuracy") == ""
    assert result_tables.percent([], "accuracy") == ""
