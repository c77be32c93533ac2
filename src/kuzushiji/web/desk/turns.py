"""Turns at the page reader: pages wait in order, each knows its place, and who leaves frees it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from typing import Any

from kuzushiji.web.desk.engine import Cancelled, Report, Stage
from kuzushiji.web.guard.limits import ApiError, busy

HEARTBEAT = 5.0
"""Seconds after which a stage is reported again: a connection that is gone is then noticed."""

Work = Callable[[Report], Any]
Event = tuple[Stage, Any]
"""A stage, with the place in the queue (from 1) for `Stage.QUEUED` and the result for `Stage.DONE`."""


class Turns:
    """Runs pieces of work in a few threads, in order, and reports the stages of each.

    A thread cannot be stopped from outside. When nobody waits any more, the work's next report raises
    `Cancelled`; until then it keeps its thread, so that memory stays bounded.

    Args:
        workers: threads.
        waiting: most pieces of work that may wait for a thread.
    """

    def __init__(self, workers: int, waiting: int) -> None:
        self.workers = workers
        self.waiting = waiting
        self.running = 0
        self.done = 0
        self._line: deque[asyncio.Event] = deque()
        self._moved: set[asyncio.Event] = set()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="kuzushiji-page")

    @property
    def queued(self) -> int:
        """How many pieces of work wait for a thread."""
        return len(self._line)

    @property
    def full(self) -> bool:
        """Whether one more would be turned away."""
        return len(self._line) >= self.waiting

    def busy(self) -> ApiError:
        """What one more is told then."""
        return busy(f"{self.queued} pages are waiting to be read; try again in a moment")

    def stop(self) -> None:
        """Ends the threads when their present work is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def run(self, work: Work, seconds: float) -> AsyncGenerator[Event, None]:
        """Waits for a turn and works; close the iterator to cancel.

        Args:
            work: called in a thread with a `Report`.
            seconds: longest time for the work once it has begun.

        Yields:
            Stages as they begin, the same one again every few seconds, and `Stage.DONE` with the result.

        Raises:
            ApiError: 429, too many wait already.
            TimeoutError: the work took too long.
            Exception: whatever the work raises.
        """
        if self.full:
            raise self.busy()
        # Closed here, not by the garbage collector: a place in the line must not outlive its request.
        async with aclosing(self._wait()) as places:
            async for place in places:
                yield Stage.QUEUED, place
        async with aclosing(self._work(work, seconds)) as events:
            async for event in events:
                yield event

    async def _wait(self) -> AsyncGenerator[int, None]:
        """Yields the place in the line, from 1, whenever it changes; holds a thread when it ends."""
        mine = asyncio.Event()
        self._line.append(mine)
        try:
            while self._line[0] is not mine or self.running >= self.workers:
                yield self._line.index(mine) + 1
                with suppress(TimeoutError):
                    await asyncio.wait_for(mine.wait(), HEARTBEAT)
                mine.clear()
            self.running += 1
        finally:
            self._line.remove(mine)
            self._wake()

    def _wake(self) -> None:
        for each in self._line:
            each.set()

    async def _work(self, work: Work, seconds: float) -> AsyncGenerator[Event, None]:
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[Event] = asyncio.Queue()
        gone = threading.Event()

        def report(stage: Stage) -> None:
            if gone.is_set():
                raise Cancelled
            loop.call_soon_threadsafe(events.put_nowait, (stage, None))

        future = loop.run_in_executor(self._pool, work, report)
        future.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(seconds):
                stage = Stage.DECODING
                while True:
                    next_event = asyncio.ensure_future(events.get())
                    await asyncio.wait(
                        {next_event, future}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                    )
                    if next_event.done():
                        stage, _ = next_event.result()
                    else:
                        next_event.cancel()
                        if future.done():
                            break
                    yield stage, None
            yield Stage.DONE, future.result()
        finally:
            gone.set()

    def _ended(self, future: asyncio.Future[Any]) -> None:
        self.running -= 1
        self.done += 1
        if not future.cancelled():
            future.exception()  # an error after the client has left is nobody's
        self._wake()
