"""The bulk engines: their rates, the memory of the head process, how soon a long list begins.

Goals: the local engine at least 0.95 of the reader's own rate in memory, two workers at least 1.8 times one,
Ray with two at least 0.9 of the local engine with two, writing at most 5 % of the time; the head process at
the end of 1,000,000 inputs at most 1.2 times its memory at 10,000; a list of a million paths begins within
2 s.

KUZUSHIJI_BULK_SCALE=0.01 measures a hundredth of everything, to see that it runs.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import NotHereError, Row
from PIL import Image

from kuzushiji.bulk import CharacterTask, RunOptions, expand, run
from kuzushiji.bulk.outputs.formats import format_of
from kuzushiji.bulk.task import records_of
from kuzushiji.images import samples

SCALE = float(os.environ.get("KUZUSHIJI_BULK_SCALE") or 1)
ROUNDS = 5 if SCALE >= 1 else 1
GLYPHS, TIMES = 1024, max(2, int(32 * SCALE))
LONG, SHORT = max(2_000, int(1_000_000 * SCALE)), max(1_000, int(10_000 * SCALE))

_HEAD = """
import re, sys
from pathlib import Path
from kuzushiji.bulk import RunOptions, run
sys.path.insert(0, {here!r})
from bulk import Nothing
run(Nothing(), ["-"], sys.argv[1], RunOptions(workers=1))
print(1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]))
"""


class Nothing:
    """A task that does nothing, so that only the engine is measured."""

    kind, grain, part_size = "read", 1, 256

    def about(self):
        return {"task": "nothing"}

    def files(self):
        return []

    def placed(self, files):
        return self

    def make(self, threads):
        return self

    def stream(self, items):
        for item in items:
            yield {"file": item.name, "candidates": [], "sure": False, "reasons": []}


def measure() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _drawn(folder)
        yield from _rates(files, folder)
        yield from _writing(files)
        yield from _head(files[0], folder)


def _rates(files: list[Path], folder: Path) -> Iterator[Row]:
    reader = CharacterTask().make(None)
    several = [*map(str, files)] * TIMES

    def memory() -> float:
        return _steady(enumerate(reader.stream(expand(several)), start=1))

    def engine(**how: Any) -> Callable[[], float]:
        return lambda: _engine_rate(several, folder, RunOptions(**how))

    pairs = [
        ("local engine", engine(), "the reader in memory", memory),
        ("two workers", engine(workers=2), "one worker", engine(workers=1)),
    ]
    if importlib.util.find_spec("ray"):
        two = "the local engine, two workers"
        pairs.append(("Ray, two workers", engine(workers=2, engine="ray"), two, engine(workers=2)))
    for what, one, to, other in pairs:
        measured = [(other(), one()) for _ in range(ROUNDS)]
        yield Row(what, statistics.median(rate for _, rate in measured), "files/s", ROUNDS)
        yield Row(
            what, statistics.median(rate / base for base, rate in measured), "ratio", ROUNDS, ratio_to=to
        )


def _engine_rate(words: list[str], folder: Path, options: RunOptions) -> float:
    """Inputs a second from the first finished part to the last: loading and starting are left out."""
    times: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory(dir=folder) as out:
        run(
            CharacterTask(),
            words,
            f"{out}/o.jsonl",
            options,
            progress=lambda state: times.append((state.now, time.perf_counter())),
        )
    (first, start), (last, end) = times[0], times[-2]  # the last call is that of the finished file
    return (last - first) / (end - start)


def _steady(results: Iterator[tuple[int, object]]) -> float:
    """The same of a stream of numbered results, whose first 256 are left out."""
    start = first = count = 0.0
    for count, _ in results:
        if count == 256:
            first, start = count, time.perf_counter()
    return (count - first) / (time.perf_counter() - start)


def _writing(files: list[Path]) -> Iterator[Row]:
    task = CharacterTask().make(1)
    items = list(expand(map(str, files[:256])))
    start = time.perf_counter()
    records = records_of(task, items)
    reading = time.perf_counter() - start
    for suffix in (".jsonl", ".parquet"):
        form = format_of(suffix, "read")
        form.encode(records)  # loads what it needs
        times = [_seconds(lambda form=form: form.encode(records)) for _ in range(ROUNDS)]
        yield Row(
            f"encoding {suffix}", statistics.median(times) / reading, "ratio", ROUNDS, "reading, one thread"
        )


def _head(file: Path, folder: Path) -> Iterator[Row]:
    if not Path("/proc/self/status").exists():
        raise NotHereError("the memory of the head process is read from /proc")
    sizes = {}
    for count in (SHORT, LONG):
        names = folder / "names"
        names.write_text(f"{file}\n" * count)
        code = _HEAD.format(here=str(Path(__file__).parent))
        command = [sys.executable, "-c", code, str(folder / f"{count}.jsonl")]
        with names.open("rb") as listed:
            done = subprocess.run(command, stdin=listed, capture_output=True, check=True, text=True)
        sizes[count] = int(done.stdout)
        yield Row(f"head process, {count:,} inputs", sizes[count] / 1e6, "MB", 1)
    yield Row("head process, many inputs", sizes[LONG] / sizes[SHORT], "ratio", 1, f"{SHORT:,} inputs")
    start = time.perf_counter()
    with (folder / "names").open("rb") as listed:
        next(expand(["-"], stdin=listed))
    yield Row(f"first item of a list of {LONG:,}", time.perf_counter() - start, "s", 1)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _drawn(folder: Path) -> list[Path]:
    characters = list(samples.STROKES)
    files = []
    for number in range(GLYPHS):
        files.append(folder / f"{number:05}.png")
        Image.fromarray(samples.sample(characters[number % 10], 1)).save(files[-1])
    return files
