"""A run: from words to a finished output, going on where an earlier one stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from kuzushiji.bulk.ahead import Ahead
from kuzushiji.bulk.engines.engine import Engine
from kuzushiji.bulk.job import Job
from kuzushiji.bulk.outputs.store import Store
from kuzushiji.bulk.outputs.target import target_of
from kuzushiji.bulk.sources import SourceOptions, expand, items_of
from kuzushiji.bulk.sources.expanding import Skipped
from kuzushiji.bulk.sources.item import Item
from kuzushiji.bulk.task import TaskFactory
from kuzushiji.errors import UsageError

ENGINES = ("local", "ray")
_NAMED = 100  # failures that are kept by name; all are in the output


@dataclass(frozen=True)
class RunOptions:
    """How a run is done. Nothing of it changes the results.

    Attributes:
        workers: processes with one thread each; None for one process with all threads on the local engine,
            for as many as there are cores on Ray.
        threads: of the one process; None for as many as there are cores.
        engine: ``"local"`` or ``"ray"``.
        address: of a Ray cluster; None for one on this machine, started for the run.
        retry_failed: inputs that could not be used are tried again, and only those.
        part_size: inputs a part; None for the task's own.
    """

    workers: int | None = None
    threads: int | None = None
    engine: str = "local"
    address: str | None = None
    retry_failed: bool = False
    part_size: int | None = None


@dataclass
class State:
    """How far a run is; the same object is given to `progress` each time.

    Attributes:
        done: inputs that are finished, in this run or before.
        before: of these, those that an earlier run has finished.
        failed: inputs that could not be used, of all that are done.
        found: inputs that were counted so far.
        counted: there are no more than those.
        seconds: since the start.
        now: inputs done in this run.
        failures: name and reason of the first inputs that could not be used in this run.
    """

    done: int = 0
    before: int = 0
    failed: int = 0
    found: int = 0
    counted: bool = False
    seconds: float = 0.0
    now: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)


def run(
    factory: TaskFactory,
    words: Iterable[str],
    out: str | Path,
    options: RunOptions | None = None,
    sources: SourceOptions | None = None,
    progress: Callable[[State], None] = lambda state: None,
    skipped: Skipped = lambda name: None,
    stdin: BinaryIO | None = None,
) -> State:
    """Reads everything that the words name into an output, or what an earlier run has left of it.

    Args:
        factory: makes the task.
        words: see `kuzushiji.bulk.expand`.
        out: ``OUT.jsonl``, ``OUT.parquet`` or a folder of parts; see `target_of`.
        options: how it is done.
        sources: how words are expanded.
        progress: called when a part is finished.
        skipped: is given each file of a folder that is left out.
        stdin: the stream of ``-``.

    Returns:
        How it ended; `State.failed` inputs have records with ``error``.

    Raises:
        UsageError: the output belongs to another run, or an option is wrong.
        KuzushijiError: the output cannot be written, or the task cannot be made. What is finished is kept.
    """
    options, sources = options or RunOptions(), sources or SourceOptions()
    size = options.part_size
    if size is not None:
        size = max(1, -(-size // factory.grain)) * factory.grain
    engine = engine_of(factory, options)
    about = {**factory.about(), "dpi": str(sources.dpi)}
    with Store.opened(target_of(str(out)), factory.kind) as store:
        size = store.begin(about, size, factory.part_size)
        known = {name for entry in store.finished.values() for name in entry.unopened}
        ahead = Ahead(expand(words, replace(sources, unopened=known), stdin, skipped), size)
        start = time.monotonic()
        state = State()

        def told() -> None:
            state.found, state.counted = ahead.counted, ahead.complete
            state.seconds = time.monotonic() - start
            progress(state)

        def jobs() -> Iterator[Job]:
            number = -1
            for number, items in enumerate(ahead):
                if store.missing(number, items):
                    yield Job.whole(number, items)
                    continue
                entry = store.finished[number]
                state.done += len(items)
                state.before += len(items)
                state.failed += len(entry.failed)
                if options.retry_failed and entry.failed:
                    yield _again(number, items, sorted(entry.failed), sources)
            store.check_end(number + 1)

        try:
            for job, outcome in engine.run(_reopening(jobs(), store), store.form):
                store.add(job, outcome)
                slots = len(set(job.slots))
                state.failed += len(outcome.failed) - (slots if job.again else 0)
                state.done += 0 if job.again else slots
                state.now += slots
                if len(state.failures) < _NAMED:
                    named = dict(zip(job.slots, job.items, strict=True))
                    state.failures += [(named[slot].name, reason) for slot, reason in outcome.failed.items()]
                told()
            store.finish()
        finally:
            engine.close()
            ahead.close()
        told()
        return state


def engine_of(factory: TaskFactory, options: RunOptions) -> Engine:
    """The engine that the options name, not started yet.

    Raises:
        UsageError: there is no such engine, or less than one worker.
    """
    if options.workers is not None and options.workers < 1:
        raise UsageError(f"workers must be at least 1, not {options.workers}")
    if options.engine not in ENGINES:
        raise UsageError(f"unknown engine {options.engine}: {' or '.join(ENGINES)}")
    if options.engine == "ray":
        from kuzushiji.bulk.engines.ray_actors import RayActors

        return RayActors(factory, options.workers, options.address)
    if options.address is not None:
        raise UsageError("--address is that of a Ray cluster: it goes with --engine ray")
    if options.workers is None:
        from kuzushiji.bulk.engines.here import Here

        return Here(factory, options.threads)
    from kuzushiji.bulk.engines.processes import Processes

    return Processes(factory, options.workers)


def _again(part: int, items: list[Item], failed: list[int], sources: SourceOptions) -> Job:
    """The items of a part that could not be used, once more; containers are looked into once more."""
    found = [(slot, item) for slot in failed for item in items_of(items[slot], sources)]
    return Job(part, tuple(item for _, item in found), tuple(slot for slot, _ in found), again=True)


def _reopening(jobs: Iterator[Job], store: Store) -> Iterator[Job]:
    """The jobs; before the first, an output that was made one file is taken apart again."""
    for job in jobs:
        store.reopen()
        yield job
