"""Readers of the published file formats, safe against what turns up in their place.

Every function raises :class:`~kuzushiji.errors.KuzushijiError` with one line for a file that is missing, cut
short, an error page saved as data, or would run code when read.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np

from kuzushiji.errors import KuzushijiError

_HTML = re.compile(rb"\s*(<!doctype|<html|<\?xml|<head|<body|<!--)", re.IGNORECASE)


def looks_like_html(head: bytes) -> bool:
    """Whether the first bytes are those of a web page.

    >>> looks_like_html(b"<!DOCTYPE html><title>503"), looks_like_html(b"PK")
    (True, False)
    """
    return _HTML.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def _open(path: Path) -> IO[bytes]:
    try:
        f = open(path, "rb")  # noqa: SIM115  (the callers close it)
        if looks_like_html(f.read(512)):
            f.close()
            raise KuzushijiError(f"a web page saved as data: {path}; delete it and get the file again")
        f.seek(0)
    except OSError as e:
        raise KuzushijiError(f"cannot read {path}: {e.strerror or e}") from e
    return f


def read_npz(path: Path, shape: tuple[int | None, ...] | None = None, most: int | None = None) -> np.ndarray:
    """Reads the single array of an ``.npz`` file without ever unpickling.

    Args:
        path: the file.
        shape: what the array must have, None for any length; checked before the pixels are read.
        most: bytes that the array may have; checked too.

    Returns:
        The array, as stored.

    Raises:
        KuzushijiError: not an npz, cut short, not exactly one array, pickled objects, or another shape.
    """
    with _open(path) as f:
        try:
            with zipfile.ZipFile(f) as z:
                members = z.infolist()
                if len(members) != 1:
                    raise KuzushijiError(f"{path} holds {len(members)} arrays; one is expected")
                with z.open(members[0]) as stream:
                    return _read_npy(stream, members[0].file_size, path, shape, most)
        except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as e:
            raise KuzushijiError(
                f"not a complete npz file: {path} ({e or 'cut short'}); delete it and get it again"
            ) from e


def _read_npy(
    stream: IO[bytes], stored: int, path: Path, want: tuple[int | None, ...] | None, most: int | None
) -> np.ndarray:
    try:
        version = np.lib.format.read_magic(stream)
        read_header = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = read_header(stream)
    except ValueError as e:
        raise KuzushijiError(f"no array in {path}: {str(e).splitlines()[0]}") from e
    if dtype.hasobject:
        raise KuzushijiError(f"{path} holds pickled Python objects, which could run code; refused")
    if want is not None and (
        len(shape) != len(want) or any(w not in (None, s) for s, w in zip(shape, want, strict=True))
    ):
        raise KuzushijiError(f"{path} has shape {_show(shape)}; expected {_show(want)}")
    size = math.prod(shape) * dtype.itemsize
    if most is not None and size > most:
        raise KuzushijiError(f"{path} would unpack to {size:,} bytes, more than any published array")
    if size > stored:
        raise KuzushijiError(
            f"{path} is cut short: its header promises {size:,} bytes, {stored:,} are stored"
        )
    try:
        data = np.frombuffer(_read_at_most(stream, size), dtype)
        return data.reshape(shape, order="F" if fortran else "C")
    except (ValueError, MemoryError) as e:
        raise KuzushijiError(f"cannot read the array in {path}: {e}") from e


def _show(shape: tuple[int | None, ...]) -> str:
    return "x".join("any" if s is None else str(s) for s in shape) or "()"


def read_idx(path: Path, most: int | None = None) -> np.ndarray:
    """Reads a uint8 IDX file, gzipped (by its content, whatever its name) or not.

    Args:
        path: the file.
        most: bytes that the array may have; checked before they are read.

    The format (http://yann.lecun.com/exdb/mnist/): 0, 0, type code (8: unsigned byte), number of dimensions,
    the dimensions as big-endian 32-bit integers, then the data in C order.

    Returns:
        uint8 array with the dimensions of the header.

    Raises:
        KuzushijiError: another format, or more or fewer bytes than its header promises.
    """
    with _open(path) as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: IO[bytes] = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
        try:
            head = stream.read(4)
            if len(head) < 4 or head[:3] != b"\0\0\x08" or not 1 <= head[3] <= 4:
                raise KuzushijiError(f"not an IDX file of bytes: {path}")
            shape = tuple(np.frombuffer(stream.read(4 * head[3]), ">u4").tolist())
            size = math.prod(shape)
            if most is not None and size > most:
                raise KuzushijiError(f"{path} would unpack to {size:,} bytes, more than any published array")
            data = _read_at_most(stream, size + 1)
        except (OSError, EOFError, zlib.error, ValueError) as e:
            raise KuzushijiError(f"not a complete IDX file: {path} ({e}); delete it and get it again") from e
    if len(shape) != head[3] or len(data) != size:
        raise KuzushijiError(f"{path} does not hold the {size:,} bytes its header promises; get it again")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _read_at_most(stream: IO[bytes], size: int) -> bytearray:
    out = bytearray()
    while len(out) < size and (block := stream.read(min(1 << 22, size - len(out)))):
        out += block
    return out


def read_classmap(path: Path) -> tuple[str, ...]:
    """Reads ``index,codepoint,char`` lines, as CODH's ``*_classmap.csv``, into the characters in index order.

    Raises:
        KuzushijiError: other columns, indices that are not 0, 1, 2, …, or a character that is not its code
            point.
    """
    with _open(path) as f:
        try:
            rows = list(csv.DictReader(io.StringIO(f.read().decode("utf-8-sig"))))
            for i, row in enumerate(rows):
                if int(row["index"]) != i or chr(int(row["codepoint"].removeprefix("U+"), 16)) != row["char"]:
                    raise ValueError(f"line {i + 2}")
        except (KeyError, TypeError, ValueError, AttributeError, csv.Error) as e:
            raise KuzushijiError(
                f"not a class map: {path} ({e}); expected the columns index,codepoint,char, index from 0"
            ) from e
    if not rows:
        raise KuzushijiError(f"no classes in {path}")
    return tuple(row["char"] for row in rows)
