"""An ensemble's line in the results: its figures, those of its members, the commands."""

from types import SimpleNamespace

import numpy as np
import pytest

from benchmark_support import benchmark
from kuzushiji.datasets import Dataset
from kuzushiji.training.recipe import Fit, Recipe


@pytest.fixture
def recorder(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text("", encoding="utf-8")
    made = benchmark("record_ensemble")
    monkeypatch.setattr(made.record_run, "RECIPES", tmp_path)
    return made


@pytest.fixture
def runs(tiny_model, tmp_path, glyphs, monkeypatch):
    """Two finished runs; the second confuses two classes, and is less sure than the first is."""
    labels = np.repeat([0, 1, 2], 20)
    data = Dataset("own", "test", glyphs[labels], labels, ("か", "き", "く"))
    monkeypatch.setattr("kuzushiji.datasets.load", lambda name, split="train": data, raising=False)

    def run(seed: int, sharpness: float, templates: list[int]) -> SimpleNamespace:
        folder = tmp_path / f"run{seed}"
        tiny_model(templates=glyphs[templates], path=folder / "model.onnx", name="mine", sharpness=sharpness)
        result = {
            "parameters": 100,
            "macs": 1000,
            "bytes": 400,
            "epochs": 3,
            "training_seconds": 90.0,
            "model": {"shifts": [[0, 0], [0, 1]]},
        }
        environment = {"processor": "a processor", "cores": 1, "system": "Linux"}
        recipe = Recipe("mine", fit=Fit(seed=seed))
        files = {"result.json": result, "environment.json": environment}
        return SimpleNamespace(folder=folder, recipe=recipe, read=files.__getitem__)

    return [run(0, 20.0, [0, 1, 2]), run(1, 2.0, [1, 0, 2])]


def test_the_line_says_what_joining_them_gave(recorder, runs) -> None:
    line = recorder.row("both", runs, "own", "test")
    assert line["accuracy"] == "1.0000"  # the surer member is right
    assert line["members_mean_accuracy"] == f"{(1 + 1 / 3) / 2:.4f}"
    assert line["best_member_accuracy"] == "1.0000"
    assert (line["members"], line["seeds"], line["views"], line["parameters"]) == (2, "0 1", 4, 200)
    assert line["macs"] == 4000
    assert line["training_minutes"] == "3.0"
    assert line["command"].split("; ") == [
        "kuzushiji train recipes/mine.toml --set fit.seed=0",
        "kuzushiji train recipes/mine.toml --set fit.seed=1",
        "kuzushiji evaluate RUN+RUN own",
    ]


def test_entering_again_replaces(recorder, runs, tmp_path) -> None:
    line = recorder.row("both", runs, "own", "test")
    path = tmp_path / "ensembles.csv"
    recorder.enter([line], path)
    recorder.enter([{**line, "accuracy": "0.5"}], path)
    assert path.read_text(encoding="utf-8").count("both,own") == 1
    assert ",0.5," in path.read_text(encoding="utf-8")


def test_a_batch_is_run_once(recorder) -> None:
    calls = []
    model = SimpleNamespace(info=None, path=None, embed=None, probabilities=lambda g: calls.append(1) or g)
    once = recorder.Remembering(model)
    for value in (0, 0, 1):
        assert once.probabilities(np.full((2, 3, 3), value, np.uint8))[0, 0, 0] == value
    assert len(calls) == 2


def test_a_stage_that_members_share_or_are_costs_once(recorder, tmp_path) -> None:
    from kuzushiji.training.fitting.run_folder import Run
    from kuzushiji.training.recipe import Model

    def stage(name: str, start: str) -> Run:
        made = Run.begin(Recipe(name, model=Model(weights=start)), tmp_path / name)
        made.write("result.json", {"epochs": 1})
        return made

    base = stage("base", "")
    first = stage("first", str(base.folder))
    second = stage("second", str(first.folder))
    assert len(recorder.stages_of(second)) == 3
    together = {folder for run in (first, second) for folder in recorder.stages_of(run)}
    assert together == {run.folder.resolve() for run in (base, first, second)}
