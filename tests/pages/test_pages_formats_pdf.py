"""Searchable PDF: opened again by pypdfium2, pikepdf and pdftotext."""

import io
import random
import shutil
import subprocess

import pikepdf
import pypdfium2
import pytest

from kuzushiji.pages import Column, ColumnKind, Page
from kuzushiji.pages.formats import Sheet, get
from kuzushiji.pages.formats.pdf.typeset import POINT
from pages_support import character, column, page, picture

MAIN = "巻之一\nむかし男ありけり\n花の色は 小野 小町 うつりに\n下の段\n"  # warichu is on the line it is in


def written(*pages, colour=True):
    return b"".join(get("pdf").write(Sheet(each, picture(each, colour)) for each in pages))


def texts(data):
    document = pypdfium2.PdfDocument(data)
    return [document[i].get_textpage().get_text_range().replace("\r", "") for i in range(len(document))]


def poppler(data, tmp_path, *options):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "p.pdf"
    path.write_bytes(data)
    done = subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, text=True, check=True)
    return done.stdout


def test_text_comes_out_in_reading_order_with_ruby_at_the_end():
    assert [text.replace(" \n", "\n") for text in texts(written(page(), page(number=2)))] == [
        MAIN + "おとこ"
    ] * 2


@pytest.mark.parametrize("options", [[], ["-raw"]])
def test_pdftotext_takes_out_whole_columns_from_right_to_left(tmp_path, options):
    plain = Page(
        "p.jpg",
        width=900,
        height=1200,
        columns=tuple(
            column(text, 700 - 140 * i, 90) for i, text in enumerate(("いろはにほ", "ちりぬるを", "わかよ"))
        ),
    )
    found = poppler(written(plain), tmp_path, *options)
    assert [line.strip() for line in found.splitlines() if line.strip()] == [
        "いろはにほ",
        "ちりぬるを",
        "わかよ",
    ]


def test_every_character_can_be_found_and_its_mark_is_on_its_box():
    document = pypdfium2.PdfDocument(written(page()))
    here = document[0].get_textpage()
    for word in ("男", "うつりに", "下の段"):
        assert here.search(word).get_next() is not None, word
    start, _ = here.search("男").get_next()
    left, bottom, right, top = (value / POINT for value in here.get_charbox(start))
    box = page().columns[1].characters[3].box
    assert left == pytest.approx(box.x, abs=12)
    assert right == pytest.approx(box.right, abs=12)
    assert 1200 - top == pytest.approx(box.y, abs=8)
    assert 1200 - bottom == pytest.approx(box.bottom, abs=20)  # up to the next character


@pytest.mark.parametrize("slope", [0.0, 0.03, 0.17, -0.17])
def test_a_skewed_page_keeps_its_order_and_places(slope):
    words = ("いろはにほへとちり", "ぬるをわかよたれそ", "つねならむうゐのお")
    columns = tuple(column(text, 650 - 150 * i, 80 + 9 * i, slope=slope) for i, text in enumerate(words))
    one = Page("p.jpg", width=900, height=1200, columns=columns)
    data = written(one)
    assert texts(data) == ["\n".join(words)]
    here = pypdfium2.PdfDocument(data)[0].get_textpage()
    for c, i in ((columns[0].characters[8], 8), (columns[0].characters[0], 0)):
        left, bottom, right, top = (value / POINT for value in here.get_charbox(i))
        assert left - 25 <= c.box.x + c.box.width / 2 <= right + 25
        assert 1200 - top - 25 <= c.box.y + c.box.height / 2 <= 1200 - bottom + 25


def test_columns_that_begin_at_one_height_are_not_taken_for_a_line_to_the_right():
    """Single characters, columns of two and long ones, all from one height, and a lower tier."""
    words = ("あ", "い", "うえ", "おかき", "く", "けこ")
    columns = tuple(
        Column(tuple(character(char, 800 - 110 * i, 100 + 70 * j) for j, char in enumerate(text)))
        for i, text in enumerate(words)
    )
    lower = Column(tuple(character(char, 800, 170 + 70 * j) for j, char in enumerate("さし")))
    one = Page("p.jpg", width=900, height=1200, columns=(*columns, lower))
    lines = [line.strip() for line in texts(written(one))[0].splitlines()]
    assert [line for line in lines if line] == [*words, "さし"]


