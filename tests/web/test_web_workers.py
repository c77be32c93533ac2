"""The process for work that may have to be stopped: killed with its caller, bounded, and gone when idle."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kuzushiji.web.guard.limits import ApiError, Limits
from kuzushiji.web.pictures import parse_box
from kuzushiji.web.workers import Worker


def with_worker(use: Callable[[Worker], Any], limits: Limits | None = None, **options: Any) -> Any:
    async def go() -> Any:
        worker = Worker(limits or Limits(), **options)
        try:
            return await use(worker)
        finally:
            worker.close()

    return asyncio.run(go())


def test_it_gives_back_what_a_function_returns_and_raises() -> None:
    async def use(worker: Worker) -> None:
        assert await worker.run(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await worker.run(divmod, 7, 0)
        with pytest.raises(ApiError) as caught:
            await worker.run(parse_box, "here")
        assert caught.value.status == 422
        assert caught.value.message.startswith("box must be")
        assert await worker.run(os.getpid) != os.getpid()

    with_worker(use)


def test_a_caller_that_gives_up_stops_the_work_and_the_next_is_served() -> None:
    async def use(worker: Worker) -> None:
        pid = await worker.run(os.getpid)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await worker.run(time.sleep, 600)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert await worker.run(divmod, 7, 2) == (3, 1)

    start = time.monotonic()
    with_worker(use)
    assert time.monotonic() - start < 300


def test_one_job_at_a_time_and_few_that_wait() -> None:
    async def use(worker: Worker) -> None:
        jobs = [asyncio.create_task(worker.run(time.sleep, 0.05)) for _ in range(6)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
        refused = [r for r in results if isinstance(r, ApiError)]
        assert [r.status for r in refused] == [429] * 3
        assert worker.waiting == 0

    with_worker(use, Limits(large_waiting=2))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory that a process writes to")
def test_a_job_that_takes_too_much_memory_is_refused() -> None:
    async def use(worker: Worker) -> None:
        with pytest.raises(ApiError) as caught:
            await worker.run(np.ones, 100_000_000)
        assert caught.value.status == 413
        assert len(await worker.run(np.ones, 100)) == 100

    with_worker(use, Limits(large_memory=300 << 20))


def test_a_process_that_dies_is_a_503_and_the_next_job_has_another() -> None:
    async def use(worker: Worker) -> None:
        with pytest.raises(ApiError) as caught:
            await worker.run(os._exit, 3)
        assert caught.value.status == 503
        assert await worker.run(divmod, 7, 2) == (3, 1)

    with_worker(use)


def test_an_idle_process_ends() -> None:
    async def use(worker: Worker) -> None:
        pid = await worker.run(os.getpid)
        await asyncio.sleep(0.3)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert await worker.run(divmod, 7, 2) == (3, 1)

    with_worker(use, idle_seconds=0.1)
