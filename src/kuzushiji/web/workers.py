"""A process for work that may have to be stopped: it does one job at a time, within a limit of memory.

A decoder in a thread cannot be interrupted, and what it held stays with the server. A process can be killed,
and takes its memory along.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, TypeVar

from kuzushiji.errors import exhausted
from kuzushiji.web.guard.limits import ApiError, Limits, busy

T = TypeVar("T")
_SOURCES = str(Path(__file__).parents[2])  # where the package is imported from
_LONGEST = 600  # seconds after which a process whose server is gone ends by itself


class Worker:
    """Runs functions in one process, started when it is first needed and ended when it has been idle.

    Args:
        limits: memory of the process, how many jobs may wait.
        idle_seconds: after which it ends.

    It belongs to one event loop. `run` is fair: jobs are done in the order in which they came.
    """

    def __init__(self, limits: Limits, idle_seconds: float = 10.0) -> None:
        self.limits = limits
        self.idle_seconds = idle_seconds
        self.waiting = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kuzushiji-large")
        self._idle: asyncio.TimerHandle | None = None

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """Calls a function in the process. If the caller is cancelled, so is the job: the process is killed.

        Args:
            function: a function of a module, not one defined inside another.
            args: what it is given; copied to the process.

        Returns:
            What it returns, copied back.

        Raises:
            ApiError: 429 too many jobs wait, 413 the job took more memory than it may, 503 the process died.
            OSError: no process can be started.
            Exception: what the function raises.
        """
        if self.waiting > self.limits.large_waiting:
            raise busy("several large pictures are waiting to be read; try again in a moment")
        self.waiting += 1
        try:
            async with self._turn:
                if self._idle:
                    self._idle.cancel()
                loop = asyncio.get_running_loop()
                job = loop.run_in_executor(self._thread, self._ask, function, args)
                try:
                    done, result = await asyncio.shield(job)
                except asyncio.CancelledError:
                    self.kill()
                    await asyncio.wait([job])
                    job.exception()  # of the killed process, and nobody's concern
                    raise
                finally:
                    self._idle = loop.call_later(self.idle_seconds, self.kill)
        finally:
            self.waiting -= 1
        if not done:
            raise result
        return result

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """As `run`, from a thread that waits: not from the event loop's own."""
        return asyncio.run_coroutine_threadsafe(self.run(function, *args), self._loop).result()

    def kill(self) -> None:
        """Ends the process, whatever it does; the next job starts another."""
        with self._lock:
            process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]

    def close(self) -> None:
        """Ends the process for good."""
        if self._idle:
            self._idle.cancel()
        self.kill()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _ask(self, function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[bool, Any]:
        process = self._started()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            pickle.dump((function, args), process.stdin, protocol=5)
            process.stdin.flush()
            return pickle.load(process.stdout)  # noqa: S301  (our own process)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            self.kill()
            raise ApiError(
                503, "the picture could not be decoded: its process ended", {"Retry-After": "1"}
            ) from None

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                paths = [_SOURCES, *filter(None, [os.environ.get("PYTHONPATH")])]
                one_thread = dict.fromkeys(
                    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
                )
                self._process = subprocess.Popen(  # noqa: S603  (this Python, and a number)
                    [sys.executable, "-P", "-m", "kuzushiji.web.workers", str(self.limits.large_memory)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, **one_thread, "PYTHONPATH": os.pathsep.join(paths)},
                )
            return self._process


def serve(jobs: IO[bytes], answers: IO[bytes]) -> None:
    """Does jobs until there are no more: what the process of a :class:`Worker` runs."""
    while True:
        try:
            function, args = pickle.load(jobs)  # noqa: S301  (from the server that started this process)
        except EOFError:
            return
        if hasattr(signal, "alarm"):
            signal.alarm(_LONGEST)  # nothing catches it, so that it ends even a decoder
        try:
            answer = True, function(*args)
        except MemoryError:
            answer = False, ApiError(413, "the image takes more memory than it may; send a smaller one")
        except Exception as e:
            answer = False, _plain(e)
        if hasattr(signal, "alarm"):
            signal.alarm(0)
        pickle.dump(answer, answers, protocol=5)
        answers.flush()
        del function, args, answer


def _plain(error: Exception) -> Exception:
    """An error that can be sent; where it cannot, one of the same text."""
    if exhausted(error):
        return ApiError(413, "the image takes more memory than it may; send a smaller one")
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _limit_memory(most: int) -> None:
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _main() -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C goes to the whole group; the server ends this process
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with answers
    _limit_memory(int(sys.argv[1]))
    import kuzushiji.web.preparing  # noqa: F401  (while the first job is on its way)

    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
