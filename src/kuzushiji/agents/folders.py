"""The folders that a user opened to an agent: a path outside of them is refused."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from kuzushiji.errors import KuzushijiError, UsageError


class Folders:
    """Resolves the paths that an agent gives; links are followed first, so none leads outside.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = Path(name, "a.png").write_bytes(b"")
    ...     Folders([name]).resolve("a.png").name
    'a.png'
    """

    def __init__(self, folders: Iterable[str | Path]) -> None:
        """Keeps the folders.

        Args:
            folders: existing folders; a relative path that an agent gives is looked for in each, in order.

        Raises:
            UsageError: one of them is not a folder.
        """
        self.roots = tuple(_folder(each) for each in folders)

    def resolve(self, path: str) -> Path:
        """The real path of a file or folder inside one of the folders.

        Args:
            path: absolute, or relative to one of the folders.

        Raises:
            KuzushijiError: outside of the folders, or not there. Both have the same message: an agent cannot
                ask what exists elsewhere.
        """
        for root in self.roots:
            try:
                real = (root / path).resolve(strict=True)
            except (OSError, ValueError, RuntimeError):  # not there, a NUL byte, a loop of links
                continue
            if any(real.is_relative_to(allowed) for allowed in self.roots):
                return real
        named = ", ".join(map(str, self.roots)) or "none; name one: kuzushiji mcp DIR"
        raise KuzushijiError(f"{path!r}: no such file in the folders that the user opened ({named})")

    def pictures(self, folder: str, suffixes: Iterable[str]) -> Iterator[Path]:
        """Files below a folder by the endings of their names, sorted by path; hidden ones are left out.

        Args:
            folder: see `resolve`; ``"."`` for all of the folders.
            suffixes: lower-case endings, e.g. ``".png"``.

        Raises:
            KuzushijiError: see `resolve`; or it is a file.
        """
        wanted = frozenset(suffixes)
        starts = self.roots if folder in ("", ".") else (self.resolve(folder),)
        for start in starts:
            if not start.is_dir():
                raise KuzushijiError(f"{folder!r} is a file: give a folder")
            for parent, below, files in os.walk(start):
                below[:] = sorted(name for name in below if not name.startswith("."))
                for name in sorted(files):
                    path = Path(parent, name)
                    if not name.startswith(".") and path.suffix.lower() in wanted and self._holds(path):
                        yield path

    def _holds(self, path: Path) -> bool:
        """Whether a file is inside also where it is a link."""
        real = path.resolve()
        return real.is_file() and any(real.is_relative_to(root) for root in self.roots)


def _folder(given: str | Path) -> Path:
    path = Path(given).expanduser()
    if not path.is_dir():
        raise UsageError(f"{given} is not a folder: name existing folders with pictures")
    return path.resolve()
