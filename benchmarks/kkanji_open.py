"""How long Kuzushiji-Kanji takes to open, and how much memory.

    KUZUSHIJI_TEST_DATA=TREE python benchmarks kkanji_open        # needs TREE/kkanji/kkanji.tar

First open: the tar into a fresh temporary cache; limit 60 s on two cores. Later opens, each in a new process:
as they are, and with 1,000 images read that are spread over the whole set; limits 0.2 s and 200 MB resident.
Wall times depend on what else the machine does, so the processor time stands beside them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import NotHereError, Row

LATER_RUNS = 5
FIRST = """
import json, resource, time
from pathlib import Path
from kuzushiji.datasets import cache_dir
from kuzushiji.datasets.layouts import kkanji, kkanji_unpack
t = time.perf_counter()
kkanji_unpack.prepare(cache_dir(), Path(TAR))
wall = time.perf_counter() - t
u = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall": wall, "cpu": u.ru_utime + u.ru_stime, "rss": u.ru_maxrss / 1024}))
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
print(json.dumps({"wall": wall, "cpu": cpu, "rss": rss}))
"""


def _run(code: str, home: str) -> dict[str, float]:
    env = {**os.environ, "KUZUSHIJI_HOME": home}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


def measure() -> Iterator[Row]:
    """First and later opens: seconds, processor seconds, MB resident, and the ratios to the limits."""
    tar = Path(os.environ.get("KUZUSHIJI_TEST_DATA", "/nowhere")) / "kkanji" / "kkanji.tar"
    if not tar.is_file():
        raise NotHereError("KUZUSHIJI_TEST_DATA names no folder with kkanji/kkanji.tar")
    with tempfile.TemporaryDirectory() as home:
        first = _run(FIRST.replace("TAR", repr(str(tar))), home)
        yield Row("first open", first["wall"], "s", 1)
        yield Row("first open, processor time", first["cpu"], "s", 1)
        yield Row("first open", first["wall"] / 60, "ratio", 1, "60 s")
        for what, read in (("later open", 0), ("later open and 1,000 images", 1000)):
            runs = [_run(LATER.replace("READ", str(read)), home) for _ in range(LATER_RUNS)]
            middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            yield Row(what, middle["wall"], "s", LATER_RUNS)
            yield Row(what, middle["wall"] / 0.2, "ratio", LATER_RUNS, "0.2 s")
            yield Row(f"{what}, resident", middle["rss"], "MB", LATER_RUNS)
            yield Row(f"{what}, resident", middle["rss"] / 200, "ratio", LATER_RUNS, "200 MB")
