"""The tables of docs/reader.md are what the committed results say."""

from pathlib import Path

from benchmark_support import script

ROOT = Path(__file__).parents[1]
reader_tables = script("reader_tables")
result_tables = script("result_tables")


def test_tables_come_from_the_results():
    page = (ROOT / "docs" / "reader.md").read_text(encoding="utf-8")
    tables = reader_tables.PAGES["docs/reader.md"]
    assert page.count("<!-- results:") == len(tables)
    assert result_tables.filled(page, tables) == page, "run python scripts/reader_tables.py"
    spoilt = page.replace("| kkanji | ", "| another | ")
    assert spoilt != page
    assert result_tables.filled(spoilt, tables) == page
