"""What an engine is, and how it deals with jobs whose process died."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Protocol

from kuzushiji.bulk.job import Job, Outcome, given_up, joined
from kuzushiji.bulk.outputs.formats import Format


class Engine(Protocol):
    """Does jobs. Results come in any order; what is in them does not depend on the engine."""

    def run(self, jobs: Iterable[Job], form: Format) -> Iterator[tuple[Job, Outcome]]:
        """Does all jobs; takes them as it goes.

        Raises:
            KuzushijiError: the task cannot be made at all.
        """

    def close(self) -> None:
        """Ends whatever is still at work."""


class Queue:
    """Jobs to hand out: those that a dead process held first, then new ones.

    A job whose process died is done again. If that one dies too, its items are done one by one, and the one
    that ends its process a third time has a record that says so. A bad input costs no other.
    """

    def __init__(self, jobs: Iterable[Job], form: Format) -> None:
        self._new = iter(jobs)
        self._form = form
        self._again: deque[Job] = deque()
        self._deaths: Counter[tuple[int, int]] = Counter()
        self._split: dict[int, tuple[Job, list[Outcome | None]]] = {}

    def take(self) -> Job | None:
        """The next job; None where there is none now."""
        if self._again:
            return self._again.popleft()
        return next(self._new, None)

    def give_back(self, job: Job) -> None:
        """Takes a job back that was not begun."""
        self._again.appendleft(job)

    def died(self, job: Job, how: str) -> Iterator[tuple[Job, Outcome]]:
        """Takes note that a process died with a job; yields what is settled by that."""
        key = (job.part, job.position)
        self._deaths[key] += 1
        if self._deaths[key] < 2:
            self._again.appendleft(job)
        elif job.position < 0:
            self._split[job.part] = (job, [None] * len(job.items))
            self._again.extendleft(reversed(job.singles()))
        else:
            yield from self.done(job, given_up(job, f"the process that read it ended ({how})", self._form))

    def done(self, job: Job, outcome: Outcome) -> Iterator[tuple[Job, Outcome]]:
        """Takes an outcome; yields those of whole jobs."""
        if job.position < 0:
            yield job, outcome
            return
        whole, found = self._split[job.part]
        found[job.position] = outcome
        outcomes = [each for each in found if each is not None]
        if len(outcomes) == len(found):
            del self._split[job.part]
            yield whole, joined(outcomes, self._form)
