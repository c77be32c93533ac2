"""The out-of-distribution benchmark on made data: each part has its rows; the choice sees no test image."""

import csv
import sys
from types import ModuleType

import numpy as np
import pytest

from benchmark_support import benchmark
from kuzushiji.datasets import Dataset


@pytest.fixture
def benchmark_module() -> ModuleType:
    return benchmark("out_of_distribution")


@pytest.fixture
def asked(benchmark_module, glyphs, monkeypatch) -> list[tuple[str, str]]:
    """Three classes of bars as kmnist, upright bars under the names of the other sets; what was loaded."""
    loaded: list[tuple[str, str]] = []

    def load(name: str, split: str) -> Dataset:
        loaded.append((name, split))
        rng = np.random.default_rng(len(name) + len(split))
        labels = np.arange(90) % 3
        images = glyphs[labels].copy()
        images[rng.random(images.shape) < 0.1] = 90
        if name == "kmnist":
            return Dataset(name, split, images, labels, ("か", "き", "く"))
        return Dataset(name, split, images.transpose(0, 2, 1).copy(), labels, ("け", "こ", "さ"))

    monkeypatch.setattr(benchmark_module, "load", load)
    return loaded


def run(module: ModuleType, monkeypatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["out_of_distribution.py", *words])
    module.main()


def test_parts_stand_side_by_side(benchmark_module, asked, tiny_model, tmp_path, monkeypatch) -> None:
    out, model = tmp_path / "ood.csv", str(tiny_model())
    run(benchmark_module, monkeypatch, "--choose", model, "--out", str(out))
    assert asked
    assert not {split for _, split in asked} - {"train"}  # no test image
    for _ in range(2):  # again replaces
        run(benchmark_module, monkeypatch, "--model", model, "--out", str(out))
    lines = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    parts = [line["part"] for line in lines]
    assert parts.count("choice") == 2 * 8
    assert parts.count("test") == 5 * 8
    nearest = {x["unknown"]: float(x["auroc"]) for x in lines if x["score"] == "neighbour-1"}
    assert nearest["kana"] == nearest["noise"] == nearest["kanji-train"] == 1.0
    assert {line["unknown_images"] for line in lines if line["unknown"] == "kana"} == {"180"}
