"""A shipped model's card says what was measured of it, and leaves empty what was not."""

import pytest

from benchmark_support import script
from kuzushiji.weights import names, open_model

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
    monkeypatch.setattr(ship, "rows", lambda name: [{**ROW, "recipe": "other"}, ROW, {**ROW, "seed": "1"}])
    text = ship.measured("shipped", "mine", 0)
    share = "90.00 % (90.00 to 90.00)"
    assert f"| kmnist | 10,000 | 0 | {share} | 0.01 | {share} |  |" in text
    assert text.count("| kmnist |") == 1
    assert "`kuzushiji evaluate shipped kmnist`, after `kuzushiji train recipes/mine.toml`" in text


@pytest.mark.parametrize("name", names())
def test_every_shipped_card_says_what_is_recorded_of_its_model(name):
    card = (ship.FILES / f"{name}.md").read_text(encoding="utf-8")
    info = open_model(name).info
    assert ship.measured(name, info.name, info.more["seed"]) in card


def test_model_and_card_take_the_place_of_the_earlier_version(tmp_path, monkeypatch):
    monkeypatch.setattr(ship, "rows", lambda name: [ROW])
    monkeypatch.setattr(ship, "FILES", tmp_path / "files")
    run = tmp_path / "run"
    run.mkdir()
    (run / "MODEL_CARD.md").write_text("# mine\n\n## Limits\n", encoding="utf-8")
    for content in (b"first", b"second"):
        (run / "model.onnx").write_bytes(content)
        path = ship.ship(run, "mine", "mine", seed=0)
    assert [file.name for file in (tmp_path / "files").glob("*.onnx")] == [path.name]
    assert path.read_bytes() == b"second"
    card = (tmp_path / "files" / "mine.md").read_text(encoding="utf-8")
    assert card.index("## Measured") < card.index("## Limits")


@pytest.mark.parametrize("lacks", ["its row", "its card"])
def test_what_is_not_recorded_or_not_finished_leaves_the_earlier_version(tmp_path, monkeypatch, lacks):
    monkeypatch.setattr(ship, "rows", lambda name: [] if lacks == "its row" else [ROW])
    monkeypatch.setattr(ship, "FILES", tmp_path / "files")
    earlier = tmp_path / "files" / "mine-00000000.onnx"
    earlier.parent.mkdir()
    earlier.write_bytes(b"earlier")
    run = tmp_path / "run"
    run.mkdir()
    (run / "model.onnx").write_bytes(b"later")
    if lacks == "its row":
        (run / "MODEL_CARD.md").write_text("# mine\n\n## Limits\n", encoding="utf-8")
    with pytest.raises((SystemExit, OSError), match=r"has no mine of seed 0|MODEL_CARD\.md"):
        ship.ship(run, "mine", "mine", seed=0)
    assert list(earlier.parent.iterdir()) == [earlier]
