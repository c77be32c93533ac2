"""Enters finished runs into results/training.csv: ``python benchmarks/record_run.py RUN ...``.

A run stands under its recipe, its seed and the test split of each of its sources; entering it again replaces
its lines. Where that test split goes with a long tail, results/training_bins.csv gets its accuracy by the
number of training images of a class. The test sets are read here and only here.
"""

from __future__ import annotations

import csv
import json
import shlex
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

RECIPES = Path(__file__).parents[1] / "recipes"
RESULTS = Path(__file__).parent / "results" / "training.csv"
BINS = RESULTS.with_name("training_bins.csv")
TEST_OF = {"train": "test", "half-train": "half-test"}
KEY = ("recipe", "seed", "test_set")


def rows(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Evaluates a run on the test split of each of its sources; a line for each, and their bins."""
    from kuzushiji.training.fitting.run_folder import Run

    run = Run.open(folder)
    lines, bins = [], []
    for source in run.recipe.data.sources:
        name, _, split = source.partition("/")
        line, found = row(run, name, TEST_OF[split or "train"])
        lines.append(line)
        if len(found.bins) > 1:
            bins += [_bin(line, each) for each in found.bins]
    return lines, bins


def row(run: Any, name: str, split: str) -> tuple[dict[str, Any], Any]:
    """Evaluates a run on one split and describes the result in one line."""
    from kuzushiji.evaluation import evaluate

    recipe, result, environment = run.recipe, run.read("result.json"), run.read("environment.json")
    command = _command(recipe)
    found = evaluate(run.folder / "model.onnx", name, split)
    stages = list(stages_of(run).values())
    return {
        "recipe": recipe.name,
        "seed": recipe.fit.seed,
        "test_set": name if split == "test" else f"{name}/{split}",
        "n": found.n,
        **_interval("accuracy", found.accuracy),
        **_interval("balanced_accuracy", found.balanced_accuracy),
        **_interval("top5", found.top5),
        "ece": f"{found.ece:.4f}",
        **_interval("sure_coverage", found.sure_coverage),
        **_interval("sure_precision", found.sure_precision),
        "parameters": result["parameters"],
        "macs": result["macs"],
        "views": max(1, len(result["model"]["shifts"])),
        "bytes": result["bytes"],
        "epochs": sum(stage["epochs"] for stage in stages),
        "training_minutes": f"{sum(stage['training_seconds'] for stage in stages) / 60:.1f}",
        "training_images": result["training_images"],
        "hardware": f"{environment['processor']}; {environment['cores']} core(s); {environment['system']}",
        "date": date.today().isoformat(),
        "command": command,
    }, found


def stages_of(run: Any) -> dict[Path, dict[str, Any]]:
    """The results of a run and of the runs it started from, which cost time and epochs too, by folder.

    A shipped model stands for its stages with what is on record of it. Not counted are a file that a run
    started from, the second training of a calibration, and what that started from.
    """
    from kuzushiji.training.fitting.run_folder import Run
    from kuzushiji.weights import find, names

    found = {run.folder.resolve(): run.read("result.json")}
    start = run.recipe.model.weights
    if start in names():
        return {**found, find(start): _on_record(start)}
    if not start or Path(start).is_file():
        return found
    return {**found, **stages_of(Run.open(Path(start)))}


def _on_record(shipped: str) -> dict[str, Any]:
    """Epochs and seconds of a shipped model, as results/training.csv has them.

    Raises:
        KuzushijiError: it has no line there.
    """
    from kuzushiji.errors import KuzushijiError
    from kuzushiji.weights import open_model

    info = open_model(shipped).info
    with RESULTS.open(newline="", encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            if (line["recipe"], line["seed"]) == (info.name, str(info.more.get("seed"))):
                seconds = 60 * float(line["training_minutes"])
                return {"epochs": int(line["epochs"]), "training_seconds": seconds}
    raise KuzushijiError(f"{RESULTS} has no line of the shipped {shipped}: record its run first")


def _command(recipe: Any) -> str:
    """What makes such a run: its recipe's file, all that the run was given otherwise, and always the seed.

    Raises:
        UsageError: ``recipes/`` has no such file.
    """
    from kuzushiji.training.recipe import load_recipe

    written, run = _flat(load_recipe(RECIPES / f"{recipe.name}.toml")), _flat(recipe)
    given = [key for key, value in run.items() if value != written[key] or key == "fit.seed"]
    given.sort(key=lambda key: (key == "fit.seed", not key.endswith("weights")))
    return f"kuzushiji train recipes/{recipe.name}.toml" + "".join(_setting(key, run[key]) for key in given)


def _flat(recipe: Any) -> dict[str, Any]:
    """The keys of ``--set`` with their values."""
    tables = {name: table for name, table in recipe.to_dict().items() if isinstance(table, dict)}
    return {f"{name}.{key}": value for name, table in tables.items() for key, value in table.items()}


def _setting(key: str, value: Any) -> str:
    """As ``--set`` takes it: TOML, and text without quotes where it could be nothing else."""
    text = _toml(value)
    if isinstance(value, str):
        try:
            tomllib.loads(f"v = {value}")
        except tomllib.TOMLDecodeError:
            text = value
    return f" --set {shlex.quote(f'{key}={text}')}"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _bin(line: dict[str, Any], found: Any) -> dict[str, Any]:
    return {
        **{key: line[key] for key in KEY},
        "training_images": found.name,
        "classes": found.classes,
        "n": found.images,
        **_interval("accuracy", found.accuracy),
        **_interval("top5", found.top5),
        **_interval("balanced_accuracy", found.balanced_accuracy),
    }


def _interval(name: str, estimate: Any) -> dict[str, str]:
    """Three columns; empty where there is nothing to estimate, as the precision if nothing is sure."""
    values = (estimate.value, estimate.low, estimate.high) if estimate else ()
    cells = [f"{value:.4f}" for value in values] or [""] * 3
    return dict(zip((name, f"{name}_low", f"{name}_high"), cells, strict=True))


def _key(line: dict[str, Any]) -> tuple[str, int, str]:
    return line["recipe"], int(line["seed"]), line["test_set"]


def enter(
    lines: list[dict[str, Any]], path: Path = RESULTS, key: Callable[[dict[str, Any]], Any] = _key
) -> None:
    """Merges lines into a CSV, sorted by a key (recipe, seed, test set); earlier lines of the same key go."""
    old: list[dict[str, Any]] = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as stream:
            old = list(csv.DictReader(stream))
    again = {key(line) for line in lines}
    kept = [line for line in old if key(line) not in again]
    columns = list(dict.fromkeys(column for line in (*old, *lines) for column in line))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted((*kept, *lines), key=key))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for argument in sys.argv[1:]:
        found, by_count = rows(Path(argument))
        enter(found)
        if by_count:
            enter(by_count, BINS)