def test_pages_of_columns_of_any_length_and_height_come_out_in_order():
    chance = random.Random(1)
    for _ in range(12):
        words, columns = [], []
        for i in range(6):
            words.append(
                "".join(chance.choices("いろはにほへとちりぬるを", k=chance.choice([1, 2, 3, 4, 5, 8, 12])))
            )
            top = chance.choice([100, 100, 100, 170, 130, 300])
            columns.append(column(words[-1], 800 - 120 * i, top))
        columns += [column(word, 800 - 120 * i, 1200) for i, word in enumerate(("あ", "かき", "くけこ"))]
        one = Page("p.jpg", width=900, height=1600, columns=tuple(columns))
        lines = [line.strip() for line in texts(written(one))[0].splitlines()]
        assert [line for line in lines if line] == [*words, "あ", "かき", "くけこ"]


def test_a_place_that_was_not_read_does_not_part_its_line(tmp_path):
    """Two characters are missing in the middle; programs would put what follows anywhere."""
    kept = column("いろはにほへと", 500, 100).characters
    left = column("ちりぬるをわか", 360, 100).characters
    columns = (Column((*kept[:3], *kept[5:])), Column((left[0], *left[3:])))
    data = written(Page("p.jpg", width=900, height=1200, columns=columns))
    assert texts(data) == ["いろはへと\nちるをわか"]
    assert poppler(data, tmp_path).split() == ["いろはへと", "ちるをわか"]


def test_a_gap_in_a_column_keeps_places_right():
    far = Column((*column("いろ", 400, 100).characters, *column("はに", 400, 900).characters))
    data = written(Page("p.jpg", width=900, height=1200, columns=(far,)))
    here = pypdfium2.PdfDocument(data)[0].get_textpage()
    text = here.get_text_range()
    top = here.get_charbox(text.index("は"))[3] / POINT
    assert 1200 - top == pytest.approx(900, abs=8)
    assert text.replace("\r\n", "").replace(" ", "") == "いろはに"


def test_rare_characters_and_signs_of_several_code_points_come_out_whole():
    signs = ["𛀁", "か゚", "𠮷", "ゝ"]
    one = Page(
        "p.jpg", width=900, height=1200,
        columns=(Column(tuple(character(sign, 400, 100 + 70 * i) for i, sign in enumerate(signs))),),
    )  # fmt: skip
    assert texts(written(one)) == ["".join(signs)]


def test_the_file_is_whole_by_qpdf_and_says_what_it_is():
    data = written(page(), Page("blank.jpg", width=300, height=200), page('う"\\(.jpg', 2), colour=False)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert document.check_pdf_syntax() == []
        assert len(document.pages) == 3
        assert str(document.docinfo.Title) == "book.jpg"
        assert "/Direction" not in document.Root.ViewerPreferences  # PDFium would turn signs round
        assert document.Root.Lang == "ja"
        image = document.pages[0].Resources.XObject.I
        assert (int(image.Width), int(image.Height), str(image.ColorSpace)) == (900, 1200, "/DeviceGray")
        assert [float(value) for value in document.pages[1].MediaBox] == [0, 0, 72, 48]
    assert texts(data)[1] == ""


def test_the_text_is_not_seen():
    import numpy as np

    plain = pypdfium2.PdfDocument(written(page()))[0].render(scale=1).to_numpy()
    bare = Page("book.jpg", 1, 900, 1200)
    stream = b"".join(get("pdf").write([Sheet(bare, picture(page()))]))
    assert np.array_equal(plain, pypdfium2.PdfDocument(stream)[0].render(scale=1).to_numpy())


def test_hostile_boxes_make_no_broken_file():
    odd = Column(
        (character("か", -50, -50, 0, 0), character("き", 5000, -50, 3, 9000), character("く", 1, 1, 1, 1))
    )
    point = Column((character("け", 5, 5, 0, 0),), ColumnKind.MAIN)
    data = written(Page("p.jpg", width=300, height=200, columns=(odd, point)))
    with pikepdf.open(io.BytesIO(data)) as document:
        assert document.check_pdf_syntax() == []
    assert "nan" not in texts(data)[0]


def test_pages_leave_memory_as_they_are_written():
    """What was given out is not kept: the pieces of a page come before the next page is taken."""
    taken = []

    def sheets():
        for number in (1, 2, 3):
            taken.append(number)
            yield Sheet(page(number=number), picture(page()))

    seen = [len(taken) for chunk in get("pdf").write(sheets()) if b"DCTDecode" in chunk]
    assert seen == [1, 2, 3]
