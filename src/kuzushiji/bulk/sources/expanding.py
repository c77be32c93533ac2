"""From the words of a command to items, lazily and in order."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias
from urllib.parse import urlsplit
from urllib.request import url2pathname

from kuzushiji.bulk.sources import counting, kinds, remote
from kuzushiji.bulk.sources.fetch import Fetching
from kuzushiji.bulk.sources.item import Item, Nowhere, Unusable
from kuzushiji.bulk.sources.kinds import Kind
from kuzushiji.bulk.sources.origins import Fetched, File, Held, Remote
from kuzushiji.errors import KuzushijiError
from kuzushiji.reading.lists import paths_in
from kuzushiji.reading.sources import files_below, is_picture

Skipped: TypeAlias = Callable[[str], None]


@dataclass(frozen=True)
class SourceOptions:
    """How words are expanded.

    Attributes:
        null: paths in a list end in NUL characters (``find -print0``).
        dpi: dots per inch at which PDF pages are drawn.
        fetching: limits and permissions of addresses.
        unopened: files of several pages that could not be opened when they were first met. They are not
            tried again but kept as one item each, so that the items after them keep their numbers.
    """

    null: bool = False
    dpi: int = 300
    fetching: Fetching = field(default_factory=Fetching)
    unopened: Collection[str] = frozenset()


def expand(
    words: Iterable[str],
    options: SourceOptions | None = None,
    stdin: BinaryIO | None = None,
    skipped: Skipped = lambda name: None,
) -> Iterator[Item]:
    """Turns words into items.

    A word is a picture; a file of several (PDF, TIFF, animated WebP or GIF, a tar shard); a folder (its
    files of these kinds, all levels, sorted by path, hidden ones left out); a pattern (``scans/*.jpg``, where
    no file has that name); an ``http(s)`` address of a picture, a PDF, a IIIF manifest, collection or
    ``info.json``; a path of another store (``s3://``); or ``-``: a list of all of these on standard input, or
    one picture or PDF there.

    Args:
        words: the words.
        options: see `SourceOptions`.
        stdin: the stream of ``-``; None for standard input.
        skipped: is given each file in a folder that is left out because it is of no such kind.

    Yields:
        Items. What cannot be used is passed on, to be reported where it is opened.
    """
    options = options or SourceOptions()
    for word in words:
        if word == "-":
            yield from _standard_input(sys.stdin.buffer if stdin is None else stdin, options, skipped)
        else:
            yield from _word(word, options, skipped)


def items_of(item: Item, options: SourceOptions | None = None) -> list[Item]:
    """What an item that could not be opened holds, now that it is tried again; else the item itself."""
    return list(_word(item.name, options or SourceOptions(), lambda name: None)) if item.container else [item]


def _standard_input(stream: BinaryIO, options: SourceOptions, skipped: Skipped) -> Iterator[Item]:
    start = b""
    # What is there, not all that is asked for: the first paths of a list may come long before the others.
    read1 = getattr(stream, "read1", stream.read)
    while len(start) < kinds.HEAD and (more := read1(kinds.HEAD - len(start))):
        start += more
        if b"\n" in start and not kinds.looks_like_file(start):
            break
    if kinds.looks_like_file(start):
        from kuzushiji.images.read import MAX_BYTES

        held = Held(start + stream.read(MAX_BYTES + 1 - len(start)))
        yield from counting.counted(Item("-", held), kinds.by_content(start), options.dpi)
        return
    for word in paths_in(stream, options.null, start):
        yield from _word(word, options, skipped)


def _word(word: str, options: SourceOptions, skipped: Skipped) -> Iterator[Item]:
    if word in options.unopened:
        yield Item(word, Nowhere(), Unusable("it could not be opened before; try --retry-failed"))
        return
    try:
        if word.startswith(("http://", "https://")):
            yield from _address(word, options)
        elif word.startswith("file://"):
            yield from _local(url2pathname(urlsplit(word).path), options, skipped)
        elif remote.is_remote(word):
            yield from _remote(word, options, skipped)
        else:
            yield from _local(word, options, skipped)
    except KuzushijiError as e:
        yield Item(word, Nowhere(), Unusable(str(e).removeprefix(f"{word}: ")))


def _local(word: str, options: SourceOptions, skipped: Skipped) -> Iterator[Item]:
    if os.path.isdir(word):
        yield from _folder(word, options, skipped)
        return
    if any(sign in word for sign in "*?[") and not os.path.lexists(word):
        found = sorted(glob.glob(word, recursive=True))
        if not found:
            raise KuzushijiError("no file matches this pattern")
        for path in found:
            yield from _local(path, options, skipped)
        return
    kind = kinds.by_name(word)
    yield from _file(word, kinds.by_start(word) if kind is Kind.UNKNOWN else kind, options)


def _folder(folder: str, options: SourceOptions, skipped: Skipped) -> Iterator[Item]:
    empty = True
    closed: list[str] = []
    for path in files_below(folder, closed):
        kind = kinds.by_name(path.name)
        if kind in (Kind.PDF, Kind.TAR) or is_picture(path):
            empty = False
            yield from _file(str(path), kind, options)
        else:
            skipped(str(path))
    for unreadable in closed:
        yield Item(unreadable, Nowhere(), Unusable("this folder cannot be opened"))
    if empty and not closed:
        raise KuzushijiError("no images in this folder")


def _file(path: str, kind: Kind, options: SourceOptions) -> Iterator[Item]:
    if kind is Kind.JSON:
        from kuzushiji.bulk.sources import iiif

        yield from iiif.items(path, File(path), options.fetching)
    elif path in options.unopened:
        yield Item(path, Nowhere(), Unusable("it could not be opened before; try --retry-failed"))
    else:
        yield from counting.counted(Item(path, File(path)), kind, options.dpi)


def _address(address: str, options: SourceOptions) -> Iterator[Item]:
    item = Item(address, Fetched(address, options.fetching))
    kind = kinds.by_name(urlsplit(address).path)
    if kind is Kind.PICTURE:  # fetched where it is read, by whichever process that is
        yield item
        return
    path = item.origin.path()
    assert path is not None
    if kind in (Kind.UNKNOWN, Kind.JSON):
        kind = kinds.by_start(path)
    if kind is Kind.JSON:
        from kuzushiji.bulk.sources import iiif

        yield from iiif.items(address, item.origin, options.fetching)
    else:
        yield from counting.counted(item, kind, options.dpi)


def _remote(address: str, options: SourceOptions, skipped: Skipped) -> Iterator[Item]:
    def wanted(name: str) -> bool:
        return kinds.by_name(name) not in (Kind.UNKNOWN, Kind.JSON)

    empty = True
    with remote.trouble(address):
        for found in remote.walk(address, wanted, skipped):
            empty = False
            yield from counting.counted(Item(found, Remote(found)), kinds.by_name(found), options.dpi)
    if empty:
        raise KuzushijiError("no images there")
