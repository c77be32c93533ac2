"""Puts a finished run's model into the package: ``python scripts/ship.py RUN [NAME]``.

Copies its ONNX file to src/kuzushiji/weights/files/NAME-HASH.onnx (HASH: first 8 hex digits of its SHA-256),
its card to NAME.md there, with the test results that benchmarks/results/training.csv has for it; the earlier
version goes.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from result_tables import ROOT, percent, rows

FILES = ROOT / "src" / "kuzushiji" / "weights" / "files"


def ship(run: Path, name: str, recipe: str, seed: int) -> Path:
    """Copies model and card; returns the model's new path. Changes nothing unless all is there."""
    model = (run / "model.onnx").read_bytes()
    card = (run / "MODEL_CARD.md").read_text(encoding="utf-8")
    card = card.replace("## Limits", f"{measured(name, recipe, seed)}\n## Limits")
    FILES.mkdir(exist_ok=True)
    for old in FILES.glob(f"{name}-????????.onnx"):
        old.unlink()
    path = FILES / f"{name}-{hashlib.sha256(model).hexdigest()[:8]}.onnx"
    path.write_bytes(model)
    (FILES / f"{name}.md").write_text(card, encoding="utf-8")
    return path


def measured(name: str, recipe: str, seed: int) -> str:
    """The card's section of test results, from the committed CSV: of the seed that is shipped, no other."""
    found = [row for row in rows("results/training") if (row["recipe"], row["seed"]) == (recipe, str(seed))]
    if not found:
        sys.exit(
            f"benchmarks/results/training.csv has no {recipe} of seed {seed}: "
            "python benchmarks/record_run.py RUN comes first"
        )
    lines = [
        "## Measured",
        "",
        "| test set | n | seed | accuracy (95 %) | ECE | sure | right when sure |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['test_set']} | {int(r['n']):,} | {r['seed']} | {percent([r], 'accuracy')} | {r['ece']} | "
        f"{percent([r], 'sure_coverage')} | {percent([r], 'sure_precision')} |"
        for r in found
    ]
    return "\n".join(
        [
            *lines,
            "",
            "Reproduce: `kuzushiji evaluate "
            + f"{name} {found[0]['test_set']}`, after `{found[0]['command']}`.",
            "",
        ]
    )


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    from kuzushiji.errors import KuzushijiError
    from kuzushiji.training.fitting.run_folder import Run

    try:
        recipe = Run.open(folder).recipe
        print(ship(folder, sys.argv[2] if len(sys.argv) == 3 else recipe.name, recipe.name, recipe.fit.seed))
    except (KuzushijiError, OSError) as e:
        sys.exit(str(e))
