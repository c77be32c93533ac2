"""The frame of a PDF file: numbered objects one after the other, and at the end where each begins.

No library, because those that write PDF keep the whole document, with all its pictures, in memory until it is
saved. This gives it away piece by piece, also to a pipe.
"""

from __future__ import annotations

import zlib

_BINARY = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class Objects:
    """Numbers objects, and knows where each begins in what was given out."""

    def __init__(self) -> None:
        """Starts a file."""
        self._offsets: list[int] = []
        self._position = 0

    def reserve(self) -> int:
        """The number of an object to come."""
        self._offsets.append(0)
        return len(self._offsets)

    def head(self) -> bytes:
        """What a file begins with."""
        return self._out(_BINARY)

    def plain(self, number: int, body: str) -> bytes:
        """An object without a stream."""
        return self._object(number, body.encode("ascii"))

    def stream(self, number: int, about: str, data: bytes) -> bytes:
        """An object with a stream, as it is.

        Args:
            number: from `reserve`.
            about: entries of its dictionary besides the length.
            data: the stream.
        """
        head = f"<< {about} /Length {len(data)} >>\nstream\n".encode("ascii")
        return self._object(number, head + data + b"\nendstream")

    def packed(self, number: int, about: str, data: bytes) -> bytes:
        """An object with a stream that is compressed here."""
        return self.stream(number, f"{about} /Filter /FlateDecode".strip(), zlib.compress(data, 6))

    def tail(self, root: int, info: int) -> bytes:
        """What a file ends with: the table of objects, and which one is the document's root."""
        rows = "".join(f"{offset:010d} 00000 n \n" for offset in self._offsets)
        size = len(self._offsets) + 1
        return self._out(
            (
                f"xref\n0 {size}\n0000000000 65535 f \n{rows}"
                f"trailer\n<< /Size {size} /Root {root} 0 R /Info {info} 0 R >>\n"
                f"startxref\n{self._position}\n%%EOF\n"
            ).encode("ascii")
        )

    def _object(self, number: int, body: bytes) -> bytes:
        self._offsets[number - 1] = self._position
        return self._out(b"%d 0 obj\n" % number + body + b"\nendobj\n")

    def _out(self, data: bytes) -> bytes:
        self._position += len(data)
        return data


def text_string(text: str) -> str:
    """A text for people, such as a title, in the one form that holds all of Unicode.

    >>> text_string("か")
    '<FEFF304B>'
    """
    return f"<FEFF{text.encode('utf-16-be', errors='replace').hex().upper()}>"
