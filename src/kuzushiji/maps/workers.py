"""Long methods beside each other: one process each, as many at once as there are cores.

Most of these libraries run on one thread once a seed is given. Two of them at a time keep two cores busy,
and every map stays the same whatever the number of cores.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from kuzushiji.errors import KuzushijiError
from kuzushiji.maps.methods.method import Job, Method

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Task:
    """One map to be made in a process of its own.

    Attributes:
        method: which.
        job: what to make.
        path: where the finished map is kept.
    """

    method: Method
    job: Job
    path: Path


def beside(tasks: Sequence[Task], stage: Path, processes: int) -> Iterator[Task]:
    """Runs the tasks, longest first, and gives each as it is finished.

    Args:
        tasks: what to make.
        stage: the folder from :meth:`~kuzushiji.maps.inputs.shared_work.Shared.stage`.
        processes: how many at once.

    Raises:
        KuzushijiError: one failed; those that are finished by then are kept.
    """
    waiting = sorted(tasks, key=lambda t: t.method.work)
    context = multiprocessing.get_context("spawn")
    running: dict[int, tuple[BaseProcess, Task]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                task = waiting.pop()
                process: BaseProcess = context.Process(
                    target=work, args=(task.method.name, task.job, task.path, stage)
                )
                with _environment(task.job.threads):
                    process.start()
                running[process.sentinel] = (process, task)
            for sentinel in wait(list(running)):
                assert isinstance(sentinel, int)
                process, task = running.pop(sentinel)
                process.join()
                _raise_if_failed(process, task)
                yield task
    finally:
        for process, _ in running.values():
            process.terminate()
            process.join()


def work(name: str, job: Job, path: Path, stage: Path) -> None:
    """The body of such a process: makes one map and keeps it; what went wrong goes to a file beside it."""
    from kuzushiji.maps.inputs.shared_work import staged
    from kuzushiji.maps.map_cache import finish, keep
    from kuzushiji.maps.methods.registry import methods

    # The terminal's Ctrl-C reaches every process; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seen = staged(stage)
    try:
        keep(path, finish(methods()[name], seen, job, seen.scores, seen.new))
    except Exception as e:
        path.parent.mkdir(parents=True, exist_ok=True)
        words = str(e) if isinstance(e, KuzushijiError) else f"{name} failed ({type(e).__name__}: {e})"
        path.with_suffix(".error").write_text(" ".join(words.split()), encoding="utf-8")
        raise SystemExit(1) from e


def _raise_if_failed(process: BaseProcess, task: Task) -> None:
    if process.exitcode == 0:
        return
    said = task.path.with_suffix(".error")
    if said.is_file():
        words = said.read_text(encoding="utf-8")
        said.unlink()
        raise KuzushijiError(words)
    raise KuzushijiError(
        f"{task.method.name} was ended from outside (exit code {process.exitcode}), perhaps for want of "
        "memory: try --subset, or --threads 1"
    )


@contextlib.contextmanager
def _environment(threads: int) -> Iterator[None]:
    """Thread limits that a process reads while it starts."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
