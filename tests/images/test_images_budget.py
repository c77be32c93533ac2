"""The work of decoding is counted before it begins: small files that would take minutes are refused."""

import contextlib
import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from kuzushiji.errors import KuzushijiError
from kuzushiji.images import budget, read_image, read_picture

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # pytest undoes the package's own filter

GREY = np.arange(48 * 40, dtype=np.uint32).reshape(48, 40).astype(np.uint8)


def encoded(form, image=None, **options):
    file = io.BytesIO()
    (Image.fromarray(GREY) if image is None else image).save(file, form, **options)
    return file.getvalue()


def many_scans(scans, pixels=(8000, 8000)):
    """A progressive JPEG that says it is large, with one real scan and many empty ones after it."""
    data = encoded("JPEG", progressive=True)
    size = data.index(b"\xff\xc2") + 5
    data = data[:size] + struct.pack(">HH", *pixels) + data[size + 4 :]
    empty = b"\xff\xda\x00\x08\x01\x01\x00\x01\x01\x00\x00"
    return data[:-2] + empty * scans + b"\xff\xd9"


def chunk(kind, body=b""):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(chunks):
    data = encoded("PNG")
    return data[:33] + chunk(b"tIME", bytes(7)) * chunks + data[33:]


def gif_of(extra):
    data = encoded("GIF")
    start = 13 + (3 << ((data[10] & 7) + 1))
    return data[:start] + extra + data[start:]


def tiff_of(tags, kind=7, count=1000):
    """A little-endian TIFF whose many tags all point to the same bytes."""
    entries = b"".join(struct.pack("<HHLL", 40000 + n, kind, count, 8) for n in range(tags))
    return b"II*\0" + struct.pack("<L", 1008) + bytes(1000) + struct.pack("<H", tags) + entries + bytes(4)


def bmp_packed(size):
    head = struct.pack("<LllHHLLllLL", 40, 9000, 7000, 1, 8, 1, size, 0, 0, 256, 0)
    body = b"\x01\x07" * (size // 2)
    return b"BM" + struct.pack("<LLL", 54 + 1024 + size, 0, 54 + 1024) + head + bytes(1024) + body


def jp2_of(boxes):
    head = b"\0\0\0\x0cjP  \r\n\x87\n" + struct.pack(">I4s", 20, b"ftyp") + b"jp2 " + bytes(4) + b"jp2 "
    return head + struct.pack(">I4s", 8, b"free") * boxes + bytes(50)


HOSTILE = {
    "scans of a large JPEG": lambda: many_scans(200),
    "scans of a small JPEG": lambda: many_scans(2000, (48, 40)),
    "segments of a JPEG": lambda: b"\xff\xd8" + b"\xff\xfe\x00\x02" * 200_000 + encoded("JPEG")[2:],
    "fill bytes of a JPEG": lambda: b"\xff\xd8" + b"\xff" * 200_000 + encoded("JPEG")[2:],
    "nothing in a JPEG": lambda: b"\xff\xd8" + b"\xff\x00" * 200_000 + encoded("JPEG")[2:],
    "chunks of a PNG": lambda: png_of(200_000),
    "comment of a PPM": lambda: b"P6\n#" + b"x" * 3_000_000 + b"\n9 9 255\n" + bytes(243),
    "comments of a PPM": lambda: b"P6\n" + b"#\n" * 3_000_000 + b"9 9 255\n" + bytes(243),
    "spaces of a PGM": lambda: b"P5" + b" " * 3_000_000 + b"9 9 255\n" + bytes(81),
    "text of a PGM": lambda: b"P2 9000 7000 255\n" + b"1 " * 2000,
    "bits of a PBM as text": lambda: b"P1 9000 7000\n" + b"1" * 2000,
    "odd maximum of a PGM": lambda: b"P5 9000 7000 254\n" + bytes(63_000_000),
    "packed BMP": lambda: bmp_packed(9_000_000),
    "comment of a GIF": lambda: gif_of(b"!\xfe" + (b"\xff" + b"x" * 255) * 9000 + b"\0"),
    "blocks of a GIF": lambda: gif_of(b"!\xfe" + b"\x01x" * 200_000 + b"\0"),
    "extensions of a GIF": lambda: gif_of(b"!\xfe\0" * 200_000),
    "nothing in a GIF": lambda: gif_of(b"\x07" * 200_000),
    "bytes of a TIFF's tags": lambda: tiff_of(20_000),
    "numbers of a TIFF's tags": lambda: tiff_of(20_000, 3, 400),
    "boxes of a JPEG 2000": lambda: jp2_of(200_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_would_take_minutes_is_refused_at_once(name):
    data = HOSTILE[name]()
    start = time.process_time()
    with pytest.raises(KuzushijiError, match=r"^too costly: mine: it"):
        read_picture(data, name="mine")
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("GIF", {"comment": b"x" * 9000}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {}),
        ("BMP", {}),
        ("PPM", {}),
        ("JPEG2000", {}),
    ],
)
def test_what_encoders_write_is_within_the_budget(form, options):
    data = encoded(form, **options)
    assert budget.passes(data) <= 10
    assert read_image(data).shape == GREY.shape


def test_the_largest_progressive_page_is_within_the_budget():
    assert budget.passes(many_scans(13)) == 19


def test_small_pictures_as_text_are_read():
    assert read_image(b"P2 3 1 254\n0 127 254\n").tolist() == [[0, 128, 255]]
    assert read_image(b"P5 2 1 254\n" + bytes([0, 254])).tolist() == [[0, 255]]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "PPM", "JPEG2000", "WEBP"])
def test_a_file_cut_anywhere_or_with_wild_bytes_is_counted_without_a_crash(form):
    data = encoded(form)
    random = np.random.default_rng(1)
    for _ in range(300):
        wild = bytearray(data[: random.integers(1, len(data) + 1)])
        for at in random.integers(0, len(wild), 4):
            wild[at] = random.integers(256)
        with contextlib.suppress(budget.TooCostlyError):
            assert budget.passes(bytes(wild)) >= 1


def exif(kind, value):
    return b"Exif\0\0MM\0*" + struct.pack(">LHHHL", 8, 1, 274, kind, 1) + value + bytes(12)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "tag",
    [
        exif(5, struct.pack(">L", 8)),  # a fraction of 0/0 or worse
        exif(2, b"six\0"),
        exif(3, b"\xff\xff\0\0"),
        exif(11, struct.pack(">f", float("nan"))),
        b"Exif\0\0nonsense",
        b"Exif\0\0" + tiff_of(20_000)[:60_000],
    ],
    ids=["fraction", "text", "65535", "nan", "nonsense", "bomb"],
)
def test_a_good_picture_with_bad_exif_is_read_unturned(form, tag):
    options = {"lossless": True} if form == "WEBP" else {}
    got = read_image(encoded(form, exif=tag, **options))
    assert got.shape == GREY.shape
    assert np.abs(got.astype(int) - GREY).mean() < 12


def test_running_out_of_files_or_memory_is_not_the_pictures_fault(monkeypatch):
    for raised in (OSError(24, "Too many open files"), MemoryError()):
        monkeypatch.setattr(Image, "open", lambda *a, raised=raised, **k: (_ for _ in ()).throw(raised))
        with pytest.raises(OSError, match="mine"):
            read_image(encoded("PNG"), name="mine")
