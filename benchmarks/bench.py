"""What the benchmarks share: rows, and the CSV files that README's numbers come from."""

from __future__ import annotations

import csv
import platform
import statistics
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kuzushiji._machine import cores, processor

RESULTS = Path(__file__).parent / "results"
COLUMNS = ("benchmark", "metric", "value", "unit", "ratio_to", "n", "machine", "date")


class NotHereError(Exception):
    """Something that a benchmark needs is missing on this machine; the message says what."""


@dataclass(frozen=True)
class Row:
    """One measured figure.

    Attributes:
        metric: what was measured.
        value: the figure.
        unit: ``"s"``, ``"MB"``, ``"ratio"``, ...
        n: how many times, or over how many things.
        ratio_to: for a ratio, what stands below the line.
    """

    metric: str
    value: float
    unit: str
    n: int
    ratio_to: str = ""


def write(benchmark: str, rows: Iterable[Row]) -> Path:
    """Replaces the results of one benchmark."""
    path = RESULTS / f"{benchmark}.csv"
    path.parent.mkdir(exist_ok=True)
    about = (machine(), date.today().isoformat())
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(
                (benchmark, row.metric, f"{row.value:.4g}", row.unit, row.ratio_to, row.n, *about)
            )
    return path


def write_lines(benchmark: str, lines: Sequence[Mapping[str, object]]) -> Path:
    """Replaces the results of a benchmark that has columns of its own: those of its first line."""
    path = RESULTS / f"{benchmark}.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return path


def machine() -> str:
    """Processor, usable cores, system and Python, in one line."""
    return f"{processor()}; {cores()} cores; {platform.system()}; Python {platform.python_version()}"


def alternate(first: list[str], second: list[str], rounds: int) -> tuple[float, float, float]:
    """Wall times of two commands, run in turns so that whatever else the machine does hits both.

    Args:
        first: a command.
        second: another.
        rounds: how often each.

    Returns:
        Median seconds of the first, of the second, and the median over rounds of second / first.
    """
    for command in (first, second):  # the first run pays for reading files from disk
        _seconds(command)
    pairs = [(_seconds(first), _seconds(second)) for _ in range(rounds)]
    ones, others = zip(*pairs, strict=True)
    return (
        statistics.median(ones),
        statistics.median(others),
        statistics.median(other / one for one, other in pairs),
    )


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start
