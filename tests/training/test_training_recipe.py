from pathlib import Path

import pytest

from kuzushiji.errors import UsageError
from kuzushiji.training import recipe
from kuzushiji.training.page_networks.recipe import is_page_recipe

RECIPES = [
    path
    for path in sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))
    if not is_page_recipe(path)
]


def test_file_settings_and_defaults(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("[fit]\nepochs = 3\nlearning_rate = 1\n[export]\nshifts = [[0, 1], [1, 0]]\n")
    r = recipe.load_recipe(
        file, ["fit.epochs=5", "data.sources=['k49']", "fit.optimizer=adam", "model.options.tail=0"]
    )
    assert r.name == "mine"
    assert (r.fit.epochs, r.fit.learning_rate, r.fit.optimizer) == (5, 1.0, "adam")
    assert r.data.sources == ("k49",)
    assert r.model.options == {"tail": 0}
    assert r.export.shifts == ((0, 1), (1, 0))
    assert recipe.from_dict(r.to_dict()) == r


@pytest.mark.parametrize(
    ("text", "settings", "says"),
    [
        ("x =", [], "is not TOML"),
        ("[fit]\nepoch = 3", [], "no key fit.epoch"),
        ("fit = 3", [], "fit is a value"),
        ("[fit]\nepochs = 'x'", [], "fit.epochs is 'x'"),
        ("[fit]\nepochs = 1.5", [], "fit.epochs is 1.5"),
        ("", ["fit.epochs"], "write key=value"),
        ("name = 'a'", ["name.b=3"], "is a value"),
    ],
)
def test_mistakes_are_named(tmp_path, text, settings, says):
    file = tmp_path / "r.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=says) as e:
        recipe.load_recipe(file, settings)
    assert "\n" not in str(e.value)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.toml"):
        recipe.load_recipe(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("file", RECIPES, ids=lambda p: p.stem)
def test_shipped_recipes_are_read_and_say_how(file):
    """Each says its command, cost and expected result, and names a network that exists."""
    from kuzushiji import models

    r = recipe.load_recipe(file)
    assert r.name == file.stem
    assert r.model.architecture in models.names()
    models.create(r.model.architecture, 10, r.data.size, **r.model.options)
    head = file.read_text(encoding="utf-8").split("\n\n")[0]
    assert f"kuzushiji train recipes/{file.name}" in head
    assert "Cost:" in head
    assert "Expect:" in head


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("data.sources=npz", r'a list, such as \["kmnist"\]'),
        ("fit.epochs=1.5", "a whole number, such as 12"),
        ("fit.loss=1", 'text, such as "softmax"'),
        ("export.half=1", "true or false, such as false"),
    ],
)
def test_a_value_of_the_wrong_type_is_told_what_it_must_be(tmp_path, setting, wanted):
    (tmp_path / "r.toml").touch()
    with pytest.raises(UsageError, match=f"it must be {wanted}$"):
        recipe.load_recipe(tmp_path / "r.toml", [setting])
