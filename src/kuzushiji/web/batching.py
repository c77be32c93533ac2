"""A queue in front of the model: what arrives while it works is read together, as one batch.

Nothing waits on a timer. An idle model starts at once, so a lone request pays no delay; under load the batch
is what came in meanwhile, so it grows with the load by itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuzushiji.web.guard.limits import busy

Read = Callable[[np.ndarray, int], list[dict[str, Any]]]


@dataclass
class _Job:
    glyphs: np.ndarray
    top: int
    done: asyncio.Future[list[dict[str, Any]]]


class Batcher:
    """Collects the glyphs of many requests and gives them to one model, in one thread.

    Args:
        read: ``read(glyphs, top)`` for uint8 glyphs (n, size, size) gives n JSON objects with ``candidates``
            (best first, at most ``top``); it is called by one thread at a time.
        batch: most glyphs a call; a request with more of them than that is read in parts.
        waiting: most glyphs that may wait.
    """

    def __init__(self, read: Read, batch: int = 64, waiting: int = 4096) -> None:
        self._read = read
        self.batch = batch
        self.waiting = waiting
        self._jobs: deque[_Job] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kuzushiji-model")
        self._worker: asyncio.Task[None] | None = None
        self.batches = 0
        self.glyphs = 0

    @property
    def queued(self) -> int:
        """How many glyphs are waiting now."""
        return self._queued

    async def start(self) -> None:
        """Starts the worker on the running event loop."""
        self._worker = asyncio.create_task(self._work(), name="kuzushiji-batcher")

    async def stop(self) -> None:
        """Ends the worker; what still waits is cancelled."""
        if self._worker:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        for job in self._jobs:
            job.done.cancel()
        self._jobs.clear()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def submit(self, glyphs: np.ndarray, top: int) -> list[dict[str, Any]]:
        """Reads some glyphs.

        Args:
            glyphs: uint8 (n, size, size), or (n, framings, size, size); all requests alike.
            top: how many candidates each.

        Returns:
            One JSON object a glyph, in order.

        Raises:
            ApiError: 429, too many glyphs wait already.
        """
        parts = [glyphs[i : i + self.batch] for i in range(0, len(glyphs), self.batch)]
        if self._queued + len(glyphs) > self.waiting:
            raise busy(f"{self._queued} characters are waiting to be read; try again in a moment")
        loop = asyncio.get_running_loop()
        jobs = [_Job(part, top, loop.create_future()) for part in parts]
        self._jobs.extend(jobs)
        self._queued += len(glyphs)
        self._wake.set()
        try:
            results = await asyncio.gather(*(job.done for job in jobs))
        except BaseException:
            for job in jobs:
                job.done.cancel()
            raise
        return [one for part in results for one in part]

    def _next(self) -> list[_Job]:
        taken: list[_Job] = []
        size = 0
        while self._jobs and size + len(self._jobs[0].glyphs) <= self.batch:
            job = self._jobs.popleft()
            self._queued -= len(job.glyphs)
            if not job.done.cancelled():
                taken.append(job)
                size += len(job.glyphs)
        return taken

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._jobs:
                jobs = self._next()
                if jobs:
                    await self._run(loop, jobs)

    async def _run(self, loop: asyncio.AbstractEventLoop, jobs: list[_Job]) -> None:
        glyphs = np.concatenate([job.glyphs for job in jobs])
        try:
            results = await loop.run_in_executor(
                self._thread, self._read, glyphs, max(job.top for job in jobs)
            )
        except Exception as e:
            for job in jobs:
                if not job.done.done():
                    job.done.set_exception(e)
            return
        self.batches += 1
        self.glyphs += len(glyphs)
        start = 0
        for job in jobs:
            stop = start + len(job.glyphs)
            if not job.done.done():
                job.done.set_result(
                    [{**one, "candidates": one["candidates"][: job.top]} for one in results[start:stop]]
                )
            start = stop
