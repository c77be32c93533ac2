"""Paths of other stores, through fsspec: ``s3://``, ``gs://``, ``memory://`` and many more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from kuzushiji.errors import KuzushijiError, UsageError, need


def is_remote(word: str) -> bool:
    """Whether a word has a scheme that fsspec may know; plain addresses and files do not count.

    >>> is_remote("s3://bucket/a.png"), is_remote("https://example.org/a.png"), is_remote("a.png")
    (True, False, False)
    """
    scheme, found, _ = word.partition("://")
    return bool(found) and scheme.isalnum() and scheme.lower() not in ("http", "https", "file")


def opened(address: str) -> IO[bytes]:
    """A seekable stream of the file at an address."""
    system, path = _system(address)
    return cast("IO[bytes]", system.open(path, "rb"))


def walk(
    address: str, wanted: Callable[[str], bool], skipped: Callable[[str], None] = lambda address: None
) -> Iterator[str]:
    """The files that an address names: itself, those below a folder (sorted), those that match its ``*``.

    Args:
        address: the path, or pattern.
        wanted: whether a file below a folder is taken, by its name.
        skipped: is told of each that is not.
    """
    system, path = _system(address)
    scheme = address.partition("://")[0]
    if any(sign in path for sign in "*?["):
        yield from (f"{scheme}://{found.lstrip('/')}" for found in sorted(system.glob(path)))
        return
    if not system.isdir(path):
        yield address
        return
    for parent, folders, files in system.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            full = f"{scheme}://{parent.strip('/')}/{name}"
            if name and not name.startswith("."):
                if wanted(name):
                    yield full
                else:
                    skipped(full)


@contextmanager
def trouble(address: str) -> Iterator[None]:
    """Turns whatever a store raises into one line."""
    try:
        yield
    except KuzushijiError:
        raise
    except FileNotFoundError:
        raise KuzushijiError("there is no such file") from None
    except Exception as e:  # each store has exceptions of its own
        text = " ".join(str(e).split())[:200] or type(e).__name__
        raise KuzushijiError(f"could not be had: {text}") from None


def _system(address: str) -> tuple[Any, str]:
    fsspec = need("fsspec.core", extra="remote")
    try:
        return fsspec.url_to_fs(address)
    except (ImportError, ValueError) as e:
        scheme = address.partition("://")[0]
        hint = f"install what fsspec needs for {scheme}:// ({' '.join(str(e).split())})"
        raise UsageError(f"{address}: {hint}") from None
