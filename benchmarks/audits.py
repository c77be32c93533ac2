"""The label audit of the published sets: how many findings of each kind, and the clearest suspects.

    python benchmarks/audits.py kmnist k49-sample kkanji     # about 1, 1 and 2 minutes on one core

results/audit.csv has the counts; results/audit_suspects.csv the images of which all ten nearest others
carry one other label: splits and indices, no pictures (kuzushiji audit shows them). They are candidates,
not errors. Indices of kkanji are those of ``load("kkanji", split, drop_black=False)``.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from kuzushiji.evaluation.audit import Audit, audit

RESULTS = Path(__file__).parent / "results"
UNANIMOUS = 0.9999


def counts(found: Audit) -> Iterator[dict[str, Any]]:
    """A row for each kind of finding."""
    extra = {"suspects without a vote for the label": sum(s.own == 0 for s in found.suspects)}
    extra["suspects with all votes for one other"] = sum(s.other > UNANIMOUS for s in found.suspects)
    for name, count in {**found.counts(), **extra}.items():
        yield {
            "dataset": found.material.name,
            "finding": name,
            "count": count,
            "date": date.today().isoformat(),
        }


def clearest(found: Audit) -> Iterator[dict[str, Any]]:
    """A row for each suspect on which all its neighbours agree, in the audit's order."""
    classes, labels = found.material.classes, found.material.labels
    for rank, s in enumerate(found.suspects, 1):
        if s.other > UNANIMOUS:
            split, index = found.material.place(s.index)
            yield {
                "dataset": found.material.name,
                "rank": rank,
                "split": split,
                "index": index,
                "label": classes[labels[s.index]],
                "suggested": classes[s.suggested],
            }


def enter(lines: list[dict[str, Any]], path: Path, dataset: str) -> None:
    """Puts the lines of a data set in the place of its old ones."""
    old: list[dict[str, Any]] = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as stream:
            old = [line for line in csv.DictReader(stream) if line["dataset"] != dataset]
    columns = list((lines or old)[0])
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted((*old, *lines), key=lambda line: line["dataset"]))


def record(found: Audit, results: Path = RESULTS) -> None:
    """Enters both."""
    enter(list(counts(found)), results / "audit.csv", found.material.name)
    enter(list(clearest(found)), results / "audit_suspects.csv", found.material.name)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("datasets", nargs="+", help="kmnist, k49, k49-sample, kkanji")
    for name in parser.parse_args().datasets:
        found = audit(name)
        record(found)
        print(name, found.counts(), flush=True)


if __name__ == "__main__":
    main()
