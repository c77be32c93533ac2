"""What the tables of README and the leaderboard share: rows of the committed CSV files, figures as text.

A table is in its page between ``<!-- results:NAME -->`` and ``<!-- /results -->``; ``scripts/tables.py``
makes all of them.
"""

from __future__ import annotations

import csv
import re
import statistics
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
    return statistics.fmean(float(row[column]) for row in seeds)


def over_seeds(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean of two or more shares and its 95 % interval over seeds, by Student's t, kept inside [0, 1]."""
    from scipy.stats import t

    centre = statistics.fmean(values)
    half = t.ppf(0.975, len(values) - 1) * statistics.stdev(values) / len(values) ** 0.5
    return centre, max(0.0, centre - half), min(1.0, centre + half)


def percent(seeds: Sequence[Row], column: str, shape: str = "{:.2f} % ({:.2f} to {:.2f})") -> str:
    """A share with a 95 % interval; empty where it was not measured.

    Of one seed it is the recorded interval, over test images; of several that of `over_seeds`, which share
    one test set and so tell nothing of another. Who calls this says how many seeds there are.
    """
    columns = [f"{column}{end}" for end in ("", "_low", "_high")]
    if not seeds or not all(row.get(name) for row in seeds for name in columns):
        return ""
    if len(seeds) == 1:
        return shape.format(*(100 * float(seeds[0][name]) for name in columns))
    return shape.format(*(100 * share for share in over_seeds([float(row[column]) for row in seeds])))


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
