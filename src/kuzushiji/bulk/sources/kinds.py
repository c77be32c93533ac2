"""What kind of file a name, or a file's first bytes, announce."""

from __future__ import annotations

import os
from enum import Enum, auto

from kuzushiji.reading.sources import SUFFIXES

HEAD = 512
"""Bytes at a file's start that say its kind."""


class Kind(Enum):
    """How a file is counted and opened."""

    PICTURE = auto()
    FRAMES = auto()
    """A picture format that may hold several: TIFF, GIF, WebP."""
    PDF = auto()
    TAR = auto()
    JSON = auto()
    """IIIF: a manifest, a collection or an ``info.json``."""
    UNKNOWN = auto()


_FRAMES = (".tif", ".tiff", ".gif", ".webp")
_OTHERS = {".pdf": Kind.PDF, ".tar": Kind.TAR, ".json": Kind.JSON}
_MAGIC = (
    (b"%PDF", Kind.PDF),
    (b"II*\0", Kind.FRAMES),
    (b"MM\0*", Kind.FRAMES),
    (b"II+\0", Kind.FRAMES),
    (b"MM\0+", Kind.FRAMES),
    (b"GIF8", Kind.FRAMES),
    (b"\x89PNG", Kind.PICTURE),
    (b"\xff\xd8\xff", Kind.PICTURE),
    (b"\0\0\0\x0cjP  ", Kind.PICTURE),
    (b"\xff\x4f\xff\x51", Kind.PICTURE),
)


def by_name(name: str) -> Kind:
    """The kind that a name's suffix announces.

    >>> by_name("a/b.PDF"), by_name("b.jpg"), by_name("b")
    (<Kind.PDF: 3>, <Kind.PICTURE: 1>, <Kind.UNKNOWN: 6>)
    """
    suffix = os.path.splitext(name)[1].lower()
    if suffix in _FRAMES:
        return Kind.FRAMES
    return _OTHERS.get(suffix, Kind.PICTURE if suffix in SUFFIXES else Kind.UNKNOWN)


def by_content(start: bytes) -> Kind:
    """The kind that a file's first bytes announce."""
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return Kind.FRAMES
    if start[257:262] == b"ustar":
        return Kind.TAR
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return Kind.JSON
    return Kind.UNKNOWN


def by_start(path: str) -> Kind:
    """`by_content` of a file; unknown where it cannot be opened, and for pipes, which would wait."""
    try:
        if not os.path.isfile(path):
            return Kind.UNKNOWN
        with open(path, "rb") as file:
            return by_content(file.read(HEAD))
    except (OSError, ValueError):
        return Kind.UNKNOWN


def looks_like_file(start: bytes) -> bool:
    """Whether what comes through standard input is a picture or a PDF, and no list of paths."""
    if by_content(start) in (Kind.PICTURE, Kind.FRAMES, Kind.PDF):
        return True
    # A bitmap's size field and its zeros; a pixmap's digits after the letter.
    bitmap = start.startswith(b"BM") and start[6:10] == b"\0\0\0\0"
    pixmap = start[:1] == b"P" and start[1:2] in b"123456" and start[2:3] in b" \t\r\n" and len(start) > 2
    return bitmap or pixmap or start[4:12] in (b"ftypavif", b"ftypavis", b"ftypheic", b"ftypheix")
