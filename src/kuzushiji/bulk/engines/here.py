"""The engine of one process: parts follow each other without a pause, on all threads of the task."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain

from kuzushiji.bulk.job import Job, Outcome, outcome, work
from kuzushiji.bulk.outputs.formats import Format
from kuzushiji.bulk.sources.item import Item
from kuzushiji.bulk.task import Record, TaskFactory


class Here:
    """Does jobs in this process."""

    def __init__(self, factory: TaskFactory, threads: int | None) -> None:
        self._factory, self._threads = factory, threads

    def run(self, jobs: Iterable[Job], form: Format) -> Iterator[tuple[Job, Outcome]]:
        """See `Engine.run`."""
        waiting: deque[Job] = deque()
        first = next(source := iter(jobs), None)
        if first is None:  # nothing is left to do: no model is loaded
            return
        source = chain([first], source)
        task = self._factory.make(self._threads)
        ended = False
        fault: BaseException | None = None

        def items() -> Iterator[Item]:
            nonlocal ended, fault
            try:
                for job in source:
                    waiting.append(job)
                    yield from job.items
            except BaseException as e:
                fault = e
                raise
            ended = True

        while not ended:
            records: list[Record] = []
            try:
                for record in task.stream(items()):
                    records.append(record)
                    if len(records) == len(waiting[0].items):
                        job = waiting.popleft()
                        yield job, outcome(job, records, form)
                        records = []
            except Exception:  # the task stumbled over an item: the jobs at hand are done again
                if fault is not None:
                    raise
                while waiting:
                    job = waiting.popleft()
                    yield job, work(task, job, form)

    def close(self) -> None:
        """Nothing is at work between two results."""
