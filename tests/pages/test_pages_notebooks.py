"""Pages in notebooks: as HTML, and as data frames."""

from html.parser import HTMLParser

import pytest

from kuzushiji.pages import Box, Character, Column, ColumnKind, Page, to_frame
from kuzushiji.reading import Candidate


@pytest.fixture
def page():
    main = Column(
        (
            Character(Box(50, 0, 10, 12), (Candidate.of("か", 0.99),), sure=True),
            Character(Box(50, 20, 10, 14), (Candidate.of("き", 0.5), Candidate.of("さ", 0.4))),
        )
    )
    ruby = Column(
        (Character(Box(62, 0, 4, 4), (Candidate.of("や", 0.9),), sure=True, ruby=True),), ColumnKind.RUBY
    )
    return Page("a<b>.jpg", page=2, width=100, height=200, columns=(main, ruby))


class Seen(HTMLParser):
    """The text of a page, and every tag with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.open = "", [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_a_page_shows_its_text_and_marks_what_is_doubtful(page):
    seen = Seen(page._repr_html_())
    assert seen.open == []
    assert seen.text == "a<b>.jpg, page 2: 3 characters, 1 doubtful (marked)かきや"
    assert {tag for tag, _ in seen.tags} <= {"p", "code", "div", "span"}
    marked = [attrs for tag, attrs in seen.tags if tag == "span" and "background" in attrs.get("style", "")]
    assert [attrs["title"] for attrs in marked] == ["き 50%, さ 40%"]
    assert any("vertical-rl" in attrs.get("style", "") for _, attrs in seen.tags)


def test_an_empty_page_and_an_error_show_themselves():
    assert "0 characters" in Page("p.jpg", width=1, height=1)._repr_html_()
    assert Seen(Page("p.jpg", error="it is <html>")._repr_html_()).text == "p.jpg, page 1: it is <html>"


def test_a_frame_has_a_row_for_each_character(page):
    pytest.importorskip("pandas", reason='needs the "data" extra')
    frame = page.to_frame()
    assert frame["char"].tolist() == ["か", "き", "や"]
    assert frame["column"].tolist() == [0, 0, 1]
    assert frame["place"].tolist() == [0, 1, 0]
    assert frame["kind"].tolist() == ["main", "main", "ruby"]
    assert frame.loc[1, ["x", "y", "width", "height"]].tolist() == [50, 20, 10, 14]
    assert frame["others"].tolist() == ["", "さ", ""]
    assert frame["page"].tolist() == [2, 2, 2]
    both = to_frame([page, Page("b", error="none"), page])
    assert len(both) == 6
    assert list(to_frame([]).columns) == list(frame.columns)
