"""The Ray engine: one actor a core, on this machine or on a cluster.

Ray schedules actors and carries jobs and results. What is a part, what is finished and what is done again
after a death is decided here, as on the local engine, and so the results are the same.
"""

from __future__ import annotations

import importlib
import socket
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from kuzushiji._machine import cores
from kuzushiji.bulk.engines.engine import Queue
from kuzushiji.bulk.job import Job, Outcome, work
from kuzushiji.bulk.outputs.formats import Format
from kuzushiji.bulk.task import TaskFactory
from kuzushiji.errors import KuzushijiError, need

_AHEAD = 2  # jobs an actor holds
_STARTS = 3  # actors in a row that may die before they have done anything
_STORE_BYTES = 256 << 20  # of shared memory, on a Ray of our own: jobs and results are small


class RayActors:
    """Does jobs in actors."""

    def __init__(self, factory: TaskFactory, workers: int | None, address: str | None) -> None:
        """Starts nothing yet.

        Args:
            factory: makes the task in each actor.
            workers: how many actors of one core; None for all cores of the cluster.
            address: of a cluster, as ``ray.init`` takes it; None for a Ray on this machine.
        """
        self._factory, self._count, self._address = factory, workers, address
        self._ray: Any = None
        self._ours = False
        self._actors: list[_Actor] = []

    def run(self, jobs: Iterable[Job], form: Format) -> Iterator[tuple[Job, Outcome]]:
        """See `Engine.run`."""
        waiting = Queue(jobs, form)
        first = waiting.take()
        if first is None:
            return
        waiting.give_back(first)
        ray = self._ray = need("ray", extra="ray")
        useless = 0
        try:
            self._start(ray)
            make = self._maker(ray, form)
            count = self._count or max(1, int(ray.cluster_resources().get("CPU", 1)))
            self._actors = [_Actor(make()) for _ in range(count)]
            while True:
                for actor in self._actors:
                    while actor.started and len(actor.held) < _AHEAD and (job := waiting.take()) is not None:
                        actor.give(job)
                if not any(actor.held for actor in self._actors):
                    if (job := waiting.take()) is None:
                        return
                    waiting.give_back(job)
                awaited = {actor.awaited: actor for actor in self._actors if actor.held or not actor.started}
                for reference in ray.wait(list(awaited), num_returns=1)[0]:
                    actor = awaited[reference]
                    try:
                        answer = ray.get(reference)
                    except ray.exceptions.RayError as e:
                        useless = 0 if actor.worked else useless + 1
                        if useless >= _STARTS:
                            raise KuzushijiError(f"the actors end as they start: {_words(e)}") from None
                        ray.kill(actor.handle)
                        self._actors[self._actors.index(actor)] = _Actor(make())
                        for _, job in reversed(list(actor.held)[1:]):  # only the first was at work
                            waiting.give_back(job)
                        if actor.held:
                            yield from waiting.died(actor.held[0][1], "its node or process is gone")
                        continue
                    if not actor.started:
                        actor.started = True
                        continue
                    actor.worked = True
                    yield from waiting.done(actor.held.popleft()[1], answer)
        finally:
            self.close()

    def close(self) -> None:
        """Ends the actors, and the Ray that was started for them."""
        for actor in self._actors:
            self._ray.kill(actor.handle)
        self._actors = []
        if self._ours:
            self._ray.shutdown()
            self._ours = False

    def _start(self, ray: Any) -> None:
        """Joins the cluster, or starts a Ray here."""
        if ray.is_initialized():
            return
        how: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
        if self._address is None:
            how |= {
                "num_cpus": self._count or cores(),
                "include_dashboard": False,
                "object_store_memory": _STORE_BYTES,
            }
        else:
            _knock(self._address)
            how |= {"address": self._address, "runtime_env": {"py_modules": [_package()]}}
        try:
            ray.init(**how)
        except Exception as e:
            raise KuzushijiError(f"no Ray at {self._address or 'this machine'}: {_words(e)}") from None
        self._ours = True

    def _maker(self, ray: Any, form: Format) -> Any:
        """A function that starts an actor. The model's files go into Ray's object store, once."""
        models = [(str(path), ray.put(path.read_bytes())) for path in self._factory.files()]
        remote = ray.remote(num_cpus=1, max_restarts=0, max_concurrency=1)(Reading)
        return lambda: remote.remote(self._factory, form, models)


class Reading:
    """The actor: one task, made when it is first needed."""

    def __init__(self, factory: TaskFactory, form: Format, models: list[tuple[str, Any]]) -> None:
        self._form = form
        self._task = placed(factory, models).make(1)

    def ready(self) -> bool:
        """True, once the task is made."""
        return True

    def work(self, job: Job) -> Outcome:
        """Does a job."""
        return work(self._task, job, self._form)


class _Actor:
    """An actor, as this process sees it."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.held: deque[tuple[Any, Job]] = deque()
        self.started = self.worked = False
        self._ready = handle.ready.remote()

    @property
    def awaited(self) -> Any:
        """What comes next: that it has started, or the result of the first job."""
        return self.held[0][0] if self.started else self._ready

    def give(self, job: Job) -> None:
        self.held.append((self.handle.work.remote(job), job))


def placed(factory: TaskFactory, models: list[tuple[str, Any]]) -> TaskFactory:
    """The factory for this machine: models that it has not are fetched from the object store.

    Args:
        factory: as it was made on the first machine.
        models: path there, and reference to the bytes.
    """
    import hashlib
    import tempfile

    ray: ModuleType = importlib.import_module("ray")
    places = {}
    for path, reference in models:
        if Path(path).is_file():
            continue
        content = ray.get(reference)
        digest = hashlib.sha256(content).hexdigest()[:16]
        here = Path(tempfile.gettempdir()) / "kuzushiji-models" / digest / Path(path).name
        if not here.is_file():
            from kuzushiji._files import replacing

            here.parent.mkdir(parents=True, exist_ok=True)
            with replacing(here) as part:
                part.write_bytes(content)
        places[path] = str(here)
    return factory.placed(places) if places else factory


def _knock(address: str) -> None:
    """Connects to a cluster's address once: Ray itself would try for minutes.

    Raises:
        KuzushijiError: nothing answers there.
    """
    host, found, port = address.removeprefix("ray://").rpartition(":")
    if not found or not port.isdigit():  # "auto", "local": Ray knows
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as e:
        raise KuzushijiError(f"no Ray at {address}: {getattr(e, 'strerror', None) or e}") from None


def _package() -> ModuleType:
    import kuzushiji

    return kuzushiji


def _words(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]
