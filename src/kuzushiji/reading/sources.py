"""What the command line names, as a stream of files: images, folders, a list on standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from kuzushiji.reading.lists import paths_in

SUFFIXES = frozenset(
    [".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".pgm", ".ppm", ".pbm"]
)
"""A file in a folder with such a name is an image, even when its content turns out to be none."""

_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM", b"GIF8")


def expand(
    arguments: Iterable[str],
    stdin: BinaryIO | None = None,
    skipped: Callable[[Path], None] = lambda path: None,
) -> Iterator[str]:
    """Turns arguments into paths to read, lazily and in order.

    Args:
        arguments: a file; a folder (its images, all levels, sorted by path, hidden ones left out); or ``-``
            (paths on standard input, one a line; a folder there stands for its images too).
        stdin: the stream of ``-``, in bytes; None for standard input.
        skipped: is told of each file in a folder that is left out because it is no image.

    Yields:
        Paths. A missing file is passed on, to be reported where it is read; so is a folder without images,
        and one that cannot be opened.
    """
    for argument in arguments:
        if argument == "-":
            stream = sys.stdin.buffer if stdin is None else stdin
            for path in paths_in(stream):
                yield from _files(path, skipped)
        else:
            yield from _files(argument, skipped)


def _files(argument: str, skipped: Callable[[Path], None]) -> Iterator[str]:
    if not os.path.isdir(argument):
        yield argument
        return
    empty = True
    closed: list[str] = []
    for path in files_below(argument, closed):
        if is_picture(path):
            empty = False
            yield str(path)
        else:
            skipped(path)
    yield from closed
    if empty and argument not in closed:
        yield argument


def files_below(folder: str, closed: list[str]) -> Iterator[Path]:
    """Its files at all levels, in the order of their sorted paths; links to folders are not followed.

    Folders that cannot be opened are added to ``closed``.
    """
    for parent, folders, files in os.walk(folder, onerror=lambda e: closed.append(os.fspath(e.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(files) if not name.startswith("."))


def is_picture(path: Path) -> bool:
    """Whether a file in a folder is taken for a picture: by its name, or else by its first bytes."""
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        if not path.is_file():  # opening a pipe would wait for its writer
            return False
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError:
        return False
    return head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
