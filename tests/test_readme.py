"""The tables of README and its Japanese twin are what the committed results say, and both hold the same."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import readme_tables  # noqa: E402
import result_tables  # noqa: E402

PAGES = list(readme_tables.PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_tables_come_from_the_results(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    tables = readme_tables.PAGES[page]
    assert text.count("<!-- results:") == 2
    assert result_tables.filled(text, tables) == text, "run python scripts/readme_tables.py"
    changed = text.replace("| kmnist, n = ", "| another set, n = ")
    assert changed != text
    assert result_tables.filled(changed, tables) == text  # what is written by hand does not survive


def test_the_twins_have_the_same_figures():
    english, japanese = (
        [re.findall(r"\d+\.\d\d", line) for line in tables["training"]().splitlines()]
        for tables in readme_tables.PAGES.values()
    )
    assert english == japanese
    assert len(english) > 5


def test_the_twins_name_each_other_and_the_same_commands():
    english, japanese = ((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    assert "(README.ja.md)" in english
    assert "(README.md)" in japanese
    commands = [
        re.findall(r"^\| `(kuzushiji [^`]*)`", text.split("<!--")[0], re.M) for text in (english, japanese)
    ]
    assert commands[0] == commands[1]
    assert len(commands[0]) > 5


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "LICENSE-weights.md"])
def test_links_to_files_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
