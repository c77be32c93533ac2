"""The label audit of the published sets: how many findings of each kind, and the clearest suspects.

    python benchmarks/audits.py kmnist k49-sample kkanji
    python benchmarks/audits.py --planted kmnist k49-sample

results/audit.csv has the counts; results/audit_suspects.csv the images of which all ten nearest others
carry one other label: splits and indices, no pictures (kuzushiji audit shows them). They are candidates,
not errors. Indices of kkanji are those of ``load("kkanji", split, drop_black=False)``.

With --planted, one label in a hundred is changed to another class, drawn evenly, and
results/audit_planted.csv says how many of these stand among the first suspects, for five draws.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import record_run

from kuzushiji.evaluation.audit import Audit, audit, findings
from kuzushiji.evaluation.audit.material import Material, gather

RESULTS = Path(__file__).parent / "results"
UNANIMOUS = 0.9999
DRAWS = 5


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


def enter(lines: list[dict[str, Any]], path: Path) -> None:
    """Puts the lines of a data set in the place of its old ones."""
    record_run.enter(lines, path, key=lambda line: line["dataset"])


def record(found: Audit, results: Path = RESULTS) -> None:
    """Enters both."""
    enter(list(counts(found)), results / "audit.csv")
    enter(list(clearest(found)), results / "audit_suspects.csv")


def planted(material: Material) -> Iterator[dict[str, Any]]:
    """A row for each draw and each length of the list: how many of the changed labels it holds."""
    near = findings.neighbours(material)
    labels, classes = material.labels, len(material.classes)
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        changed = rng.choice(len(labels), len(labels) // 100, replace=False)
        wrong = labels.copy()
        wrong[changed] = (labels[changed] + rng.integers(1, classes, len(changed))) % classes
        found = findings.suspects(wrong, *near)
        for first in (len(changed), 1000, 1500):
            hits = [s for s in found[:first] if wrong[s.index] != labels[s.index]]
            yield {
                "dataset": material.name,
                "seed": seed,
                "planted": len(changed),
                "first": first,
                "found": len(hits),
                "suggested right": sum(s.suggested == labels[s.index] for s in hits),
                "date": date.today().isoformat(),
            }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("datasets", nargs="+", help="kmnist, k49, k49-sample, kkanji")
    parser.add_argument("--planted", action="store_true", help="find labels that are changed on purpose")
    arguments = parser.parse_args()
    for name in arguments.datasets:
        if arguments.planted:
            enter(list(planted(gather(name))), RESULTS / "audit_planted.csv")
            continue
        found = audit(name)
        record(found)
        print(name, found.counts(), flush=True)


if __name__ == "__main__":
    main()
