"""A whole run from the command line, on data made here."""

import csv
import json

import numpy as np
import pytest

from kuzushiji.cli import main
from kuzushiji.datasets.cache import locked
from kuzushiji.errors import KuzushijiError
from kuzushiji.training import pipeline as room
from kuzushiji.weights import find, open_model

RECIPE = """
[data]
sources = ["{data}"]
size = 12
validation = "{validation}"
[model]
architecture = "residual"
[model.options]
stem = [4]
widths = [4, 8]
tail = 0
[augment]
shift = 0.05
[fit]
epochs = 8
batch_size = 16
learning_rate = 0.05
ema = 0.9
[export]
shifts = [[0, 0], [0, 1]]
precision = 0.6
calibration_epochs = {again}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A K49-style folder: upright and level bars of several widths, 120 of each, 12 px."""
    path = tmp_path_factory.mktemp("own")
    rng = np.random.default_rng(0)
    for split, n in (("train", 240), ("test", 40)):
        labels = (np.arange(n) % 2).astype(np.uint8)
        images = rng.integers(0, 40, (n, 12, 12), np.uint8)
        for i, (image, label) in enumerate(zip(images, labels, strict=True)):
            at, wide = rng.integers(2, 7), 1 + i // 2 % 3
            image[(slice(None), slice(at, at + wide)) if label else (slice(at, at + wide), slice(None))] = 230
        np.savez(path / f"bars-{split}-imgs.npz", images)
        np.savez(path / f"bars-{split}-labels.npz", labels)
    (path / "bars_classmap.csv").write_text(
        "index,codepoint,char\n0,U+4E00,一\n1,U+4E28,丨\n", encoding="utf-8"
    )
    return path


def write_recipe(tmp_path, folder, validation="shifted", again=0):
    file = tmp_path / "bars.toml"
    file.write_text(RECIPE.format(data=folder, validation=validation, again=again))
    return str(file)


