"""Enters several runs as one into results/ensembles.csv.

    python benchmarks/record_ensemble.py kmnist-ensemble RUN RUN RUN

The runs answer by the mean of their calibrated probabilities, each over its own shifts, as ``kuzushiji
evaluate RUN+RUN+RUN`` does; nothing is fitted. The test sets are those of the runs' sources, and are read
once. Entering an ensemble again replaces its lines. Beside its figures stands the mean of its members on
the same images, which is what joining them must beat, and McNemar's test against the best of them.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import date
from pathlib import Path
from typing import Any

import record_run
from record_run import TEST_OF, _command, _interval, stages_of

RESULTS = Path(__file__).parent / "results" / "ensembles.csv"


def rows(name: str, folders: list[Path]) -> list[dict[str, Any]]:
    """A line for each test set of the first run."""
    from kuzushiji.training.fitting.run_folder import Run

    runs = [Run.open(folder) for folder in folders]
    sources = runs[0].recipe.data.sources
    if any(run.recipe.data.sources != sources for run in runs):
        sys.exit("the runs of an ensemble must have learned from the same sources")
    found = []
    for source in sources:
        dataset, _, split = source.partition("/")
        found.append(row(name, runs, dataset, TEST_OF[split or "train"]))
    return found


class Remembering:
    """A model that runs each batch once, however often it is asked."""

    def __init__(self, model: Any) -> None:
        self.info, self.path, self.embed = model.info, model.path, model.embed
        self._model, self._known = model, {}

    def probabilities(self, glyphs: Any) -> Any:
        key = hashlib.blake2b(glyphs.tobytes()).digest()
        if key not in self._known:
            self._known[key] = self._model.probabilities(glyphs)
        return self._known[key]


def row(name: str, runs: list[Any], dataset: str, split: str) -> dict[str, Any]:
    """Evaluates the runs together and each alone."""
    from kuzushiji.evaluation import compare, evaluate
    from kuzushiji.evaluation.ensemble import Ensemble
    from kuzushiji.weights import open_model

    commands = [_command(run.recipe) for run in runs]
    results = [run.read("result.json") for run in runs]
    stages = {folder: result for run in runs for folder, result in stages_of(run).items()}  # each cost once
    members: list[Any] = [Remembering(open_model(run.folder)) for run in runs]
    together = evaluate(Ensemble(members), dataset, split)
    alone = [evaluate(member, dataset, split) for member in members]
    best = max(alone, key=lambda e: e.accuracy.value)
    against = compare(together.predictions.correct, best.predictions.correct)
    both = f"kuzushiji evaluate {'+'.join(['RUN'] * len(runs))} {dataset}"
    environments = [run.read("environment.json") for run in runs]
    hardware = (f"{e['processor']}; {e['cores']} core(s); {e['system']}" for e in environments)
    return {
        "ensemble": name,
        "test_set": dataset if split == "test" else f"{dataset}/{split}",
        "members": len(runs),
        "recipes": " ".join(dict.fromkeys(run.recipe.name for run in runs)),
        "seeds": " ".join(str(run.recipe.fit.seed) for run in runs),
        "n": together.n,
        **_interval("accuracy", together.accuracy),
        **_interval("balanced_accuracy", together.balanced_accuracy),
        **_interval("top5", together.top5),
        "ece": f"{together.ece:.4f}",
        "members_mean_accuracy": f"{sum(e.accuracy.value for e in alone) / len(alone):.4f}",
        "best_member_accuracy": f"{best.accuracy.value:.4f}",
        "only_ensemble_right": against.only_first,
        "only_best_member_right": against.only_second,
        "mcnemar_p": f"{against.p_value:.2g}",
        "parameters": sum(r["parameters"] for r in results),
        "macs": sum(r["macs"] * max(1, len(r["model"]["shifts"])) for r in results),
        "views": sum(max(1, len(r["model"]["shifts"])) for r in results),
        "bytes": sum(r["bytes"] for r in results),
        "epochs": sum(stage["epochs"] for stage in stages.values()),
        "training_minutes": f"{sum(stage['training_seconds'] for stage in stages.values()) / 60:.1f}",
        "hardware": " / ".join(dict.fromkeys(hardware)),
        "date": date.today().isoformat(),
        "command": "; ".join([*commands, both + ("" if split == "test" else f" --split {split}")]),
    }


def enter(lines: list[dict[str, Any]], path: Path = RESULTS) -> None:
    """Merges lines into the CSV, sorted by ensemble and test set; an ensemble's own earlier lines go."""
    record_run.enter(lines, path, key=lambda line: (line["ensemble"], line["test_set"]))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    enter(rows(sys.argv[1], [Path(word) for word in sys.argv[2:]]))
