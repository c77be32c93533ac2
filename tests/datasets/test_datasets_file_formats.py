"""npz, idx and class maps: what is read, and what is refused in one line."""

from __future__ import annotations

import contextlib
import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuzushiji.datasets.layouts.file_formats import looks_like_html, read_classmap, read_idx, read_npz
from kuzushiji.errors import KuzushijiError

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 4, 3), np.uint8)


def refused(read, path: Path, match: str) -> None:
    with pytest.raises(KuzushijiError, match=match) as e:
        read(path)
    assert "\n" not in str(e.value)
    assert str(path) in str(e.value)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "array", [IMAGES, np.asfortranarray(IMAGES), np.arange(3), np.zeros((0, 2, 2), np.uint8)]
)
def test_npz(tmp_path: Path, save, array: np.ndarray) -> None:
    save(tmp_path / "a.npz", array)
    got = read_npz(tmp_path / "a.npz")
    np.testing.assert_array_equal(got, array)
    assert got.dtype == array.dtype
    assert got.flags.writeable


def test_npz_refusals(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    refused(read_npz, path, "No such file")
    np.savez(path, IMAGES)
    whole = path.read_bytes()
    for n in (0, 10, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:n])
        refused(read_npz, path, "not a complete npz")
    path.write_bytes(whole.replace(IMAGES.tobytes()[:20], b"\0" * 20))
    refused(read_npz, path, "not a complete npz.*CRC")
    path.write_bytes(b"\xef\xbb\xbf <HTML><body>404")
    refused(read_npz, path, "web page saved as data")
    np.savez(path, np.array([{"a": 1}], dtype=object))
    refused(read_npz, path, "pickled Python objects")
    np.savez(path, IMAGES, IMAGES)
    refused(read_npz, path, "holds 2 arrays")
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("arr_0.npy", b"no numpy here")
    refused(read_npz, path, "no array")
    np.savez(path, IMAGES)
    with pytest.raises(KuzushijiError, match="has shape 5x4x3; expected anyx28x28"):
        read_npz(path, (None, 28, 28))


def test_npz_that_promises_more_than_it_stores(tmp_path: Path) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000, 1000), }"
    header = header.ljust(117) + b"\n"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as z:
        z.writestr("arr_0.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\0" * 10)
    refused(read_npz, tmp_path / "a.npz", "header promises 1,000,000,000,000 bytes")


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx(tmp_path: Path, pack) -> None:
    for array in (IMAGES, IMAGES[:, 0, 0]):
        (tmp_path / "a").write_bytes(pack(idx(array)))
        np.testing.assert_array_equal(read_idx(tmp_path / "a"), array)


def test_idx_refusals(tmp_path: Path) -> None:
    path, whole = tmp_path / "a", idx(IMAGES)
    for content in (b"", b"\0\0\x08", b"PK\x03\x04....", whole[:2] + b"\x0d" + whole[3:]):
        path.write_bytes(content)
        refused(read_idx, path, "not an IDX file")
    for content in (whole[:-1], whole + b"x", whole[:9]):
        path.write_bytes(content)
        refused(read_idx, path, "does not hold|not an IDX|not a complete")
    for content in (gzip.compress(whole)[:-9], gzip.compress(whole)[:20]):
        path.write_bytes(content)
        refused(read_idx, path, "not a complete IDX|not an IDX|does not hold")
    path.write_bytes(b"<!doctype html>")
    refused(read_idx, path, "web page")
    path.write_bytes(struct.pack(">HBB4I", 0, 8, 4, *[2**31] * 4))
    refused(read_idx, path, "does not hold")


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_our_error_or_an_array(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    for read in (read_npz, read_idx, read_classmap):
        with contextlib.suppress(KuzushijiError):
            read(path)


def test_classmap(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("index,codepoint,char\r\n0,U+3042,あ\r\n1,U+2000B,𠀋\r\n", encoding="utf-8")
    assert read_classmap(path) == ("あ", "𠀋")
    for text in ("", "index,codepoint,char\n", "a,b\n1,2\n", "index,codepoint,char\n1,U+3042,あ\n"):
        path.write_text(text, encoding="utf-8")
        refused(read_classmap, path, "class")
    path.write_text("index,codepoint,char\n0,U+3042,い\n", encoding="utf-8")
    refused(read_classmap, path, "line 2")
    path.write_bytes(b"\xff\xfe\0\0")
    refused(read_classmap, path, "not a class map")


def test_html_is_told_from_data() -> None:
    assert looks_like_html(b"  \n<html>")
    assert not looks_like_html(b"\x1f\x8b\x08")
