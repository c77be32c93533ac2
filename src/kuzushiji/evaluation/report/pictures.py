"""Glyphs as tiny PNG files inside a page."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np


def png(image: np.ndarray) -> bytes:
    """Encodes a grey image as PNG.

    Args:
        image: uint8 (h, w).

    Returns:
        The bytes of a PNG file (8-bit grey).

    >>> png(np.zeros((1, 1), np.uint8))[:4]
    b'\\x89PNG'
    """
    height, width = image.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter type, 0
    rows[:, 1:] = image

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + chunk(b"IEND", b"")
    )


def data_uri(glyph: np.ndarray) -> str:
    """A glyph as ink on paper, for the ``src`` of an image.

    Args:
        glyph: uint8 (h, w), white ink on black; 32 levels of grey are kept.

    Returns:
        A ``data:`` URI with black ink on white.
    """
    paper = 255 - (glyph & 0b11111000 | glyph >> 5)
    return "data:image/png;base64," + base64.b64encode(png(paper)).decode("ascii")