def test_train_evaluate_export(tmp_path, folder, capsys):
    assert (
        main(["train", write_recipe(tmp_path, folder), "--runs", str(tmp_path / "runs"), "--threads", "1"])
        == 0
    )
    out, err = capsys.readouterr()
    (run,) = (tmp_path / "runs").iterdir()
    assert out.strip() == str(run)
    assert "held out" in err
    assert "epoch 8" in err
    assert "images/s" in err
    for name in ("config.json", "environment.json", "model.keras", "checkpoint.npz", "curves.png"):
        assert (run / name).stat().st_size > 100
    lines = list(csv.DictReader((run / "metrics.csv").open()))
    assert [int(x["epoch"]) for x in lines] == list(range(1, 9))
    assert float(lines[-1]["validation_accuracy"]) > 0.9
    card = (run / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "CC BY-SA" not in card
    assert "CODH" not in card
    assert "few dozen" not in card
    assert "its owner chooses" in card
    assert "Temperature" in card

    result = json.loads((run / "result.json").read_text())
    assert result["onnx_difference"] <= 1e-5
    assert result["calibration"]["n"] > 10
    model = open_model(run, threads=1)
    assert model.info.classes == ("一", "丨")
    assert model.info.attribution == ""
    assert model.info.shifts == ((0, 0), (0, 1))
    assert model.info.temperature == result["calibration"]["temperature"]
    with np.load(folder / "bars-test-imgs.npz") as x, np.load(folder / "bars-test-labels.npz") as y:
        right = (model.probabilities(x["arr_0"]).argmax(1) == y["arr_0"]).mean()
    assert right > 0.9

    assert main(["evaluate", str(run), str(folder), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["n"] == 40
    assert figures["accuracy"]["value"] == pytest.approx(right)

    again = tmp_path / "new" / "again.onnx"
    assert main(["export", str(run), "-o", str(again)]) == 0
    assert open_model(again, threads=1).info == model.info


def test_a_second_training_calibrates_a_run_that_holds_nothing_out(tmp_path, folder):
    recipe = write_recipe(tmp_path, folder, validation="none", again=3)
    assert main(["train", recipe, "--runs", str(tmp_path / "runs"), "--set", "fit.epochs=4"]) == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert len((run / "metrics.csv").read_text().splitlines()) == 5
    assert len((run / "calibration" / "metrics.csv").read_text().splitlines()) == 4
    found = json.loads((run / "result.json").read_text())["calibration"]
    assert found == json.loads((run / "calibration" / "result.json").read_text())["calibration"]
    assert open_model(run, threads=1).info.temperature == found["temperature"]
    assert "second training of 3 epochs" in (run / "MODEL_CARD.md").read_text()


@pytest.mark.parametrize("settings", [(), ("export.prior=0.5", "export.half=true")], ids=["plain", "shipped"])
def test_a_finished_run_resumes_and_exports_to_the_same_model(tmp_path, folder, settings):
    recipe = write_recipe(tmp_path, folder)
    words = [word for setting in ("fit.epochs=2", *settings) for word in ("--set", setting)]
    assert main(["train", recipe, "--runs", str(tmp_path / "runs"), *words]) == 0
    (run,) = (tmp_path / "runs").iterdir()
    again = tmp_path / "again.onnx"
    assert main(["export", str(run), "-o", str(again)]) == 0
    assert again.read_bytes() == (run / "model.onnx").read_bytes()
    glyphs = np.random.default_rng(0).integers(0, 256, (5, 12, 12), np.uint8)
    before = open_model(run, threads=1).logits(glyphs)
    (run / "model.onnx").unlink()
    assert main(["train", "--resume", str(run)]) == 0
    np.testing.assert_array_equal(open_model(run, threads=1).logits(glyphs), before)


def test_one_process_at_a_time_trains_a_run(tmp_path, folder, capsys):
    recipe = write_recipe(tmp_path, folder, validation="none")
    assert main(["train", recipe, "--runs", str(tmp_path / "runs"), "--set", "fit.epochs=1"]) == 0
    (run,) = (tmp_path / "runs").iterdir()
    (run / "checkpoint.npz.4194304.part").write_bytes(b"half")  # of a process that was killed
    with locked(run):
        assert main(["train", "--resume", str(run)]) == 1
    assert "another process is training" in capsys.readouterr().err
    assert main(["train", "--resume", str(run)]) == 0
    assert not list(run.glob("*.part"))


def test_a_run_that_ends_before_its_first_checkpoint_begins_again(tmp_path, folder, monkeypatch, capsys):
    """In the run itself, and in the second training that calibrates it."""
    recipe = write_recipe(tmp_path, folder, validation="none", again=1)
    words = ["train", recipe, "--set", "fit.epochs=1"]
    assert main([*words, "--runs", str(tmp_path / "whole")]) == 0
    (whole,) = (tmp_path / "whole").iterdir()
    save, full = np.savez, [1]

    def savez(file, *args, **kwargs):
        full[0] -= 1
        if not full[0]:
            raise OSError(28, "No space left on device")
        save(file, *args, **kwargs)

    monkeypatch.setattr(np, "savez", savez)
    assert main([*words, "--runs", str(tmp_path / "runs")]) == 1
    (run,) = (tmp_path / "runs").iterdir()
    err = capsys.readouterr().err
    assert "No space left on device; make room, then --resume" in err
    assert not (run / "checkpoint.npz").exists()
    assert (run / "metrics.csv").exists()
    full[0] = 2  # the run's own goes well, the calibration's does not
    assert main(["train", "--resume", str(run)]) == 1
    assert (run / "calibration" / "metrics.csv").exists()
    assert main(["train", "--resume", str(run)]) == 0
    ours, theirs = open_model(run, threads=1), open_model(whole, threads=1)
    assert ours.info == theirs.info
    glyphs = np.random.default_rng(0).integers(0, 256, (5, 12, 12), np.uint8)
    np.testing.assert_array_equal(ours.logits(glyphs), theirs.logits(glyphs))
    for inside in (run, run / "calibration"):
        assert len((inside / "metrics.csv").read_text().splitlines()) == 2


def test_a_finished_run_without_its_checkpoint_is_not_trained_anew(tmp_path, folder, capsys):
    recipe = write_recipe(tmp_path, folder)
    assert main(["train", recipe, "--runs", str(tmp_path / "runs"), "--set", "fit.epochs=1"]) == 0
    (run,) = (tmp_path / "runs").iterdir()
    (run / "checkpoint.npz").unlink()
    assert main(["train", "--resume", str(run)]) == 1
    assert "has ended and lost its checkpoint" in capsys.readouterr().err


def test_an_unfinished_run_has_no_model_to_use(tmp_path, folder, monkeypatch):
    def stop(*args):
        raise KuzushijiError("stopped")

    monkeypatch.setattr(room, "calibrate", stop)
    recipe = write_recipe(tmp_path, folder)
    assert main(["train", recipe, "--runs", str(tmp_path / "runs"), "--set", "fit.epochs=1"]) == 1
    (run,) = (tmp_path / "runs").iterdir()
    assert not list(run.glob("*.onnx"))
    with pytest.raises(KuzushijiError, match="has not ended: kuzushiji train --resume"):
        find(run)
    monkeypatch.undo()
    assert main(["train", "--resume", str(run)]) == 0
    assert [path.name for path in run.glob("*.onnx")] == ["model.onnx"]


@pytest.mark.parametrize("again", [0, 1])
def test_data_too_small_to_hold_any_out_gives_a_model_that_is_never_sure(tmp_path, folder, capsys, again):
    own = tmp_path / "own"
    own.mkdir()
    for part in ("imgs", "labels"):
        with np.load(folder / f"bars-train-{part}.npz") as f:
            np.savez(own / f"bars-train-{part}.npz", f["arr_0"][:16])
    (own / "bars_classmap.csv").write_bytes((folder / "bars_classmap.csv").read_bytes())
    recipe = write_recipe(tmp_path, own, validation="none" if again else "shifted", again=again)
    assert main(["train", recipe, "--runs", str(tmp_path / "runs"), "--set", "fit.epochs=1"]) == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert "16 images (0 held out)" in capsys.readouterr().err
    assert json.loads((run / "result.json").read_text())["calibration"] is None
    assert "Nothing was held out" in (run / "MODEL_CARD.md").read_text()
    assert open_model(run, threads=1).info.temperature == 1


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["train"], 2, "give a RECIPE"),
        (["train", "nowhere.toml"], 2, "nowhere.toml"),
        (["train", "--resume", "."], 1, "not a run folder"),
        (["train", "--resume", ".", "--set", "fit.epochs=2"], 2, "keeps its own"),
        (["export", "."], 1, "not a run folder"),
    ],
)
def test_mistakes_are_one_line(words, code, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == code
    err = capsys.readouterr().err
    assert says in err
    assert len(err.strip().splitlines()) == 1


def test_missing_data_is_one_line_before_anything_is_made(tmp_path, home, capsys):
    file = tmp_path / "r.toml"
    file.write_text('[data]\nsources = ["kmnist"]\n')
    assert main(["train", str(file), "--runs", str(tmp_path / "runs")]) == 1
    err = capsys.readouterr().err
    assert "kmnist" in err
    assert "KUZUSHIJI_OFFLINE" in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_a_run_can_start_from_the_weights_of_another(tmp_path, folder, capsys):
    from kuzushiji import models
    from kuzushiji.models.keras_file import open_keras
    from kuzushiji.training.examples.assembly import Part
    from kuzushiji.training.fitting.initial_weights import start_from
    from kuzushiji.training.fitting.loop import logits

    recipe = write_recipe(tmp_path, folder)
    first = ["--set", "fit.epochs=2", "--set", "export.prior=0.5"]
    assert main(["train", recipe, "--runs", str(tmp_path / "first"), *first]) == 0
    (run,) = (tmp_path / "first").iterdir()
    options = {"stem": [4], "widths": [4, 8], "tail": 0}
    fresh = models.create("residual", 2, 12, **options)
    glyphs = Part(np.random.default_rng(0).integers(0, 256, (9, 12, 12), np.uint8), np.zeros(9, np.int64))
    before = logits(fresh, glyphs)
    start_from(fresh, run)
    shipped = logits(open_keras(run / "model.keras"), glyphs)
    difference = shipped - logits(fresh, glyphs)  # the prior, which belongs to the shipped file alone
    np.testing.assert_allclose(difference, np.broadcast_to(difference[0], difference.shape), atol=1e-4)
    assert abs(shipped - before).max() > 0.01

    again = ["--set", f'model.weights="{run}"', "--set", "fit.epochs=1"]
    assert main(["train", recipe, "--runs", str(tmp_path / "second"), *again]) == 0
    assert main(["train", recipe, "--set", 'model.weights="nowhere"', "--runs", str(tmp_path / "x")]) == 1
    assert "nowhere is not there" in capsys.readouterr().err
    many = models.create("residual", 5, 12, **options)
    head = many.get_layer("logits").get_weights()
    start_from(many, run)
    np.testing.assert_array_equal(many.layers[1].get_weights()[0], fresh.layers[1].get_weights()[0])
    np.testing.assert_array_equal(many.get_layer("logits").get_weights()[0], head[0])
    other = ["--set", "model.options.stem=[5]", *again]
    assert main(["train", recipe, "--runs", str(tmp_path / "x"), *other]) == 1
    assert "another network" in capsys.readouterr().err


def test_rare_shapes_are_drawn_more_often_and_a_resumed_run_keeps_them(tmp_path, folder, capsys):
    recipe = write_recipe(tmp_path, folder, validation="none")
    more = ["--set", "fit.shape_power=0.5", "--set", "fit.shapes=3", "--set", "fit.epochs=1"]
    assert main(["train", recipe, "--runs", str(tmp_path / "x"), *more]) == 2
    assert "needs model.weights" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()

    assert main(["train", recipe, "--runs", str(tmp_path / "first"), "--set", "fit.epochs=2"]) == 0
    (first,) = (tmp_path / "first").iterdir()
    more += ["--set", f'model.weights="{first}"', "--set", "export.calibration_epochs=1"]
    assert main(["train", recipe, "--runs", str(tmp_path / "second"), *more]) == 0
    (second,) = (tmp_path / "second").iterdir()
    shapes = np.load(second / "shapes.npy")
    assert shapes.shape == (240,)
    assert set(shapes) == {0, 1, 2}
    calibration = json.loads((second / "calibration" / "config.json").read_text())
    assert (calibration["model"]["weights"], calibration["fit"]["shape_power"]) == ("", 1.0)
    (first / "model.keras").unlink()  # what a run began from is not needed to go on
    assert main(["train", "--resume", str(second)]) == 0


def test_the_weights_a_run_began_from_are_mixed_into_what_it_keeps(tmp_path, folder, capsys):
    from kuzushiji.models.keras_file import open_keras

    recipe = write_recipe(tmp_path, folder)
    words = ["train", recipe, "--set", "fit.epochs=1"]
    assert main([*words, "--runs", str(tmp_path / "x"), "--set", "export.start_share=0.5"]) == 2
    assert "start_share needs model.weights" in capsys.readouterr().err
    assert main([*words, "--runs", str(tmp_path / "first")]) == 0
    (first,) = (tmp_path / "first").iterdir()
    words += ["--set", f'model.weights="{first}"']
    kept = {}
    for share in (0.0, 0.25):
        runs = tmp_path / f"share{share}"
        assert main([*words, "--runs", str(runs), "--set", f"export.start_share={share}"]) == 0
        (run,) = runs.iterdir()
        kept[share] = open_keras(run / "model.keras").get_weights()
    for start, end, mixed in zip(
        open_keras(first / "model.keras").get_weights(), *kept.values(), strict=True
    ):
        np.testing.assert_allclose(mixed, 0.25 * start + 0.75 * end, atol=1e-5)
    (first / "model.keras").unlink()
    assert main(["train", "--resume", str(run)]) == 0
    for a, b in zip(open_keras(run / "model.keras").get_weights(), kept[0.25], strict=True):
        np.testing.assert_array_equal(a, b)


def test_prototypes_go_into_the_shipped_head_once_and_need_a_cosine_head(tmp_path, folder, capsys):
    recipe = write_recipe(tmp_path, folder)
    more = ["--set", "export.prototypes=100", "--set", "fit.epochs=1"]
    assert main(["train", recipe, "--runs", str(tmp_path / "x"), *more]) == 2
    assert "cosine head" in capsys.readouterr().err
    more += ["--set", "model.options.cosine_scale=10", "--set", "model.options.features=6"]
    assert main(["train", recipe, "--runs", str(tmp_path / "runs"), *more]) == 0
    (run,) = (tmp_path / "runs").iterdir()
    glyphs = np.random.default_rng(0).integers(0, 256, (5, 12, 12), np.uint8)
    before = open_model(run, threads=1).logits(glyphs)
    plain = [*more, "--set", "export.prototypes=0"]
    assert main(["train", recipe, "--runs", str(tmp_path / "plain"), *plain]) == 0
    (other,) = (tmp_path / "plain").iterdir()
    assert abs(open_model(other, threads=1).logits(glyphs) - before).max() > 0.01
    (run / "model.onnx").unlink()
    assert main(["train", "--resume", str(run)]) == 0
    np.testing.assert_array_equal(open_model(run, threads=1).logits(glyphs), before)


def test_control_c_says_how_to_go_on(tmp_path, folder, capsys, monkeypatch):
    def interrupted(self, on_epoch, on_step):
        raise KeyboardInterrupt

    monkeypatch.setattr(room.Loop, "run", interrupted)
    assert main(["train", write_recipe(tmp_path, folder), "--runs", str(tmp_path / "runs")]) == 130
    (run,) = (tmp_path / "runs").iterdir()
    assert capsys.readouterr().err.endswith(f"interrupted; to go on: kuzushiji train --resume {run}\n")
