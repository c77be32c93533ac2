"""Files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kuzushiji.errors import KuzushijiError, UsageError

_STALE_SECONDS = 3600.0  # after which nobody is still writing a file


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives the name of a file to write, beside ``path`` and in its place once the block ends.

    Whoever reads ``path`` sees the old file or the new one, never a part of one, and two processes may write
    it at once. If the block raises, the old one stays and the new one is removed; an OSError about it names
    ``path``, which is what was asked for.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "a.txt") as part:
    ...         _ = part.write_text("whole")
    ...     [file.name for file in Path(folder).iterdir()]
    ['a.txt']
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    remove_parts(path.parent, path.name, older=_STALE_SECONDS)
    try:
        yield part
        os.replace(part, path)
    except BaseException as e:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(e, OSError) and str(e.filename) == str(part):
            raise OSError(e.errno, e.strerror, str(path)) from e
        raise


def remove_parts(folder: Path, name: str = "", older: float = 0.0) -> None:
    """Removes what killed processes were writing, as `replacing` does, in a folder.

    Args:
        folder: where; if it is not there, nothing happens.
        name: of the file that was being written; all of them where empty.
        older: seconds since it was last written to. With 0 the caller knows that nobody else writes there.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as there:
    ...     _ = (Path(there) / "a.txt.123.part").write_text("half")
    ...     remove_parts(Path(there))
    ...     list(Path(there).iterdir())
    []
    """
    import re
    import time

    with suppress(OSError):
        for found in folder.iterdir():
            match = re.fullmatch(r"(.+)\.(\d+)\.part", found.name)
            if not match or (name and match[1] != name) or int(match[2]) == os.getpid():
                continue
            with suppress(OSError):
                if not older or time.time() - found.stat().st_mtime > older:
                    found.unlink()


def make_room(path: Path) -> None:
    """Makes the folder of a file to come: what cannot be written is said before the work.

    Raises:
        UsageError: a folder is there.
        KuzushijiError: the folder cannot be made, or nothing written into it.
    """
    import tempfile

    if path.is_dir():
        raise UsageError(f"{path} is a folder: name the file to write")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as e:
        raise KuzushijiError(f"cannot write {path}: {e.strerror or e}") from e
