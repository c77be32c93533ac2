"""The typeface of the text behind a picture: empty cells of many widths, each standing for some character.

A code of this typeface is a character at a width, so that a column is one unbroken row of cells however
unevenly it is written. ``cells.ttf`` (made by ``scripts/cells_font.py``) has the cells; a table in the
document has what each code stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuzushiji.pages.formats.pdf.objects import Objects

STEPS = 16
"""Widths to an em."""
WIDEST = 64
"""The widest cell, in steps: four em."""
_ROWS = 100
"""Entries that a block of a character map may have."""


class Cells:
    """Codes for characters and widths, as they come."""

    def __init__(self) -> None:
        """No code yet."""
        self._codes: dict[tuple[str, int], int] = {}

    def code(self, char: str, steps: int) -> str:
        """The code of a character in a cell, as four hexadecimal digits.

        Args:
            char: one or more code points.
            steps: the cell's width, from 1 to `WIDEST`.
        """
        return f"{self._codes.setdefault((char, steps), len(self._codes) + 1):04X}"

    def objects(self, out: Objects, font: int) -> Iterator[bytes]:
        """The objects of the typeface, once all the pages are written.

        Args:
            out: the file.
            font: the number that the pages know the typeface by.
        """
        descendant, descriptor, program, glyphs, meaning = (out.reserve() for _ in range(5))
        name = "/AAAAAA+KuzushijiCells"
        yield out.plain(
            font,
            f"<< /Type /Font /Subtype /Type0 /BaseFont {name} /Encoding /Identity-H "
            f"/DescendantFonts [{descendant} 0 R] /ToUnicode {meaning} 0 R >>",
        )
        widths = " ".join(f"{steps * 1000 / STEPS:g}" for _, steps in self._codes)
        yield out.plain(
            descendant,
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont {name} /DW 1000 /W [1 [{widths}]] "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/FontDescriptor {descriptor} 0 R /CIDToGIDMap {glyphs} 0 R >>",
        )
        yield out.plain(
            descriptor,
            f"<< /Type /FontDescriptor /FontName {name} /Flags 4 "
            f"/FontBBox [0 0 {1000 * WIDEST // STEPS} 1000] /ItalicAngle 0 /Ascent 1000 /Descent 0 "
            f"/CapHeight 1000 /StemV 80 /FontFile2 {program} 0 R >>",
        )
        typeface = files(__package__).joinpath("cells.ttf").read_bytes()
        yield out.packed(program, f"/Length1 {len(typeface)}", typeface)
        # Cell number n of the typeface is n steps wide.
        yield out.packed(glyphs, "", b"\0\0" + b"".join(bytes((0, steps)) for _, steps in self._codes))
        yield out.packed(meaning, "", self._meaning().encode("ascii"))

    def _meaning(self) -> str:
        rows = [
            f"<{code:04X}> <{char.encode('utf-16-be', errors='replace').hex().upper()}>"
            for (char, _), code in self._codes.items()
        ]
        blocks = [rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS)]
        body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{body}\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        )
