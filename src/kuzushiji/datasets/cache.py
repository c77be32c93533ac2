"""Where data is kept, and how two processes share the place."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kuzushiji.errors import KuzushijiError


def cache_dir() -> Path:
    """The folder for downloaded data: ``$KUZUSHIJI_HOME``, or the platform's cache folder for ``kuzushiji``.

    It is not created here. Below it the publisher's tree is kept: ``kmnist/``, ``k49/``, ``kkanji/``.
    """
    home = os.environ.get("KUZUSHIJI_HOME")
    if home:
        return Path(home).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("kuzushiji", appauthor=False)


def _try_lock(f: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            f.seek(0)
            msvcrt.locking(f.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


@contextmanager
def locked(folder: Path, waiting: Callable[[], None] | None = None, poll: float = 0.1) -> Iterator[None]:
    """Holds a folder against other processes; made if missing.

    The lock belongs to the operating system (``flock``, on Windows ``msvcrt.locking``), so it ends with its
    process, also after ``kill -9``. The file ``.lock`` in the folder stays and means nothing by itself.

    Args:
        folder: what to hold.
        waiting: called once if another process holds it.
        poll: seconds between two tries.

    Raises:
        KuzushijiError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        f = open(folder / ".lock", "a+b")  # noqa: SIM115
    except OSError as e:
        raise KuzushijiError(
            f"cannot write to {folder}: {e.strerror or e}; set KUZUSHIJI_HOME to a folder that you can write"
        ) from e
    with f:
        if not _try_lock(f):
            if waiting:
                waiting()
            while not _try_lock(f):
                time.sleep(poll)
        yield
