"""One command makes all generated tables, and tells when one is out of step."""

import shutil

import pytest

from benchmark_support import ROOT, script

tables = script("tables")


@pytest.fixture
def copied(tmp_path):
    for name in tables.pages():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_every_page_with_a_table_has_a_maker():
    marked = {
        str(path.relative_to(ROOT))
        for path in (*ROOT.glob("README*.md"), *ROOT.glob("docs/**/*.md"))
        if "<!-- results:" in path.read_text(encoding="utf-8")
    }
    assert set(tables.pages()) == marked


def test_the_tables_are_what_the_results_say(copied, capsys):
    assert tables.main(["--check"], copied) == 0
    assert capsys.readouterr().err == ""


def test_a_table_that_differs_is_named_and_written_anew(copied, capsys):
    page = copied / "docs" / "reader.md"
    before = page.read_text(encoding="utf-8")
    page.write_text(
        before.replace("<!-- results:", "<!-- results:", 1).replace(" %", " permille", 40), "utf-8"
    )
    spoilt = page.read_text(encoding="utf-8")
    assert tables.main(["--check"], copied) == 1
    assert "docs/reader.md: a table differs" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == spoilt
    assert tables.main([], copied) == 0
    assert tables.main(["--check"], copied) == 0


def test_other_words_are_wrong_usage(capsys):
    assert tables.main(["--chek"]) == 2
    assert "usage" in capsys.readouterr().err
