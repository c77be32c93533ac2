"""Searchable PDF: each page's picture, and behind it the text that can be found, selected and copied.

Every column is one invisible line of text that runs down the page, with a cell as wide as the column for each
character. It is set as horizontal text that is turned by 90 degrees: programs that take text out of PDFs
follow such lines from top to bottom and from right to left, while they cut vertical writing into single
characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kuzushiji._version import __version__
from kuzushiji.pages.formats.pdf.cells import Cells
from kuzushiji.pages.formats.pdf.objects import Objects, text_string
from kuzushiji.pages.formats.pdf.typeset import POINT, text_of
from kuzushiji.pages.formats.sheet import jpeg

if TYPE_CHECKING:
    from kuzushiji.pages.formats.sheet import Sheet

LONGEST = 4000
"""Pixels of the longer side of a picture: 300 dots an inch on A4, and more."""
_QUALITY = 80


def write(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Writes pages as one document; only the page at hand is in memory."""
    out = Objects()
    root, tree, info, font = (out.reserve() for _ in range(4))
    cells = Cells()
    pages: list[int] = []
    title = ""
    for sheet in sheets:
        if not pages:
            yield out.head()
            title = sheet.title
        picture = jpeg(sheet, LONGEST, _QUALITY)
        page = sheet.page
        width, height = page.width * POINT, page.height * POINT
        space = "/DeviceGray" if picture.channels == 1 else "/DeviceRGB"
        image, content, number = out.reserve(), out.reserve(), out.reserve()
        yield out.stream(
            image,
            f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} "
            f"/ColorSpace {space} /BitsPerComponent 8 /Filter /DCTDecode",
            picture.data,
        )
        drawn = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /I Do Q\n"
        yield out.packed(content, "", (drawn + text_of(page, cells)).encode("ascii"))
        yield out.plain(
            number,
            f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] "
            f"/Contents {content} 0 R "
            f"/Resources << /Font << /F {font} 0 R >> /XObject << /I {image} 0 R >> >> >>",
        )
        pages.append(number)
    if not pages:
        return
    yield from cells.objects(out, font)
    kids = " ".join(f"{number} 0 R" for number in pages)
    yield out.plain(tree, f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    # No /Direction /R2L: PDFium takes it for a script like Hebrew, and turns the order of signs round.
    yield out.plain(
        root,
        f"<< /Type /Catalog /Pages {tree} 0 R /Lang (ja) /ViewerPreferences << /DisplayDocTitle true >> >>",
    )
    yield out.plain(
        info, f"<< /Title {text_string(title)} /Producer {text_string(f'kuzushiji {__version__}')} >>"
    )
    yield out.tail(root, info)
