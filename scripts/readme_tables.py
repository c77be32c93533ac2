"""Writes the tables of README.md from benchmarks/results: ``python scripts/readme_tables.py [--check]``.

Each table stands between ``<!-- results:NAME -->`` and ``<!-- /results -->``; ``--check`` changes nothing
and fails when a table is not what the files say.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PUBLISHED = (
    ("published: Keras simple CNN", "94.63 %", "rois-codh/kmnist, README"),
    (
        "published: ResNet-preact-20 with Cutout (older release of the data)",
        "99.18 %",
        "hysts/pytorch_image_classification",
    ),
)


def training() -> str:
    """Accuracy of each recorded recipe (means over its seeds, of value and interval), then of others."""
    lines = [
        "| model | test set | accuracy (95 %) | seeds | parameters | training |",
        "|---|---|---|---|---|---|",
    ]
    by_recipe: dict[str, list[dict[str, str]]] = {}
    for row in _rows("training"):
        by_recipe.setdefault(row["recipe"], []).append(row)
    for recipe, rows in sorted(by_recipe.items(), key=lambda item: -float(item[1][0]["accuracy"])):
        one = rows[0]
        time = f"{one['epochs']} epochs, {float(one['training_minutes']):.0f} min"
        test = f"{one['test_set']}, n = {int(one['n']):,}"
        lines.append(
            f"| `recipes/{recipe}.toml` | {test} | {_accuracy(rows)} | {len(rows)} | "
            f"{int(one['parameters']):,} | {time} |"
        )
    for one in sorted(_rows("baselines"), key=lambda row: -float(row["accuracy"])):
        test = f"{one['dataset']}, n = {int(one['test_images']):,}"
        time = f"{float(one['fit_cpu_seconds']):.0f} s"
        lines.append(f"| {one['words']} | {test} | {_accuracy([one])} | 1 | | {time} |")
    lines += [f"| {what} | kmnist | {value} | | | {source} |" for what, value, source in PUBLISHED]
    return "\n".join(lines)


def _accuracy(rows: list[dict[str, str]]) -> str:
    value, low, high = (
        100 * sum(float(row[f"accuracy{end}"]) for row in rows) / len(rows) for end in ("", "_low", "_high")
    )
    return f"{value:.2f} % ({low:.2f} to {high:.2f})"


SPEED = (
    ("cold_start", "read_one_png", "`kuzushiji read one.png` from a cold shell", "at most 2"),
    ("kkanji_open", "first open", "Kuzushiji-Kanji, first open (tar to cache)", "at most 1"),
    ("kkanji_open", "later open", "Kuzushiji-Kanji, later opens", "at most 1"),
    ("kkanji_open", "later open, resident", "Kuzushiji-Kanji, memory of a later open", "at most 1"),
    ("training_step", "Keras speed", "images a second of a Keras training step, one thread", "at least 0.9"),
    ("training_step", "augmentation of a step", "augmentation, as a part of the step", "at most 0.15"),
    ("install_size", "core", "core install", "under 250 MB"),
)


def speed() -> str:
    """The ratios of the benchmarks of speed and size, each with its goal."""
    lines = ["| figure | value | goal |", "|---|---|---|"]
    for name, metric, words, goal in SPEED:
        found = [row for row in _rows(name) if row["metric"] == metric]
        found = [row for row in found if row["unit"] == "ratio"] or found
        for row in found[:1]:
            beside = f"x {row['ratio_to']}" if row["ratio_to"] else row["unit"]
            lines.append(f"| {words} | {row['value']} {beside}, n = {row['n']} | {goal} |")
    return "\n".join(lines)


TABLES = {"training": training, "speed": speed}


def filled(text: str) -> str:
    """``text`` with every table made anew."""
    return re.sub(
        r"(<!-- results:(\w+) -->\n).*?(<!-- /results -->)",
        lambda m: f"{m[1]}\n{TABLES[m[2]]()}\n\n{m[3]}",
        text,
        flags=re.S,
    )


def _rows(name: str) -> list[dict[str, str]]:
    path = RESULTS / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    readme = ROOT / "README.md"
    before = readme.read_text(encoding="utf-8")
    after = filled(before)
    if "--check" in sys.argv[1:]:
        sys.exit(0 if before == after else "README.md: a table differs: run python scripts/readme_tables.py")
    readme.write_text(after, encoding="utf-8")
