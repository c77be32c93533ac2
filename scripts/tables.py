"""Makes every generated table of README and docs: ``python scripts/tables.py [--check]``.

With ``--check`` nothing is written; a page whose table is not what the files in benchmarks/ give is named,
and the exit code is 1.
"""

from __future__ import annotations

import sys
from collections import ChainMap
from collections.abc import Callable, Mapping
from pathlib import Path

import leaderboard
import map_tables
import reader_tables
import readme_tables
from result_tables import ROOT, filled

MAKERS = (readme_tables, leaderboard, reader_tables, map_tables)


def pages() -> dict[str, Mapping[str, Callable[[], str]]]:
    """The tables of every page that has some, by the page's path from the root of the repository."""
    names = dict.fromkeys(name for maker in MAKERS for name in maker.PAGES)
    return {
        name: ChainMap(*(dict(maker.PAGES[name]) for maker in MAKERS if name in maker.PAGES))
        for name in names
    }


def main(words: list[str], root: Path = ROOT) -> int:
    """Writes, or with ``--check`` compares.

    Returns:
        The exit code: 1 where a table differs, 2 for other words.
    """
    if words not in ([], ["--check"]):
        print("usage: python scripts/tables.py [--check]", file=sys.stderr)
        return 2
    differ = 0
    for name, tables in pages().items():
        path = root / name
        before = path.read_text(encoding="utf-8")
        after = filled(before, tables)
        if before == after:
            continue
        if words:
            print(f"{name}: a table differs: run python scripts/tables.py", file=sys.stderr)
            differ = 1
        else:
            path.write_text(after, encoding="utf-8")
            print(name)
    return differ


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
