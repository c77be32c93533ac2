"""A recipe that cannot end well is refused before anything is loaded or trained."""

import pytest

from kuzushiji.cli import main
from kuzushiji.errors import UsageError
from kuzushiji.training.recipe import from_dict
from kuzushiji.training.recipe_check import check


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("data", "sources", []),
        ("data", "sources", [1]),
        ("data", "sources", [""]),
        ("data", "typefaces", [["a.ttf"]]),
        ("data", "size", 4),
        ("data", "size", 600),
        ("data", "soften", 1.5),
        ("data", "voiced", -0.1),
        ("data", "outside", 1.0),
        ("data", "fraction", 0.0),
        ("data", "validation", "shfted"),
        ("data", "validation", "kmnist"),
        ("fit", "epochs", 0),
        ("fit", "batch_size", 0),
        ("fit", "learning_rate", 0.0),
        ("fit", "warmup", 1.5),
        ("fit", "momentum", -0.9),
        ("fit", "weight_decay", -0.1),
        ("fit", "label_smoothing", 1.0),
        ("fit", "ema", float("nan")),
        ("fit", "shapes", 0),
        ("fit", "seed", -1),
        ("fit", "seed", 2**32),
        ("fit", "checkpoint_minutes", -1.0),
        ("export", "shifts", [1, 2]),
        ("export", "shifts", [[0.5, 0]]),
        ("export", "shifts", [[0, 0, 0]]),
        ("export", "shifts", [[0, 99]]),
        ("export", "calibration_epochs", -1),
        ("export", "calibration_augment", 2),
        ("export", "precision", 0.0),
        ("export", "precision", 1.0),
        ("export", "precision", 1.5),
        ("export", "start_share", 2.0),
        ("export", "prototypes", -1.0),
    ],
)
def test_values_out_of_range_are_named(table, key, value):
    with pytest.raises(UsageError, match=rf"{table}\.{key}") as e:
        check(from_dict({table: {key: value}}))
    assert "\n" not in str(e.value)


def test_what_is_in_range_passes():
    check(from_dict({}))
    check(from_dict({"data": {"validation": "kkanji/validation"}, "export": {"shifts": []}}))
    check(from_dict({"data": {"validation": "./mine"}, "fit": {"checkpoint_minutes": 0, "momentum": 0}}))


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        ({"fit": {"shape_power": 0.5}}, "needs model.weights"),
        ({"data": {"soften": 0.5}, "fit": {"teacher": "kmnist"}}, "do not go together"),
        ({"data": {"outside": 0.1}}, "needs data.typefaces"),
        ({"export": {"prototypes": 2}}, "cosine head"),
    ],
)
def test_settings_that_need_or_exclude_each_other(tree, says):
    with pytest.raises(UsageError, match=says):
        check(from_dict(tree))


def test_the_command_refuses_them_before_it_asks_for_data(tmp_path, home, capsys):
    file = tmp_path / "r.toml"
    file.write_text("")
    words = ["train", str(file), "--runs", str(tmp_path / "runs"), "--set", "export.precision=1"]
    assert main(words) == 2
    err = capsys.readouterr().err
    assert "export.precision is 1.0" in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "runs").exists()
