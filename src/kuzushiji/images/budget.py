"""What a picture will cost to decode, counted in its file before anything is unpacked.

Some small files keep a decoder busy for minutes: a JPEG of hundreds of scans, a PNG of millions of chunks, a
header of one endless comment. A decoder cannot be stopped once it runs, so the work is counted first. The
limits are far above what encoders write. The dearest file within them decodes in about a second more than an
ordinary one of its size.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

MAX_PASSES = 1_280_000_000
"""Most pixels that all scans of a JPEG may cover together: 20 scans of the largest picture."""
MAX_SCANS = 500
"""Most scans of any JPEG, however small."""
MAX_PARTS = 100_000
"""Most segments, chunks, boxes or blocks that a file may consist of; decoders walk them in Python."""
MAX_HEADER = 1 << 20
"""Most bytes of comments and extensions before the pixels of a PNM or GIF."""
MAX_SLOW = 8_000_000
"""Most values that a decoder may take one by one in Python (PNM as text or of odd maximum, packed BMP)."""
MAX_ENTRIES = 1_000_000
"""Most numbers in the tags of a TIFF or of EXIF data."""

_MARKER = re.compile(rb"\xff[^\x00\xff]")
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_PNM_TOKEN = re.compile(rb"(?:[ \t\r\n\v\f]|#[^\r\n]*[\r\n])+([^ \t\r\n\v\f#]+)")
_TIFF_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)  # bytes of each type of number
_TIFF_TEXT = (1, 2, 6, 7)  # types that decoders keep as bytes


class TooCostlyError(ValueError):
    """A file asks for far more work than its picture needs; the message is a clause: "it has 900 scans"."""


def passes(data: bytes) -> int:
    """How often a decoder goes over the pixels of a file: 1, and for a JPEG the number of its scans.

    Args:
        data: an encoded picture.

    Raises:
        TooCostlyError: more work than this module's limits.

    >>> passes(b"GIF89a")
    1
    """
    check = next((check for start, check in _CHECKS if data.startswith(start)), None)
    try:
        return check(data) if check else 1
    except (struct.error, IndexError):
        return 1  # cut short: the decoder finds out as soon


def _jpeg(data: bytes) -> int:
    at, steps, scans, pixels = 2, 0, 0, 0
    find = _MARKER
    while (found := find.search(data, at)) and (marker := data[found.end() - 1]) != 0xD9:
        # Before the first scan a decoder also steps over fill bytes one by one.
        steps += 1 if scans else 1 + found.end() - 2 - at
        _few(steps, "segments")
        at, find = found.end(), _MARKER
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 3)
            pixels = height * width
        if marker == 0xDA:
            scans += 1
            if scans > MAX_SCANS or scans * pixels > MAX_PASSES:
                total = scans + data.count(b"\xff\xda", at)
                raise TooCostlyError(f"it has some {total} scans; save it as an ordinary JPEG")
            find = _AFTER_SCAN
        at += struct.unpack_from(">H", data, at)[0]
    return max(1, scans)


def _png(data: bytes) -> int:
    at, chunks = 8, 0
    while at + 8 <= len(data) and data[at + 4 : at + 8] != b"IEND":
        at += 12 + struct.unpack_from(">I", data, at)[0]
        chunks += 1
        _few(chunks, "chunks")
    return 1


def _gif(data: bytes) -> int:
    at, steps = 13 + _colours(data[10]), 0
    while data[at] not in b",;":  # up to the first picture: extensions, and bytes that mean nothing
        at += 1
        steps += 1
        if data[at - 1] == 0x21:
            at += 1
            while data[at]:
                at += 1 + data[at]
                steps += 1
            at += 1
        _few(steps, "blocks")
        if at > MAX_HEADER:
            raise TooCostlyError("its comments are longer than most pictures")
    return 1


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _pnm(data: bytes) -> int:
    kind = data[:2]
    if kind not in (b"P1", b"P2", b"P3", b"P4", b"P5", b"P6"):
        return 1
    numbers, at = [], 2
    for _ in range(2 if kind in (b"P1", b"P4") else 3):
        found = _PNM_TOKEN.match(data, at, at + MAX_HEADER)
        if found is None:
            if len(data) - at > MAX_HEADER:
                raise TooCostlyError("its header is longer than most pictures")
            return 1
        numbers.append(int(found[1]) if found[1].isdigit() and len(found[1]) < 10 else 0)
        at = found.end()
    values = numbers[0] * numbers[1] * (3 if kind in (b"P3", b"P6") else 1)
    plain = kind in (b"P1", b"P2", b"P3")
    odd = kind in (b"P5", b"P6") and numbers[2] not in ((255, 65535) if kind == b"P5" else (255,))
    if (plain and len(data) > 4 * MAX_SLOW) or ((plain or odd) and values > MAX_SLOW):
        raise TooCostlyError(
            "its values are text or have an odd maximum, which is slow to read; save it as PNG"
        )
    return 1


def _bmp(data: bytes) -> int:
    packed = struct.unpack_from("<I", data, 14)[0] >= 40 and struct.unpack_from("<I", data, 30)[0] in (1, 2)
    if packed and len(data) > MAX_SLOW:
        raise TooCostlyError("it is a packed BMP, which is slow to read; save it as PNG")
    return 1


def _jpeg2000(data: bytes) -> int:
    at, boxes = 0, 0
    while at + 8 <= len(data) and data[at + 4 : at + 8] != b"jp2c":
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        if size < head:
            return 1
        at += head if kind in (b"jp2h", b"res ") else size  # what is inside is walked as well
        boxes += 1
        _few(boxes, "boxes")
    return 1


def _tiff(data: bytes) -> int:
    check_tags(data)
    return 1


def check_tags(data: bytes) -> None:
    """Makes sure that the first directory of a TIFF or of EXIF data is no larger than its file.

    Each tag may point to the same bytes, of which a decoder keeps a copy for each.

    Args:
        data: from the byte order mark on.

    Raises:
        TooCostlyError: its tags hold more than `MAX_ENTRIES` numbers, or twice as many bytes as the file.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    count_form, entry_form, step, room = ("Q", "HHQ", 20, 8) if big else ("H", "HHL", 12, 4)
    at = struct.unpack_from(order + ("Q" if big else "L"), data, 8 if big else 4)[0]
    entries = struct.unpack_from(order + count_form, data, at)[0]
    _few(entries, "tags")
    at += struct.calcsize(order + count_form)
    numbers = held = 0
    for entry in range(min(entries, (len(data) - at) // step)):
        _, kind, count = struct.unpack_from(order + entry_form, data, at + step * entry)
        size = count * (_TIFF_SIZES[kind] if kind < len(_TIFF_SIZES) else 0)
        if size > room:
            held += min(size, len(data))
            numbers += 0 if kind in _TIFF_TEXT else count
    if numbers > MAX_ENTRIES or held > 2 * len(data):
        raise TooCostlyError("its tags say more than the file holds")


def _few(count: int, what: str) -> None:
    if count > MAX_PARTS:
        raise TooCostlyError(f"it has over {MAX_PARTS:,} {what}; save it anew as PNG or JPEG")


_CHECKS: tuple[tuple[bytes, Callable[[bytes], int]], ...] = (
    (b"\xff\xd8", _jpeg),
    (b"\x89PNG", _png),
    (b"GIF8", _gif),
    (b"BM", _bmp),
    (b"P", _pnm),
    (b"\0\0\0\x0cjP", _jpeg2000),
    *((start, _tiff) for start in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
)
