"""Starts every benchmark: ``python benchmarks NAME [WORD ...]``; ``make bench`` runs all of speed and size.

There are two kinds of modules here. One has a function ``measure()`` that yields rows (bench.Row), which go
to results/NAME.csv; several names may be given, and none means all of this kind. Where a machine lacks what
one needs, its results are left as they are. The other has words of its own (``python benchmarks NAME
--help``) and writes its own results.
"""

from __future__ import annotations

import ast
import importlib
import runpy
import sys
from pathlib import Path

import bench

HERE = Path(__file__).parent


def kinds() -> tuple[list[str], list[str]]:
    """Names of the modules with a function ``measure()``, and of those that are started with words."""
    known, with_words = [], []
    for path in sorted(HERE.glob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        if any(
            isinstance(node, ast.FunctionDef) and node.name == "measure" and not node.args.args
            for node in body
        ):
            known.append(path.stem)
        elif path.stem != "__main__" and any(_starts(node) for node in body):
            with_words.append(path.stem)
    return known, with_words


def _starts(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


def main(wanted: list[str]) -> int:
    """Measures, prints, writes.

    Args:
        wanted: names of benchmarks of the first kind, all when empty; or one of the second and its words.
    """
    known, with_words = kinds()
    if wanted and wanted[0] in with_words:
        sys.argv = wanted
        runpy.run_path(str(HERE / f"{wanted[0]}.py"), run_name="__main__")
        return 0
    if unknown := set(wanted) - set(known):
        there = ", ".join(sorted([*known, *with_words]))
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {there}", file=sys.stderr)
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
