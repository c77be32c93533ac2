"""A shipped model's card says what was measured of it, and leaves empty what was not."""

from pathlib import Path

from benchmark_support import script

ROOT = Path(__file__).parents[1]
result_tables = script("result_tables")
ship = script("ship")

ROW = {
    "recipe": "mine",
    "seed": "0",
    "test_set": "kmnist",
    "n": "10000",
    "ece": "0.01",
    "command": "kuzushiji train recipes/mine.toml",
    **{f"{name}{end}": "0.9" for name in ("accuracy", "sure_coverage") for end in ("", "_low", "_high")},
    **{f"sure_precision{end}": "" for end in ("", "_low", "_high")},
}


def test_the_card_of_a_model_that_is_never_sure(monkeypatch):
    monkeypatch.setattr(ship, "rows", lambda name: [{**ROW, "recipe": "other"}, ROW])
    text = ship.measured("mine")
    share = "90.00 % (90.00 to 90.00)"
    assert f"| kmnist | 10,000 | 0 | {share} | 0.01 | {share} |  |" in text
    assert text.count("| kmnist |") == 1
    assert "`kuzushiji evaluate mine kmnist`, after `kuzushiji train recipes/mine.toml`" in text


def test_every_shipped_card_can_be_made_again():
    recorded = {row["recipe"] for row in result_tables.rows("results/training")}
    for card in ship.FILES.glob("*.md"):
        assert card.stem in recorded
        assert ship.measured(card.stem).startswith("## Measured")


def test_model_and_card_take_the_place_of_the_earlier_version(tmp_path, monkeypatch):
    monkeypatch.setattr(ship, "rows", lambda name: [ROW])
    monkeypatch.setattr(ship, "FILES", tmp_path / "files")
    run = tmp_path / "run"
    run.mkdir()
    (run / "MODEL_CARD.md").write_text("# mine\n\n## Limits\n", encoding="utf-8")
    for content in (b"first", b"second"):
        (run / "model.onnx").write_bytes(content)
        path = ship.ship(run, "mine")
    assert [file.name for file in (tmp_path / "files").glob("*.onnx")] == [path.name]
    assert path.read_bytes() == b"second"
    card = (tmp_path / "files" / "mine.md").read_text(encoding="utf-8")
    assert card.index("## Measured") < card.index("## Limits")
