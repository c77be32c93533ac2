"""What the tables of README and the leaderboard share: rows of the committed CSV files, figures as text.

A table stands in its page between ``<!-- results:NAME -->`` and ``<!-- /results -->``; `main` makes all
tables of some pages anew, or with ``--check`` only says whether they are what the files say.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "benchmarks"
Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """The lines of ``benchmarks/NAME.csv``; none if there is no such file."""
    path = BENCHMARKS / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def runs() -> list[list[Row]]:
    """The recorded trainings, one list for each recipe and test set with its seeds, best accuracy first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows("results/training"):
        found.setdefault((row["recipe"], row["test_set"]), []).append(row)
    return sorted(found.values(), key=lambda seeds: -mean(seeds, "accuracy"))


def baselines() -> list[Row]:
    """The classical baselines, best accuracy first."""
    return sorted(rows("results/baselines"), key=lambda row: -float(row["accuracy"]))


def mean(seeds: Sequence[Row], column: str) -> float:
    """Mean of a column over the seeds of a run."""
    return sum(float(row[column]) for row in seeds) / len(seeds)


def percent(seeds: Sequence[Row], column: str, shape: str = "{:.2f} % ({:.2f} to {:.2f})") -> str:
    """A share with its 95 % interval, both as means over the seeds; empty where it was not measured."""
    columns = [f"{column}{end}" for end in ("", "_low", "_high")]
    if not seeds or not all(row.get(name) for row in seeds for name in columns):
        return ""
    return shape.format(*(100 * mean(seeds, name) for name in columns))


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    text = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    text += [f"| {' | '.join(line)} |" for line in lines]
    return re.sub(r"\|  (?=\|)", "| ", "\n".join(text))


def filled(text: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """``text`` with every table made anew."""
    return re.sub(
        r"(<!-- results:([\w-]+) -->\n).*?(<!-- /results -->)",
        lambda m: f"{m[1]}\n{tables[m[2]]()}\n\n{m[3]}",
        text,
        flags=re.S,
    )


def main(pages: Mapping[str, Mapping[str, Callable[[], str]]], script: str) -> None:
    """Writes, or with ``--check`` compares, the tables of each page (named from the repository's root)."""
    for name, tables in pages.items():
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = filled(before, tables)
        if before != after and "--check" in sys.argv[1:]:
            sys.exit(f"{name}: a table differs: run python scripts/{script}")
        if before != after:
            path.write_text(after, encoding="utf-8")
