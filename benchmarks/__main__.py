"""Runs the benchmarks of speed and size: ``python benchmarks [NAME ...]``, or ``make bench`` for all of them.

A benchmark of this kind is a module here with a function ``measure()`` that yields rows (bench.Row); its
results go to results/NAME.csv. Where a machine lacks what one needs, its results are left as they are.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import bench


def main(wanted: list[str]) -> int:
    """Measures, prints, writes.

    Args:
        wanted: names of benchmarks; all when empty.
    """
    here = Path(__file__).parent
    known = sorted(
        path.stem for path in here.glob("*.py") if "\ndef measure(" in path.read_text(encoding="utf-8")
    )
    if unknown := set(wanted) - set(known):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    print(bench.machine())
    failed = 0
    for name in wanted or known:
        try:
            rows = list(importlib.import_module(name).measure())
        except bench.NotHereError as e:
            print(f"{name}: not measured: {e}", flush=True)
            failed += name in wanted
            continue
        bench.write(name, rows)
        for row in rows:
            to = f" of {row.ratio_to}" if row.ratio_to else ""
            print(f"{name}: {row.metric}: {row.value:.4g} {row.unit}{to} (n = {row.n})", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
