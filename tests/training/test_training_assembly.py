"""Sources joined, held out and augmented, on data made here."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from kuzushiji.datasets import Dataset
from kuzushiji.errors import UsageError
from kuzushiji.training.augment import Augment
from kuzushiji.training.examples import assembly as room
from kuzushiji.training.examples.assembly import Part, assemble
from kuzushiji.training.pipeline import augmented
from kuzushiji.training.recipe import Data, Export, Recipe


def made(name, split, side, classes, each, seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(classes)), each)
    return Dataset(name, split, rng.integers(0, 255, (len(labels), side, side), np.uint8), labels, classes)


@pytest.fixture
def published(monkeypatch):
    """Two small sets under published names: kkanji has a validation split, k49-sample has none."""
    sets = {
        ("k49-sample", "train"): made("k49-sample", "train", 28, ("あ", "い"), 40, 0),
        ("kkanji", "train"): made("kkanji", "train", 64, ("猫", "犬"), 10, 1),
        ("kkanji", "validation"): made("kkanji", "validation", 64, ("猫", "犬"), 3, 2),
    }
    asked = {}

    def load(name, split="train", drop_shared=False):
        asked[name, split] = drop_shared
        return sets[name, split]

    monkeypatch.setattr(room, "load", load)
    return sets | {"dropped": asked}


def test_own_takes_a_published_validation_split_and_holds_clusters_out_elsewhere(published):
    found = assemble(Data(sources=("k49-sample", "kkanji"), validation="own", fraction=0.2))
    assert found.classes == ("あ", "い", "猫", "犬")
    assert found.validation is not None
    assert np.bincount(found.validation.labels)[2:].tolist() == [3, 3]
    assert found.counts[2:].tolist() == [10, 10]
    kana_held = np.bincount(found.validation.labels)[:2]
    assert (kana_held > 0).all()
    assert (found.counts[:2] + kana_held).tolist() == [40, 40]


def test_all_sources_come_to_one_size(published):
    found = assemble(Data(sources=("k49-sample", "kkanji"), validation="none", size=28))
    assert found.train.images.shape == (100, 28, 28)
    np.testing.assert_array_equal(found.train.images[:80], published["k49-sample", "train"].images)


@pytest.mark.parametrize(
    ("sources", "dropped"), [(("k49-sample",), False), (("kkanji",), True), (("k49-sample", "kkanji"), True)]
)
def test_what_another_set_tests_under_another_name_is_left_out_where_kanji_are_learned(
    published, sources, dropped
):
    assemble(Data(sources=sources, validation="none"))
    assert published["dropped"] == {(s, "train"): dropped for s in sources}


def test_a_named_split_is_what_is_measured_on(published):
    found = assemble(Data(sources=("k49-sample", "kkanji"), validation="kkanji/validation"))
    assert len(found.train) == 100
    assert found.validation is not None
    assert sorted(set(found.validation.labels)) == [2, 3]


def test_a_set_too_small_to_hold_any_out_has_no_validation_part(monkeypatch):
    monkeypatch.setattr(room, "load", lambda *args, **kwargs: made("own", "train", 28, ("あ", "い"), 9, 0))
    found = assemble(Data(sources=("own",), validation="shifted"))
    assert len(found.train) == 18
    assert found.validation is None


def test_the_calibration_part_is_augmented_where_asked_and_always_alike():
    part = Part(made("x", "train", 28, ("あ", "い"), 3, 3).images, np.arange(6))
    recipe = Recipe(augment=Augment(shift=0.1), export=Export(calibration_augment=1))
    first, again = augmented(part, recipe, block=4), augmented(part, recipe, block=4)
    assert first.images.shape == (6, 28, 28)
    assert first.labels.tolist() == [*range(6)]
    np.testing.assert_array_equal(first.images, again.images)
    assert (first.images != part.images).any()
    plain = augmented(part, replace(recipe, export=Export()))
    np.testing.assert_array_equal(plain.images, part.images)


def test_a_book_of_ones_own_is_a_source_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for i, char in enumerate("あい"):
        (tmp_path / "my books" / "one" / char).mkdir(parents=True)
        Image.new("L", (28, 28), i).save(tmp_path / "my books" / "one" / char / "a.png")
    for source in ("./my books/one", "my books/one", str(tmp_path / "my books" / "one")):
        found = assemble(Data(sources=(source,), validation="shifted"))
        assert (found.classes, len(found.train)) == (("あ", "い"), 2)
    (tmp_path / "other" / "か").mkdir(parents=True)
    Image.new("L", (28, 28)).save(tmp_path / "other" / "か" / "a.png")
    with pytest.raises(UsageError, match=r"no class with .* sources: --set data\.validation=shifted"):
        assemble(Data(sources=("./my books/one",), validation="./other"))
