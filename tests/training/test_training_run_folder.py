"""Run folders: one for each run, and no half of a file in them."""

import json

import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.training.fitting import run_folder as room
from kuzushiji.training.fitting.run_folder import Run
from kuzushiji.training.recipe import Fit, Recipe


def test_two_runs_of_one_second_have_a_folder_each(tmp_path, monkeypatch):
    monkeypatch.setattr(room.time, "strftime", lambda shape: "20260101-000000")
    made = [Run.new(recipe, tmp_path / "runs") for recipe in (Recipe(), Recipe(fit=Fit(epochs=3)), Recipe())]
    names = [run.folder.name for run in made]
    assert names == [f"untitled-seed0-20260101-000000{end}" for end in ("", "-2", "-3")]
    assert [run.recipe.fit.epochs for run in made] == [Recipe().fit.epochs, 3, Recipe().fit.epochs]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(KuzushijiError, match=r"run folder .*runs"):
        Run.new(Recipe(), tmp_path / "runs")


def test_a_folder_whose_beginning_was_cut_short_is_begun_again(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "environment", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Run.begin(Recipe(), tmp_path / "run")
    monkeypatch.undo()
    assert Run.begin(Recipe(), tmp_path / "run").read("environment.json")["python"]


def test_a_file_is_whole_or_the_earlier_one(tmp_path, monkeypatch):
    run = Run.begin(Recipe(), tmp_path / "run")
    run.write("result.json", {"epochs": 1})

    def full(self, text, **kwargs):
        self.write_bytes(text[:3].encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(OSError, match="No space left"):
        run.write("result.json", {"epochs": 2})
    monkeypatch.undo()
    assert run.read("result.json") == {"epochs": 1}
    assert not list(run.folder.glob("*.part"))


@pytest.mark.parametrize("text", ["", '{"epochs"', "\ufeff{}"])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, text):
    run = Run.begin(Recipe(), tmp_path / "run")
    (run.folder / "result.json").write_text(text, encoding="utf-8")
    with pytest.raises(KuzushijiError, match=r"result\.json cannot be read: ") as e:
        run.read("result.json")
    assert "\n" not in str(e.value)
    (run.folder / "result.json").unlink()
    with pytest.raises(KuzushijiError, match=r"result\.json: .*has the run ended"):
        run.read("result.json")


def test_a_run_without_its_recipe_is_named(tmp_path):
    run = Run.begin(Recipe(), tmp_path / "run")
    assert json.loads((run.folder / "config.json").read_text())["name"] == "untitled"
    (run.folder / "config.json").write_text("")
    with pytest.raises(KuzushijiError, match=r"config\.json cannot be read"):
        Run.open(run.folder).recipe  # noqa: B018
