"""Enters finished runs into results/training.csv: ``python benchmarks/record_run.py RUN ...``.

A run stands under its recipe and seed; entering it again replaces its line. The test set is read here and
only here.
"""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "training.csv"
TEST_OF = {"kmnist": ("kmnist", "test"), "k49-sample": ("k49-sample", "test"), "k49": ("k49", "test")}


def row(folder: Path) -> dict[str, Any]:
    """Evaluates a run on the test split of its first source and describes it in one line."""
    from kuzushiji.evaluation import evaluate
    from kuzushiji.training.run import Run

    run = Run.open(folder)
    recipe, result, environment = run.recipe, run.read("result.json"), run.read("environment.json")
    found = evaluate(folder / "model.onnx", *TEST_OF[recipe.data.sources[0]])
    seconds = result["training_seconds"]
    return {
        "recipe": recipe.name,
        "seed": recipe.fit.seed,
        "test_set": found.dataset,
        "n": found.n,
        **_interval("accuracy", found.accuracy),
        **_interval("balanced_accuracy", found.balanced_accuracy),
        "ece": f"{found.ece:.4f}",
        **_interval("sure_coverage", found.sure_coverage),
        **(_interval("sure_precision", found.sure_precision) if found.sure_precision else {}),
        "parameters": result["parameters"],
        "macs": result["macs"],
        "views": max(1, len(result["model"]["shifts"])),
        "bytes": result["bytes"],
        "epochs": result["epochs"],
        "training_minutes": f"{seconds / 60:.1f}",
        "training_images": result["training_images"],
        "hardware": f"{environment['processor']}; {environment['cores']} core(s); {environment['system']}",
        "date": date.today().isoformat(),
        "command": f"kuzushiji train recipes/{recipe.name}.toml --set fit.seed={recipe.fit.seed}",
    }


def _interval(name: str, estimate: Any) -> dict[str, str]:
    return {
        name: f"{estimate.value:.4f}",
        f"{name}_low": f"{estimate.low:.4f}",
        f"{name}_high": f"{estimate.high:.4f}",
    }


def enter(rows: list[dict[str, Any]], path: Path = RESULTS) -> None:
    """Merges lines into the CSV, sorted by recipe and seed."""
    old: list[dict[str, Any]] = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as stream:
            old = list(csv.DictReader(stream))
    merged = {(r["recipe"], int(r["seed"])): r for r in (*old, *rows)}
    columns = list(dict.fromkeys(key for r in (*rows, *old) for key in r))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(merged[key] for key in sorted(merged))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    enter([row(Path(folder)) for folder in sys.argv[1:]])
