"""The page contract: what ``kuzushiji page --json`` prints, and that it reads back."""

from kuzushiji.pages import Box, Character, Column, ColumnKind, Page
from kuzushiji.reading.candidate import Candidate


def character(char, box, **more):
    return Character(Box(*box), (Candidate.of(char, 0.9), Candidate.of("ん", 0.05)), **more)


def page():
    main = Column(
        (character("か", (50, 10, 20, 20), sure=True, alone=0.8), character("き", (52, 32, 18, 22)))
    )
    ruby = Column((character("く", (72, 10, 8, 8), ruby=True),), ColumnKind.RUBY)
    left = Column((character("し", (10, 10, 10, 60)),), ColumnKind.WARICHU)
    return Page("p.jpg", 2, 100, 80, (main, ruby, left), seconds=0.5)


def test_the_json_contract_has_its_fixed_keys():
    tree = page().to_json()
    assert list(tree)[:5] == ["file", "page", "width", "height", "text"]
    assert tree["text"] == "かき\nし"
    first = tree["columns"][0]
    assert {"box", "text", "ruby", "characters"} <= set(first)
    assert first["box"] == [50, 10, 20, 44]
    assert first["characters"][0]["box"] == [50, 10, 20, 20]
    assert first["characters"][0]["candidates"][1] == {
        "char": "ん",
        "codepoint": "U+3093",
        "probability": 0.05,
    }
    assert tree["columns"][1]["ruby"] is True


def test_a_page_reads_back_from_its_json():
    assert Page.from_json(page().to_json()) == page()


def test_ruby_is_no_part_of_the_text():
    assert page().text == "かき\nし"
    mixed = Column((character("か", (0, 0, 9, 9)), character("く", (9, 0, 4, 4), ruby=True)))
    assert mixed.text == "か"


def test_an_error_is_one_object():
    assert Page("x.jpg", error="not an image: x.jpg").to_json() == {
        "file": "x.jpg",
        "page": 1,
        "error": "not an image: x.jpg",
    }
