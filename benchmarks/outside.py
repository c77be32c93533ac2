"""Characters that are no class: ``python benchmarks/outside.py``. How often is the reader sure of them?

No data set has kanji outside its own classes; the brush typefaces of the reader's recipe do. Of their other
characters one in ten was kept from all training (`kuzushiji.training.examples.unknown`). Rows of
results/outside.csv: those, the ones that were learned from, and, for comparison, the classes in the same
typefaces, for each typeface and for all.

    python benchmarks/outside.py [--model NAME|FILE|RUN ...] [--recipe recipes/reader.toml]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from bench import machine, write_lines

from kuzushiji.datasets.registry import K49_CLASSES
from kuzushiji.evaluation.measures.intervals import wilson
from kuzushiji.reading import Reader
from kuzushiji.training.examples.typefaces import typeset_glyphs
from kuzushiji.training.examples.unknown import others
from kuzushiji.training.recipe import load_recipe

SIDE = 64  # of the glyphs that are read, pixels
ALL = "all"


def rows(reader: Reader, typefaces: Sequence[str]) -> list[dict[str, str | int]]:
    """The rows for one reader."""
    classes = tuple(c for c in reader.model.info.classes if c not in K49_CLASSES)
    learned, kept = others(reader.model.info.classes)
    lines = []
    for group, chars in (("kept", kept), ("learned from", learned), ("classes", classes)):
        told = {typeface: told_of(reader, chars, typeface) for typeface in typefaces}
        told[ALL] = [each for one in told.values() for each in one]
        for typeface, each in told.items():
            lines.append(line(group, Path(typeface).stem, each))
    return lines


def told_of(reader: Reader, chars: Sequence[str], typeface: str) -> list[tuple[bool, bool]]:
    """Of each character that a typeface has: whether the reader is sure, and whether it is right."""
    glyphs, labels = typeset_glyphs(chars, (typeface,), SIDE)
    return [
        (r.sure, r.candidates[0].char == chars[k]) for r, k in zip(reader.read(glyphs), labels, strict=True)
    ]


def line(group: str, typeface: str, told: list[tuple[bool, bool]]) -> dict[str, str | int]:
    """One row: how many, the share that is sure, and of the classes the share that is right."""
    sure, right = np.array(told, int).reshape(-1, 2).sum(0)
    row: dict[str, str | int] = {"group": group, "typeface": typeface, "n": len(told)}
    for name, count, given in (("sure", sure, True), ("accuracy", right, group == "classes")):
        found = wilson(int(count), len(told))
        for end in ("value", "low", "high"):
            row[name if end == "value" else f"{name}_{end}"] = f"{getattr(found, end):.4f}" if given else ""
    return row


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", nargs="+", default=["reader"], help="shipped models, .onnx files or runs")
    parser.add_argument("--recipe", default="recipes/reader.toml", help="whose typefaces to take")
    asked = parser.parse_args()
    typefaces = load_recipe(asked.recipe).data.typefaces
    lines = []
    for name in asked.model:
        reader = Reader(name)
        about = {"model": reader.model.path.name, "machine": machine(), "date": date.today().isoformat()}
        lines += [{**row, **about} for row in rows(reader, typefaces)]
    for row in lines:
        if row["typeface"] == ALL:
            print(row["model"], row["group"], "n", row["n"], "sure", row["sure"], "right", row["accuracy"])
    write_lines("outside", lines)


if __name__ == "__main__":
    main()
