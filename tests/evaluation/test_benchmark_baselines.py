"""The baselines benchmark on made data: every method learns, rows are kept, a second run goes on."""

import csv
import importlib
import sys
from types import ModuleType

import numpy as np
import pytest

from benchmark_support import benchmark
from kuzushiji.datasets import Dataset


@pytest.fixture(scope="module")
def baselines() -> ModuleType:
    pytest.importorskip("sklearn")
    return benchmark("baselines")


@pytest.fixture
def made(monkeypatch, baselines: ModuleType) -> None:
    """Two classes, upright and level strokes, under the name kmnist."""
    rng = np.random.default_rng(0)

    def strokes(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(n) % 2
        images = rng.integers(0, 40, (n, 28, 28))
        for i, label in enumerate(labels):
            a = rng.integers(6, 20)
            if label:
                images[i, a : a + 3] += 200
            else:
                images[i, :, a : a + 3] += 200
        return images.astype(np.uint8), labels.astype(np.int64)

    sets = {
        split: Dataset("kmnist", split, *strokes(n), ("あ", "い"))
        for split, n in (("train", 400), ("test", 60))
    }
    monkeypatch.setattr(baselines, "load", lambda name, split: sets[split])


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    "name",
    ["knn", "pca-knn", "hog-knn", "logistic", "hog-linear-svm", "random-convolutions-ridge", "rbf-svm"],
)
def test_every_method_learns(baselines: ModuleType, name: str) -> None:
    method = next(m for m in baselines.METHODS if m.name == name)
    settings = {**method.grid[0], **({"count": 16} if "count" in method.grid[0] else {})}
    row = baselines.measure(baselines.Method(name, method.words, method.fit, [settings]), "kmnist")
    least = 0.5 if name == "logistic" else 0.9  # a linear view of moving strokes sees little
    assert float(row["accuracy"]) >= least
    assert float(row["accuracy_low"]) <= float(row["accuracy"]) <= float(row["accuracy_high"])


@pytest.mark.usefixtures("made")
def test_a_second_run_goes_on(baselines: ModuleType, tmp_path, monkeypatch, capsys) -> None:
    out = tmp_path / "r.csv"
    monkeypatch.setattr(baselines, "METHODS", [m for m in baselines.METHODS if m.name in ("knn", "pca-knn")])
    for methods in (["knn"], []):
        monkeypatch.setattr(sys, "argv", ["baselines.py", *methods, "--out", str(out)])
        baselines.main()
    assert "knn: has its row, skipped" in capsys.readouterr().out
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [r["method"] for r in rows] == ["knn", "pca-knn"]
    assert rows[1]["settings_tried"] == "8"


def test_gaussian_filters_are_repeatable(baselines: ModuleType) -> None:
    rc = importlib.import_module("random_convolutions")
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    first, again = (rc.make_filters(images, "gaussian", 8, seed=3)[0] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    features = rc.features(images, *rc.make_filters(images, "patches", 8, seed=0))
    assert features.shape == (20, 8 * rc.GRID**2)
    assert (features >= 0).all()
