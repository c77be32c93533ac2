"""The tables of docs/reader.md and docs/audit.md are what the committed results say."""

from pathlib import Path

import pytest

from benchmark_support import script

ROOT = Path(__file__).parents[1]
reader_tables = script("reader_tables")
result_tables = script("result_tables")


@pytest.mark.parametrize(
    ("name", "cell", "spoils"),
    [
        ("docs/reader.md", "| kkanji | ", "| another | "),
        ("docs/audit.md", "| reader | kmnist | ", "| reader | x | "),
    ],
)
def test_tables_come_from_the_results(name, cell, spoils):
    page = (ROOT / name).read_text(encoding="utf-8")
    tables = reader_tables.PAGES[name]
    assert page.count("<!-- results:") == len(tables)
    assert result_tables.filled(page, tables) == page, "run python scripts/tables.py"
    spoilt = page.replace(cell, spoils)
    assert spoilt != page
    assert result_tables.filled(spoilt, tables) == page
