"""Makes src/kuzushiji/pages/formats/pdf/cells.ttf: rectangles of 1/16 to 4 em, for text that nobody sees.

    python scripts/cells_font.py

Needs fonttools. The rectangles are drawn with rendering mode 3 (invisible); viewers take the marks of a
selection from their outlines.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from kuzushiji.pages.formats.pdf.cells import STEPS, WIDEST

EM = 1024
OUT = Path(__file__).parents[1] / "src/kuzushiji/pages/formats/pdf/cells.ttf"


def rectangle(width: int):
    pen = TTGlyphPen(None)
    if width:
        corners = [(0, 0), (0, EM), (width, EM), (width, 0)]
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


def main() -> None:
    widths = {".notdef": 0} | {f"cell{n}": n * EM // STEPS for n in range(1, WIDEST + 1)}
    font = FontBuilder(EM, isTTF=True)
    font.setupGlyphOrder(list(widths))
    font.setupCharacterMap({})
    font.setupGlyf({name: rectangle(width) for name, width in widths.items()})
    font.setupHorizontalMetrics({name: (width, 0) for name, width in widths.items()})
    font.setupHorizontalHeader(ascent=EM, descent=0)
    font.setupNameTable({"familyName": "KuzushijiCells", "styleName": "Regular"})
    font.setupOS2(sTypoAscender=EM, usWinAscent=EM, usWinDescent=0)
    font.setupPost(keepGlyphNames=False)
    font.font["head"].created = font.font["head"].modified = 0  # the same bytes whenever it is made
    font.font.recalcTimestamp = False
    font.save(OUT)


if __name__ == "__main__":
    main()
