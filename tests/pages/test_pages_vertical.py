"""Text in vertical columns."""

from kuzushiji.pages import Page
from kuzushiji.pages.vertical import set_vertical
from pages_support import column, page


def test_columns_stand_from_right_to_left_without_ruby():
    rows = set_vertical(page())
    assert rows[0][-1] == "巻"
    assert [row[-2] for row in rows[:3]] == list("むかし")  # the second column of text
    assert "お" not in "".join(rows)
    text = "".join(sorted("".join(rows).replace("\u3000", "")))
    assert text == "".join(sorted(page().text.replace("\n", "")))


def test_an_indented_column_is_indented_and_a_lower_tier_is_not():
    columns = (column("いろはに", 600, 100), column("ほへ", 500, 240), column("とち", 400, 900))
    one = Page("p", width=700, height=1200, columns=columns)
    assert set_vertical(one) == ["と\u3000い", "ち\u3000ろ", "\u3000ほは", "\u3000へに"]


def test_more_columns_than_fit_go_below():
    one = Page(
        "p",
        width=900,
        height=500,
        columns=tuple(column(c, 800 - 100 * i, 100) for i, c in enumerate("いろはにほ")),
    )
    assert set_vertical(one, most=2) == ["ろい", "", "には", "", "ほ"]


def test_what_stands_for_a_character_is_the_callers():
    one = Page("p", width=900, height=500, columns=(column("いろ", 800, 100, unsure=(1,)),))
    assert set_vertical(one, show=lambda c: c.char + (" " if c.sure else "?"), blank="   ") == ["い", "ろ?"]


def test_narrow_signs_take_a_full_cell():
    one = Page("p", width=900, height=500, columns=(column("い", 800, 100), column("1", 700, 100)))
    assert set_vertical(one) == ["1 い"]


def test_a_page_without_text_has_no_rows():
    assert set_vertical(Page("p", width=9, height=9)) == []
