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
        drawn = images.transpose(0, 2, 1).copy()
        if name != "kkanji":
            return Dataset(name, split, drawn, labels, ("け", "こ", "さ"))
        labels = np.arange(90) // 2 % 4  # as many in even rows as in odd ones
        drawn[labels == 0] = images[0]  # か is written as its jibo is; the others are of い, ろ and あ
        return Dataset(name, split, drawn, labels, ("加", "以", "呂", "安"))

    monkeypatch.setattr(benchmark_module, "load", load)
    return loaded


def run(module: ModuleType, monkeypatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["out_of_distribution.py", *words])
    module.main()


def test_parts_stand_side_by_side(benchmark_module, asked, tiny_model, tmp_path, monkeypatch) -> None:
    out, model = tmp_path / "ood.csv", str(tiny_model())
    out_and_witness = ("--out", str(out), "--witness", model)
    run(benchmark_module, monkeypatch, "--choose", model, *out_and_witness)
    kanji = {("kkanji", "half-train"), ("kkanji", "half-test")}
    assert set(asked) == {("kmnist", "train"), *kanji}  # no test image of KMNIST, and no other kana
    for _ in range(2):  # again replaces
        run(benchmark_module, monkeypatch, "--model", model, *out_and_witness)
    lines = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    parts = [line["part"] for line in lines]
    assert parts.count("choice") == 3 * 12
    assert parts.count("test") == 5 * 12
    for score in ("neighbour-1", "exposed", "exposed-half", "witness", "witness-model"):
        found = {x["unknown"]: float(x["auroc"]) for x in lines if x["score"] == score}
        assert found["kana"] == found["noise"] == found["kanji"] == 1.0
        assert found["kanji-unseen"] == found["jibo"] == 1.0
    assert {line["unknown_images"] for line in lines if line["unknown"] == "kana"} == {"180"}
    assert {line["unknown_images"] for line in lines if line["unknown"] == "kanji"} == {
        "33"
    }  # every other one but for 加


def test_half_of_the_characters_stay_unseen_in_the_choice(
    benchmark_module, asked, tiny_model, tmp_path, monkeypatch
) -> None:
    shown = []
    taught = benchmark_module.Taught.__init__

    def keep(self, model, images, labels, classes, others, witness) -> None:
        shown.append(others)
        taught(self, model, images, labels, classes, others, witness)

    monkeypatch.setattr(benchmark_module.Taught, "__init__", keep)
    model = tiny_model(path=tmp_path / "run" / "calibration" / "model.onnx")
    witness = ("--witness", str(model))
    run(
        benchmark_module,
        monkeypatch,
        "--choose",
        str(model.parent),
        "--out",
        str(tmp_path / "a.csv"),
        *witness,
    )
    lines = list(csv.DictReader((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()))
    assert {line["model"] for line in lines} == {"run/calibration"}
    unseen = {int(line["unknown_images"]) for line in lines if line["unknown"] == "kanji-unseen"}
    assert len(shown) == len(unseen) == 1
    assert len(shown[0]) + 2 * unseen.pop() == 90 - 24  # none twice, and no shape of か
