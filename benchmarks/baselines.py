"""Classical methods on KMNIST (or K49), whole, each with its accuracy, interval and CPU seconds.

    OMP_NUM_THREADS=1 python benchmarks/baselines.py                 # all, about 25 minutes on one core
    OMP_NUM_THREADS=1 python benchmarks/baselines.py pca-knn hog-knn # some

Settings are chosen on a shifted hold-out of the training set (``kuzushiji.datasets.shifted_holdout``), with
at most 15,000 images to train on, and then used once: fit on the whole training set, one look at the test
set. A method that already has its row in the results is skipped, so an interrupted run goes on where it
stopped; ``--again`` repeats. Seconds are CPU seconds of this process, tuning apart; ``load_average`` says how
busy the machine was at the end (1 with one thread: nothing else ran), which makes even CPU seconds longer.
Needs the ``evaluate`` extra.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from random_convolutions import fit_random_convolutions

from kuzushiji._machine import processor
from kuzushiji._vectors import nearest
from kuzushiji.datasets import load, shifted_holdout
from kuzushiji.evaluation import accuracy, balanced_accuracy
from kuzushiji.evaluation.features import PCA, hog, pixels
from kuzushiji.evaluation.voting import vote

RESULTS = Path(__file__).parent / "results" / "baselines.csv"
TUNING_IMAGES = 15_000
Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Method:
    name: str
    words: str
    fit: Callable[..., Predict]
    grid: list[dict[str, Any]]


def _neighbours(feature: Callable[[Any], np.ndarray], x: np.ndarray, y: np.ndarray, k: int) -> Predict:
    base, classes = feature(x), int(y.max()) + 1

    def predict(images: np.ndarray) -> np.ndarray:
        distances, indices = nearest(feature(images), base, k)
        return vote(distances, y[indices], classes).argmax(axis=1)

    return predict


def fit_knn(x: np.ndarray, y: np.ndarray, k: int) -> Predict:
    return _neighbours(pixels, x, y, k)


def fit_pca_knn(x: np.ndarray, y: np.ndarray, components: int, k: int) -> Predict:
    return _neighbours(PCA.fit(x, pixels, components), x, y, k)


def fit_hog_knn(x: np.ndarray, y: np.ndarray, components: int, k: int) -> Predict:
    return _neighbours(PCA.fit(x, hog, components), x, y, k)


def fit_logistic(x: np.ndarray, y: np.ndarray, c: float) -> Predict:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=c, max_iter=200).fit(pixels(x), y)
    return lambda images: model.predict(pixels(images))


def _hog_blocks(images: np.ndarray) -> np.ndarray:
    return np.concatenate([hog(images[i : i + 2048]) for i in range(0, len(images), 2048)])


def fit_hog_svm(x: np.ndarray, y: np.ndarray, c: float) -> Predict:
    from sklearn.svm import LinearSVC

    model = LinearSVC(C=c, tol=1e-3, random_state=0).fit(_hog_blocks(x), y)
    return lambda images: model.predict(_hog_blocks(images))


def fit_rbf_svm(x: np.ndarray, y: np.ndarray, components: int, c: float, width: float) -> Predict:
    from sklearn.svm import SVC

    project = PCA.fit(x, pixels, components)
    gamma = width / float(project.variance.sum())
    model = SVC(C=c, gamma=gamma, cache_size=1000).fit(project(x), y)
    return lambda images: model.predict(project(images))


METHODS = [
    Method("knn", "4 nearest neighbours, distance-weighted, pixels", fit_knn, [{"k": 4}]),
    Method(
        "pca-knn",
        "nearest neighbours, distance-weighted, on principal components",
        fit_pca_knn,
        [{"components": d, "k": k} for d in (30, 45, 60, 90) for k in (4, 6)],
    ),
    Method(
        "hog-knn",
        "nearest neighbours, distance-weighted, on principal components of HOG",
        fit_hog_knn,
        [{"components": d, "k": k} for d in (48, 96, 192) for k in (4, 6)],
    ),
    Method("logistic", "logistic regression, pixels", fit_logistic, [{"c": c} for c in (0.003, 0.03, 0.3)]),
    Method("hog-linear-svm", "HOG, linear SVM", fit_hog_svm, [{"c": c} for c in (0.03, 0.1, 0.3, 1.0)]),
    Method(
        "random-convolutions-ridge",
        "random convolution features, 4x4 pooling, ridge regression",
        fit_random_convolutions,
        [{"filters": "patches", "count": 256, "ridge": r} for r in (0.03, 0.3)],
    ),
    Method(
        "rbf-svm",
        "SVM with Gaussian kernel on principal components",
        fit_rbf_svm,
        [{"components": 60, "c": 10.0, "width": w} for w in (1.0, 2.0, 4.0)],
    ),
]


def tune(
    method: Method, x: np.ndarray, y: np.ndarray, parts: tuple[np.ndarray, np.ndarray]
) -> tuple[dict, float]:
    """The settings that do best on the shifted hold-out, and their accuracy there."""
    train, validation = parts
    train = np.random.default_rng(0).permutation(train)[:TUNING_IMAGES]
    scores = []
    for settings in method.grid:
        predicted = method.fit(x[train], y[train], **settings)(x[validation])
        scores.append(float((predicted == y[validation]).mean()))
        print(f"  {settings}: {100 * scores[-1]:.2f} % on the shifted hold-out", flush=True)
    best = int(np.argmax(scores))
    return method.grid[best], scores[best]


def measure(method: Method, dataset: str) -> dict[str, Any]:
    """Tunes, fits on all, tests once."""
    train, test = load(dataset, "train"), load(dataset, "test")
    x, y = np.asarray(train.images), train.labels
    settings, on_validation = tune(method, x, y, shifted_holdout(train))
    start = time.process_time()
    predict = method.fit(x, y, **settings)
    fitted = time.process_time()
    predicted = predict(np.asarray(test.images))
    done = time.process_time()
    plain, balanced = accuracy(test.labels, predicted), balanced_accuracy(test.labels, predicted)
    return {
        "method": method.name,
        "dataset": dataset,
        "train_images": len(train),
        "test_images": len(test),
        **{f"accuracy{k}": f"{v:.4f}" for k, v in zip(("", "_low", "_high"), _numbers(plain), strict=True)},
        **{
            f"balanced{k}": f"{v:.4f}" for k, v in zip(("", "_low", "_high"), _numbers(balanced), strict=True)
        },
        "shifted_validation": f"{on_validation:.4f}",
        "settings": " ".join(f"{k}={v}" for k, v in settings.items()),
        "settings_tried": len(method.grid),
        "fit_cpu_seconds": f"{fitted - start:.1f}",
        "test_cpu_seconds": f"{done - fitted:.1f}",
        "threads": os.environ.get("OMP_NUM_THREADS", ""),
        "hardware": processor(),
        "load_average": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "",
        "date": date.today().isoformat(),
        "words": method.words,
        "command": f"python benchmarks/baselines.py {method.name} --dataset {dataset}",
    }


def _numbers(e: Any) -> Iterator[float]:
    return iter((e.value, e.low, e.high))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("methods", nargs="*", help="; ".join(m.name for m in METHODS))
    parser.add_argument("--dataset", default="kmnist", choices=("kmnist", "k49", "k49-sample"))
    parser.add_argument("--again", action="store_true", help="measure also what has a row already")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    unknown = set(options.methods) - {m.name for m in METHODS}
    if unknown:
        parser.error(f"no method {', '.join(sorted(unknown))}; methods: {', '.join(m.name for m in METHODS)}")
    for method in METHODS:
        if options.methods and method.name not in options.methods:
            continue
        text = options.out.read_text(encoding="utf-8") if options.out.exists() else ""
        rows = list(csv.DictReader(text.splitlines()))
        same = [r for r in rows if (r["method"], r["dataset"]) == (method.name, options.dataset)]
        if same and not options.again:
            print(f"{method.name}: has its row, skipped")
            continue
        print(f"{method.name}: {method.words}", flush=True)
        row = measure(method, options.dataset)
        print(f"  {row['settings']}: {100 * float(row['accuracy']):.2f} % on test", flush=True)
        rows = [r for r in rows if r not in same] + [row]
        options.out.parent.mkdir(parents=True, exist_ok=True)
        with options.out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
