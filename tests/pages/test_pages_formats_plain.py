"""Text, CSV and JSON lines, the registry, and how columns become lines with ruby and warichu."""

import csv
import io
import json

import pytest

from kuzushiji.errors import UsageError
from kuzushiji.pages import Column, ColumnKind, Page
from kuzushiji.pages.formats import FORMATS, Sheet, get, of_file
from kuzushiji.pages.formats.lines import columns, lines
from pages_support import character, column, page


def written(name, *pages):
    return b"".join(get(name).write(Sheet(each) for each in pages)).decode()


def test_text_is_one_line_per_column_and_an_empty_line_between_pages():
    text = written("text", page(), Page("empty.jpg", width=5, height=5), page(number=2))
    first, second = text.split("\n\n")
    assert first == "巻之一\nむかし男ありけり\n花の色は\n小野\n小町\nうつりに\n下の段"
    assert second == first + "\n"


def test_csv_has_a_row_per_character_and_one_header_for_all_pages():
    rows = list(csv.DictReader(io.StringIO(written("csv", page(), page('a,"b".jpg', 2)))))
    assert len(rows) == 2 * len(page().characters)
    assert [row["char"] for row in rows[:3]] == ["巻", "之", "一"]
    doubt = rows[5]
    assert (doubt["char"], doubt["codepoint"], doubt["probability"], doubt["sure"]) == (
        "し",
        "U+3057",
        "0.4000",
        "0",
    )
    assert doubt["candidates"].split()[0] == "し:0.4000"
    assert (rows[0]["x"], rows[0]["y"], rows[0]["width"], rows[0]["height"]) == ("780", "100", "60", "60")
    assert [row["ruby"] for row in rows[11:14]] == ["1", "1", "1"]
    assert rows[-1]["file"] == 'a,"b".jpg'
    assert (rows[-1]["page"], rows[-1]["column"], rows[-1]["character"]) == ("2", "8", "3")


def test_json_lines_are_the_contract_and_read_back():
    lines_ = written("json", page(), page(number=2)).splitlines()
    assert [Page.from_json(json.loads(line)).to_json() for line in lines_] == [
        page().to_json(),
        page(number=2).to_json(),
    ]


def test_formats_are_found_by_name_and_by_suffix():
    assert list(FORMATS) == ["text", "csv", "json", "tei", "page", "alto", "hocr", "html", "pdf"]
    assert of_file("A.PDF") is FORMATS["pdf"]
    assert of_file("a.xml") is None  # three have it
    assert of_file("a.docx") is None
    with pytest.raises(UsageError, match="no format 'docx'; there are text, csv"):
        get("docx")


@pytest.mark.parametrize("name", FORMATS)
def test_no_page_is_no_document(name):
    assert [chunk for chunk in get(name).write([]) if name != "csv"] == []


@pytest.mark.parametrize("name", ["html", "pdf"])
def test_a_format_with_pictures_says_when_one_is_missing(name):
    with pytest.raises(UsageError, match=r"book\.jpg: this format needs the picture"):
        written(name, page())


def test_pages_are_taken_one_at_a_time():
    """A book of 300 pages is not collected before the first is written."""
    taken = []

    def sheets():
        for number in range(1, 4):
            taken.append(number)
            yield Sheet(page(number=number))

    for name in ("text", "csv", "json", "hocr"):
        taken.clear()
        chunks = get(name).write(sheets())
        while not taken:
            next(chunks)
        assert taken == [1], name


def runs_of(page_):
    return [[(run.text, run.reading) for piece in line.pieces for run in piece.runs] for line in lines(page_)]


def test_ruby_goes_to_the_characters_beside_it():
    assert runs_of(page())[1] == [("むかし", ""), ("男", "おとこ"), ("ありけり", "")]


def test_two_words_of_ruby_in_a_column_stay_apart_and_neighbours_share_none():
    base = column("山里川", 500, 100)
    first, second = column("やま", 565, 100, 24, 30), column("かは", 565, 250, 24, 30)
    ruby = Column(first.characters + second.characters, ColumnKind.RUBY)
    assert runs_of(Page("p", width=900, height=900, columns=(base, ruby))) == [
        [("山", "やま"), ("里", ""), ("川", "かは")]
    ]


def test_ruby_inside_of_a_column_counts_as_ruby_and_is_listed_apart():
    base = column("山里", 500, 100)
    inside = [character(char, 565, 100 + 30 * i, 24, 24, ruby=True) for i, char in enumerate("やま")]
    mixed = Column((base.characters[0], *inside, base.characters[1]))
    one = Page("p", width=900, height=900, columns=(mixed,))
    assert runs_of(one) == [[("山", "やま"), ("里", "")]]
    assert [(each.text, each.ruby) for each in columns(one)] == [("山里", False), ("やま", True)]


def test_ruby_beside_nothing_is_kept_as_a_line_of_its_own():
    stray = column("よみ", 100, 700, 24, 30, kind=ColumnKind.RUBY)
    one = Page("p", width=900, height=900, columns=(column("山里", 500, 100), stray))
    assert runs_of(one) == [[("山里", "")], [("", "よみ")]]


def test_ruby_between_two_columns_belongs_to_the_one_on_its_left():
    right, left = column("山", 600, 100), column("里", 500, 100)
    ruby = column("さと", 566, 100, 24, 30, kind=ColumnKind.RUBY)
    one = Page("p", width=900, height=900, columns=(right, left, ruby))
    assert runs_of(one) == [[("山", "")], [("里", "さと")]]


def test_warichu_is_inside_its_line_and_the_line_goes_on():
    third = lines(page())[2]
    assert third.kind is ColumnKind.MAIN
    assert [(kind, len(pieces)) for kind, pieces in third.parts()] == [
        (ColumnKind.MAIN, 1),
        (ColumnKind.WARICHU, 2),
        (ColumnKind.MAIN, 1),
    ]


def test_warichu_of_the_next_column_begins_a_line_of_its_own():
    one = Page(
        "p",
        width=900,
        height=900,
        columns=(
            column("花", 600, 100),
            column("小野", 530, 100, 28, 34, kind=ColumnKind.WARICHU),
            column("小町", 500, 100, 28, 34, kind=ColumnKind.WARICHU),
        ),
    )
    assert [line.kind for line in lines(one)] == [ColumnKind.MAIN, ColumnKind.WARICHU]
    assert len(lines(one)[1].pieces) == 2


def test_no_character_is_lost_or_doubled():
    kept = [
        c
        for line in lines(page())
        for piece in line.pieces
        for run in piece.runs
        for c in run.base + run.ruby
    ]
    seen = {id(c): c for c in kept}
    assert sorted(c.char for c in seen.values()) == sorted(c.char for c in page().characters)
    assert len(kept) == len(seen)
