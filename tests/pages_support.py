"""Made-up pages: what the formats are tried on."""

import numpy as np

from kuzushiji.pages import Box, Character, Column, ColumnKind, Page
from kuzushiji.reading.candidate import Candidate


def character(char, x, y, width=60, height=60, sure=True, probability=0.98, ruby=False, others=("ん", "く")):
    rest = (1 - probability) / 2
    candidates = (Candidate.of(char, probability), *(Candidate.of(other, rest / 2) for other in others))
    return Character(Box(x, y, width, height), candidates, sure=sure, alone=0.9, ruby=ruby)


def column(text, x, y, size=60, pitch=70, kind=ColumnKind.MAIN, unsure=(), slope=0.0):
    """A column of a text, its first character at (x, y); ``unsure`` are places in it."""
    return Column(
        tuple(
            character(
                char,
                round(x + slope * i * pitch) + (i * 7) % 5,  # nobody writes straight
                y + i * pitch + (i * 11) % 7,
                size - (i * 5) % 9,
                size - (i * 3) % 11,
                sure=i not in unsure,
                probability=0.4 if i in unsure else 0.98,
                ruby=kind is ColumnKind.RUBY,
            )
            for i, char in enumerate(text)
        ),
        kind,
    )


def page(file="book.jpg", number=1, **more):
    """A heading, a column with ruby, one with warichu inside, and a lower tier: 900 x 1200 pixels."""
    columns = (
        column("巻之一", 780, 100, kind=ColumnKind.HEADING),
        column("むかし男ありけり", 650, 100, unsure=(2,)),
        column("おとこ", 715, 305, 22, 24, kind=ColumnKind.RUBY),
        column("花の色は", 500, 100),
        column("小野", 532, 385, 28, 34, kind=ColumnKind.WARICHU),
        column("小町", 502, 385, 28, 34, kind=ColumnKind.WARICHU),
        column("うつりに", 500, 465, unsure=(0, 1)),
        column("下の段", 350, 800, kind=ColumnKind.CAPTION),
    )
    return Page(file, number, 900, 1200, columns, seconds=0.5, **more)


def picture(page_of=None, colour=True):
    """The picture of a page: grey paper with dark boxes where characters are."""
    page_of = page_of or page()
    array = np.full((page_of.height, page_of.width, 3), 222, np.uint8)
    for c in page_of.characters:
        array[c.box.y : c.box.bottom, c.box.x : c.box.right] = 60
    return array if colour else array[:, :, 0].copy()
