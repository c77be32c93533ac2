"""The local engine: processes with one model and one thread each."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from kuzushiji.bulk.engines.engine import Queue
from kuzushiji.bulk.job import Job, Outcome, work
from kuzushiji.bulk.outputs.formats import Format
from kuzushiji.bulk.task import TaskFactory
from kuzushiji.errors import KuzushijiError

_AHEAD = 2  # jobs a process holds: one at work, one that waits
_STARTS = 3  # processes in a row that may die before they have done anything


class Processes:
    """Does jobs in processes on this machine."""

    def __init__(self, factory: TaskFactory, workers: int) -> None:
        """Starts nothing yet.

        Args:
            factory: makes the task in each process.
            workers: how many processes.
        """
        self._factory, self._count = factory, workers
        self._workers: list[_Worker] = []

    def run(self, jobs: Iterable[Job], form: Format) -> Iterator[tuple[Job, Outcome]]:
        """See `Engine.run`."""
        waiting = Queue(jobs, form)
        useless = 0
        try:
            self._workers = [_Worker(self._factory, form) for _ in range(self._count)]
            while True:
                for worker in self._workers:
                    while len(worker.held) < _AHEAD and (job := waiting.take()) is not None:
                        worker.give(job)
                busy = {worker.results: worker for worker in self._workers if worker.held}
                if not busy:
                    return
                for ready in wait(list(busy)):
                    worker = busy[ready]  # type: ignore[index]
                    try:
                        answer = worker.results.recv()
                    except (EOFError, OSError):
                        useless = 0 if worker.worked else useless + 1
                        if useless >= _STARTS:
                            raise KuzushijiError(
                                f"the processes end as they start ({worker.how()})"
                            ) from None
                        self._workers[self._workers.index(worker)] = _Worker(self._factory, form)
                        first, *others = worker.held  # only the first was at work
                        for job in reversed(others):
                            waiting.give_back(job)
                        yield from waiting.died(first, worker.how())
                        continue
                    if isinstance(answer, str):
                        raise KuzushijiError(answer)
                    worker.worked = True
                    yield from waiting.done(worker.held.popleft(), answer)
        finally:
            self.close()

    def close(self) -> None:
        """Ends the processes."""
        for worker in self._workers:
            worker.end()
        self._workers = []


class _Worker:
    """One process, as this one sees it."""

    def __init__(self, factory: TaskFactory, form: Format) -> None:
        context = multiprocessing.get_context("spawn")
        theirs, self._jobs = context.Pipe(duplex=False)
        self.results, results = context.Pipe(duplex=False)
        self.held: deque[Job] = deque()
        self.worked = False
        self._process: BaseProcess = context.Process(
            target=_work, args=(factory, form, theirs, results), name="kuzushiji-bulk", daemon=True
        )
        self._process.start()
        theirs.close()
        results.close()

    def give(self, job: Job) -> None:
        """Hands a job over; that the process is dead is noticed where its results are awaited."""
        self.held.append(job)
        with suppress(OSError):
            self._jobs.send(job)

    def how(self) -> str:
        """How the process ended."""
        self._process.join(5)
        code = self._process.exitcode or 0
        if code == -signal.SIGKILL:
            return "killed, perhaps for want of memory"
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def end(self) -> None:
        """Ends the process now."""
        self._process.kill()
        self._process.join()
        self._jobs.close()
        self.results.close()


def _work(factory: TaskFactory, form: Format, jobs: Connection, results: Connection) -> None:
    """The body of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C; the first process ends the others
    taken: queue.SimpleQueue[Job] = queue.SimpleQueue()

    def take() -> None:
        """Takes jobs as they come, so that the first process never waits; ends when that one has ended."""
        while True:
            try:
                taken.put(jobs.recv())
            except (EOFError, OSError):
                os._exit(1)

    threading.Thread(target=take, daemon=True).start()
    try:
        task = factory.make(1)
    except KuzushijiError as e:
        results.send(str(e))
        return
    while True:
        results.send(work(task, taken.get(), form))
