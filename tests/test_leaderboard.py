"""The leaderboard is what the committed results say; ours name a command, others' a source."""

from pathlib import Path

import pytest

from benchmark_support import script

ROOT = Path(__file__).parents[1]
leaderboard = script("leaderboard")
result_tables = script("result_tables")

PAGE = "docs/leaderboard.md"
RUN = {
    "recipe": "mine",
    "seed": "0",
    "test_set": "k49-sample",
    "accuracy": "0.9",
    "accuracy_low": "0.8",
    "accuracy_high": "0.95",
    "balanced_accuracy": "0.7",
    "balanced_accuracy_low": "0.6",
    "balanced_accuracy_high": "0.8",
    "parameters": "1000",
    "views": "1",
    "epochs": "3",
    "training_minutes": "2",
    "hardware": "a machine",
    "date": "2026-11-22",
    "command": "kuzushiji train recipes/mine.toml",
}

THEIRS = {
    "model": "theirs",
    "dataset": "k49",
    "measure": "balanced accuracy",
    "value": "75",
    "old_data": "yes",
    "protocol": "official",
    "parameters": "",
    "cost": "",
    "date": "",
    "read": "2026-01-01",
    "source": "a paper",
    "link": "",
}


@pytest.fixture
def results(monkeypatch):
    """Puts other lines in the place of the CSV files."""

    def use(**files):
        monkeypatch.setattr(
            result_tables, "rows", lambda name: [dict(r) for r in files.get(name.split("/")[-1], [])]
        )
        monkeypatch.setattr(leaderboard, "rows", result_tables.rows)

    return use


def test_the_page_is_in_step_with_the_results():
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert result_tables.filled(text, leaderboard.PAGES[PAGE]) == text, "run python scripts/tables.py"
    assert text.count("<!-- results:") == len(leaderboard.PAGES[PAGE])


def test_the_scores_for_the_unknown_are_in_step_and_in_the_order_of_the_choice(results):
    page = "docs/evaluation.md"
    text = (ROOT / page).read_text(encoding="utf-8")
    assert result_tables.filled(text, leaderboard.PAGES[page]) == text, "run python scripts/tables.py"
    line = {"part": "test", "model": "m-1", "unknown": "kana", "unknown_images": "3545"}
    line |= {"auroc": "0.9", "fpr95": "0.25", "aurc": "0.06"}
    test = [{**line, "score": name} for name in ("a", "b")]
    choice = [{**o, "part": "choice", "auroc": auroc} for o, auroc in zip(test, ("0.7", "0.8"), strict=True)]
    results(ood=[*choice, *test])
    *_, first, second = leaderboard.unknown().splitlines()
    assert first == "| **b** | 0.8000 | 0.900, 25 %, 0.06 |"
    assert second.startswith("| a | 0.7000 |")


def test_every_recorded_run_is_on_the_page():
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    for row in (*result_tables.rows("results/training"), *result_tables.rows("results/baselines")):
        assert f"`{row['command']}`" in text


def test_a_run_stands_under_its_own_test_set_only(results):
    results(training=[RUN])
    assert "**ours: `mine`** (1 seed)" in leaderboard.board("k49-sample", "balanced_accuracy")
    assert "mine" not in leaderboard.board("k49", "balanced_accuracy")
    results(training=[RUN], published=[THEIRS])
    assert leaderboard.board("k49", "balanced_accuracy").endswith("None of ours yet.**")


def test_seeds_are_averaged_and_each_command_is_named(results):
    second = {
        **RUN,
        "seed": "1",
        "accuracy": "0.92",
        "command": "kuzushiji train mine.toml --set fit.seed=1",
    }
    results(training=[RUN, second])
    board = leaderboard.board("k49-sample", "balanced_accuracy")
    assert "(2 seeds)" in board
    assert (
        "91.00 (78.29 to 100.00)" in board
    )  # over seeds: 12.706 standard errors of 1 point, no share above 1
    assert RUN["command"] in board
    assert second["command"] in board


def test_an_ensemble_is_a_row_of_its_own(results):
    together = {
        **RUN,
        "ensemble": "both",
        "members": "2",
        "members_mean_accuracy": "0.88",
        "command": "kuzushiji train a; kuzushiji train b; kuzushiji evaluate RUN+RUN k49-sample",
    }
    results(training=[RUN], ensembles=[together])
    board = leaderboard.board("k49-sample", "balanced_accuracy")
    assert "**ours: `both`** (2 networks, 1 views; their mean alone 88.00)" in board
    assert "`kuzushiji train b`<br>`kuzushiji evaluate RUN+RUN k49-sample`" in board
    assert "both" not in leaderboard.board("kmnist", "accuracy")


def test_the_order_is_that_of_the_measure(results):
    results(training=[RUN], published=[{**THEIRS, "dataset": "k49-sample"}])
    assert "theirs ★" in leaderboard.board("k49-sample", "balanced_accuracy").splitlines()[2]
    assert "mine" in leaderboard.board("k49-sample", "accuracy").splitlines()[2]


def test_the_long_tail_has_a_column_for_each_test_set(results):
    line = {**RUN, "test_set": "kkanji/half-test", "training_images": "2-5"}
    theirs = {"dataset": "kkanji", "measure": "bin 6-10", "value": "86.5", "source": "x", "link": "y"}
    results(training_bins=[line], published=[{**theirs, "protocol": "half"}])
    head, _, ours, other = leaderboard.tail("kkanji").splitlines()
    assert "ours: `mine`** (1 seed), split `half-test`" in head
    assert ours == "| 2-5 | 90.00 (80.00 to 95.00) | |"
    assert other == "| 6-10 | | 86.5 |"


def test_published_results_are_complete():
    published = result_tables.rows("published")
    assert len(published) > 30
    for row in published:
        assert row["dataset"] in leaderboard.MEASURES
        assert 50 < float(row["value"]) < 100, row
        assert row["source"], row
        assert row["read"], row
        assert row["protocol"], row
        assert row["old_data"] in ("", "yes"), row
