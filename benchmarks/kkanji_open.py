"""How long Kuzushiji-Kanji takes to open, and how much memory.

    python benchmarks/kkanji_open.py --tar kkanji.tar [--csv benchmarks/results/kkanji_open.csv]

Unpacks the tar into a fresh temporary cache (first open), then opens it again in new processes: once as it is,
once reading 1,000 images spread over the whole set. Prints each figure as a ratio to its limit: 60 s on two cores
for the first open, 0.2 s and 200 MB resident for later ones.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

FIRST = """
import json, resource, time
from pathlib import Path
from kuzushiji.datasets import cache_dir, kkanji
t = time.perf_counter()
kkanji.prepare(cache_dir(), Path(TAR))
wall = time.perf_counter() - t
u = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall_s": wall, "cpu_s": u.ru_utime + u.ru_stime, "rss_mb": u.ru_maxrss / 1024}))
"""
LATER = """
import json, resource, time
import numpy
import kuzushiji.datasets
t, c = time.perf_counter(), time.process_time()
d = kuzushiji.datasets.load("kkanji")
wall, cpu = time.perf_counter() - t, time.process_time() - c
if READ:
    d.images[:: len(d) // READ].mean()
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"wall_s": wall, "cpu_s": cpu, "rss_mb": rss}))
"""
FIELDS = ["what", "runs", "wall_s", "cpu_s", "rss_mb", "ratio_time", "ratio_rss", "cores", "machine"]


def measure(code: str, home: str) -> dict[str, float]:
    env = {**os.environ, "KUZUSHIJI_HOME": home}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


def row(
    what: str, runs: list[dict[str, float]], seconds: float, megabytes: float | None
) -> dict[str, object]:
    mid = {k: statistics.median(r[k] for r in runs) for k in runs[0]}
    return {
        "what": what,
        "runs": len(runs),
        **{k: round(v, 3) for k, v in mid.items()},
        "ratio_time": round(mid["wall_s"] / seconds, 3),
        "ratio_rss": round(mid["rss_mb"] / megabytes, 3) if megabytes else "",
        "cores": len(os.sched_getaffinity(0)),
        "machine": f"{platform.machine()} Python {platform.python_version()}",
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tar", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5, help="of each later open")
    parser.add_argument("--csv", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        rows = [row("first open", [measure(FIRST.replace("TAR", repr(str(args.tar))), home)], 60, None)]
        for what, read in (("later open", 0), ("later open, 1,000 images read", 1000)):
            runs = [measure(LATER.replace("READ", str(read)), home) for _ in range(args.runs)]
            rows.append(row(what, runs, 0.2, 200))
    for r in rows:
        print(", ".join(f"{k} {v}" for k, v in r.items()))
    if args.csv:
        args.csv.parent.mkdir(parents=True, exist_ok=True)
        with open(args.csv, "w", newline="", encoding="utf-8") as f:
            out = csv.DictWriter(f, FIELDS, lineterminator="\n")
            out.writeheader()
            out.writerows(rows)
    return int(any(r["ratio_time"] > 1 or (r["ratio_rss"] or 0) > 1 for r in rows))


if __name__ == "__main__":
    raise SystemExit(main())
