"""The tables of README and its Japanese twin are what the committed results say, and both hold the same."""

import re
from pathlib import Path

import pytest

from benchmark_support import script

ROOT = Path(__file__).parents[1]
readme_tables = script("readme_tables")
result_tables = script("result_tables")

PAGES = list(readme_tables.PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_tables_come_from_the_results(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    tables = readme_tables.PAGES[page]
    assert text.count("<!-- results:") == len(tables)
    assert result_tables.filled(text, tables) == text, "run python scripts/tables.py"
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


def test_the_twins_name_each_other_and_show_the_same_commands():
    english, japanese = ((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    assert "(README.ja.md)" in english
    assert "(README.md)" in japanese
    shown = [re.findall(r"^```text\n(\$ .*?)^```", text, re.M | re.S) for text in (english, japanese)]
    assert shown[0] == shown[1]
    assert [block.split()[1:3] for block in shown[0]] == [
        ["kuzushiji", command] for command in ("page", "read", "evaluate", "map")
    ]


def test_the_reading_shown_is_what_the_command_says(tmp_path, monkeypatch, capsys):
    from PIL import Image

    from kuzushiji.cli import main
    from kuzushiji.images import samples

    shown = re.search(
        r"^\$ kuzushiji (read su\.png.*)\n(.*)\n(.*)$", (ROOT / "README.md").read_text("utf-8"), re.M
    )
    Image.fromarray(samples.sample("す", 4)).save(tmp_path / "su.png")
    monkeypatch.chdir(tmp_path)
    assert main(shown[1].split()) == 0
    # What comes after the first candidate is a matter of the processor's last digits.
    assert capsys.readouterr().out.splitlines()[:2] == [shown[2], shown[3]]


def test_the_evaluation_shown_is_the_recorded_one_of_the_shipped_model():
    from kuzushiji.weights import open_model

    seed = str(open_model("kmnist").info.more["seed"])
    row = next(
        r for r in result_tables.rows("results/training") if (r["recipe"], r["seed"]) == ("kmnist", seed)
    )
    shown = re.search(r"^kmnist on kmnist.*?```", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)[0]
    for name, words in (
        ("accuracy", "accuracy"),
        ("balanced_accuracy", "balanced accuracy"),
        ("top5", "top-5"),
    ):
        share = result_tables.percent([row], name, "{:.2f} % (95 %: {:.2f} to {:.2f})")
        assert re.search(rf"^{words} +{re.escape(share)}$", shown, re.M), words


def test_both_languages_have_every_command():
    from kuzushiji.cli import COMMANDS

    pages = [(ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("commands.md", "index.ja.md")]
    english, japanese = (re.findall(r"^\| `(kuzushiji [^`]*)`", page, re.M) for page in pages)
    assert english == japanese
    assert {command.split()[1] for command in english} == set(COMMANDS)


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "LICENSE-weights.md"])
def test_links_to_files_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
