"""The line of a run names a command that makes it again, and counts what it started from."""

import csv
import shlex
from dataclasses import replace

import pytest

from benchmark_support import benchmark
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.training.fitting.run_folder import Run
from kuzushiji.training.recipe import Model, Recipe, load_recipe

recorder = benchmark("record_run")

RECIPE = """
name = "mine"
[data]
sources = ["kmnist"]
[model]
options = {stem = [4], dropout = 0.1}
[fit]
epochs = 6
bfloat16 = true
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "RECIPES", tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ([], "--set fit.seed=0"),
        (["fit.seed=2", "fit.epochs=12"], "--set fit.epochs=12 --set fit.seed=2"),
        (
            ["export.calibration_weights=runs/b", "data.size=56", "model.weights=runs/a"],
            "--set model.weights=runs/a --set export.calibration_weights=runs/b --set data.size=56 "
            "--set fit.seed=0",
        ),
        (["fit.optimizer='1'"], """--set 'fit.optimizer="1"' --set fit.seed=0"""),
        (["fit.bfloat16=false", "export.shifts=[[0, 1]]", "data.sources=['k49', 'a b']"], None),
        (["model.options.tail=0", "fit.learning_rate=0.00001", "model.options.pool=quarters"], None),
    ],
)
def test_the_command_makes_the_run_again(file, settings, said):
    run = load_recipe(file, settings)
    command = recorder._command(run)
    start = "kuzushiji train recipes/mine.toml "
    assert command.startswith(start)
    assert said is None or command == start + said
    words = shlex.split(command.removeprefix(start))
    assert words[::2] == ["--set"] * (len(words) // 2)
    assert load_recipe(file, words[1::2]) == run


def test_a_recipe_that_the_file_no_longer_is_is_spelled_out(file):
    run = load_recipe(file)
    file.write_text(RECIPE.replace("epochs = 6", "epochs = 12"), encoding="utf-8")
    assert "--set fit.epochs=6" in recorder._command(run)


def test_a_recipe_that_is_not_in_the_folder_is_named(file):
    with pytest.raises(UsageError, match=r"other\.toml"):
        recorder._command(replace(load_recipe(file), name="other"))


def test_a_run_that_started_from_a_shipped_model_costs_what_is_on_record_of_that(tmp_path, monkeypatch):
    run = Run.begin(Recipe("mine", model=Model(weights="kmnist")), tmp_path / "run")
    run.write("result.json", {"epochs": 1, "training_seconds": 60.0})
    with recorder.RESULTS.open(newline="", encoding="utf-8") as stream:
        (line,) = (x for x in csv.DictReader(stream) if (x["recipe"], x["seed"]) == ("kmnist", "0"))
    own, shipped = recorder.stages_of(run).values()
    assert own["epochs"] == 1
    assert shipped["epochs"] == int(line["epochs"])
    assert shipped["training_seconds"] == pytest.approx(60 * float(line["training_minutes"]))
    monkeypatch.setattr(recorder, "RESULTS", tmp_path / "empty.csv")
    (tmp_path / "empty.csv").write_text("recipe,seed\n", encoding="utf-8")
    with pytest.raises(KuzushijiError, match=r"no line of the shipped kmnist"):
        recorder.stages_of(run)


def test_a_run_that_started_from_a_file_costs_its_own(tmp_path):
    (tmp_path / "other.onnx").write_bytes(b"")
    run = Run.begin(Recipe("mine", model=Model(weights=str(tmp_path / "other.onnx"))), tmp_path / "run")
    run.write("result.json", {"epochs": 1})
    assert list(recorder.stages_of(run)) == [run.folder.resolve()]
    gone = Run.begin(Recipe("mine", model=Model(weights=str(tmp_path / "gone"))), tmp_path / "last")
    gone.write("result.json", {"epochs": 1})
    with pytest.raises(KuzushijiError, match="gone is not a run folder"):
        recorder.stages_of(gone)
