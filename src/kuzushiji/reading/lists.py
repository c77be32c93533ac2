"""A list of paths in a stream, as ``find``, ``ls``, an editor or PowerShell writes one."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from typing import AnyStr, BinaryIO

_BLOCK = 1 << 16
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def paths_in(stream: BinaryIO, null: bool = False, start: bytes = b"") -> Iterator[str]:
    """The paths of a list, lazily.

    UTF-8 with or without a byte order mark, UTF-16 with one, or bytes of any kind (as file names may be).

    Args:
        stream: the list.
        null: paths end in a NUL character (``find -print0``) and may hold line breaks; else one is a line.
        start: bytes that were already taken from the stream.

    >>> import io
    >>> list(paths_in(io.BytesIO("a.png\\r\\n\\nか.png".encode("utf-8-sig"))))
    ['a.png', 'か.png']
    >>> list(paths_in(io.BytesIO("か.png\\n".encode("utf-16"))))
    ['か.png']
    """
    while len(start) < 3 and (more := stream.read(3 - len(start))):
        start += more
    encoding = _WIDE.get(start[:2])
    if encoding:
        texts = _decoded(stream, encoding, start[2:])
        for text in _split(texts, "\0" if null else "\n"):
            if text := text if null else text.rstrip("\r"):
                yield text
        return
    start = start.removeprefix(codecs.BOM_UTF8)
    if null:
        for path in _split(_blocks(stream, start), b"\0"):
            if path:
                yield os.fsdecode(path)
        return
    rest = b"" if start.endswith(b"\n") else stream.readline()  # the next line may let wait
    for line in (start + rest).split(b"\n"):  # the start may hold several short ones
        if line := line.rstrip(b"\r"):
            yield os.fsdecode(line)
    for line in stream:
        if line := line.rstrip(b"\r\n"):
            yield os.fsdecode(line)


def _blocks(stream: BinaryIO, start: bytes) -> Iterator[bytes]:
    yield start
    while block := stream.read(_BLOCK):
        yield block


def _decoded(stream: BinaryIO, encoding: str, start: bytes) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for block in _blocks(stream, start):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _split(blocks: Iterator[AnyStr], end: AnyStr) -> Iterator[AnyStr]:
    """What is between the ends, of blocks of text or of bytes."""
    rest = end[:0]
    for block in blocks:
        pieces = (rest + block).split(end)
        yield from pieces[:-1]
        rest = pieces[-1]
    yield rest
