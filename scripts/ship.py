"""Puts a finished run's model into the package: ``python scripts/ship.py RUN [NAME]``.

Copies its ONNX file to src/kuzushiji/weights/files/NAME-HASH.onnx (HASH: first 8 hex digits of its SHA-256),
its card to NAME.md there, with the test results that benchmarks/results/training.csv has for it; the earlier
version goes.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = ROOT / "src" / "kuzushiji" / "weights" / "files"
RESULTS = ROOT / "benchmarks" / "results" / "training.csv"


def ship(run: Path, name: str) -> Path:
    """Copies model and card; returns the model's new path."""
    FILES.mkdir(exist_ok=True)
    model = (run / "model.onnx").read_bytes()
    for old in FILES.glob(f"{name}-????????.onnx"):
        old.unlink()
    path = FILES / f"{name}-{hashlib.sha256(model).hexdigest()[:8]}.onnx"
    path.write_bytes(model)
    card = (run / "MODEL_CARD.md").read_text(encoding="utf-8")
    (FILES / f"{name}.md").write_text(
        card.replace("## Limits", f"{measured(name)}\n## Limits"), encoding="utf-8"
    )
    return path


def measured(name: str) -> str:
    """The card's section of test results, from the committed CSV."""
    with RESULTS.open(newline="", encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream) if r["recipe"] == name]
    lines = [
        "## Measured",
        "",
        "| test set | n | seed | accuracy (95 %) | ECE | sure | right when sure |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['test_set']} | {int(r['n']):,} | {r['seed']} | {_percent(r, 'accuracy')} | {r['ece']} | "
        f"{_percent(r, 'sure_coverage')} | {_percent(r, 'sure_precision')} |"
        for r in rows
    ]
    return "\n".join(
        [
            *lines,
            "",
            "Reproduce: `kuzushiji evaluate "
            + f"{name} {rows[0]['test_set']}`, after `{rows[0]['command']}`.",
            "",
        ]
    )


def _percent(row: dict[str, str], key: str) -> str:
    value, low, high = (100 * float(row[f"{key}{end}"]) for end in ("", "_low", "_high"))
    return f"{value:.2f} % ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    from kuzushiji.training.run import Run

    print(ship(folder, sys.argv[2] if len(sys.argv) == 3 else Run.open(folder).recipe.name))
