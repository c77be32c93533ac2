"""Characters of a typeface as further examples, with the font that comes with matplotlib."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest

from kuzushiji.datasets import Dataset
from kuzushiji.errors import KuzushijiError
from kuzushiji.training.examples import assembly as room
from kuzushiji.training.examples.typefaces import typeset_glyphs
from kuzushiji.training.fitting import loop
from kuzushiji.training.recipe import Data, Fit, Model, Recipe

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
SANS, SERIF = str(FONTS / "DejaVuSans.ttf"), str(FONTS / "DejaVuSerif.ttf")


def test_every_class_comes_once_a_typeface_and_fills_its_square():
    images, labels = typeset_glyphs(("A", "W", "あ"), (SANS, SERIF), 28)
    assert labels.tolist() == [0, 1, 0, 1]  # あ is a kana: its old shapes are in no typeface
    assert images.shape == (4, 28, 28)
    assert images.dtype == np.uint8
    for glyph in images:
        rows, columns = np.nonzero(glyph > 60)
        assert max(np.ptp(rows), np.ptp(columns)) >= 26
    assert (images[0] != images[2]).any()


def test_what_a_typeface_does_not_know_is_left_out():
    known = typeset_glyphs(("A", "猫", "犬", " "), (SANS,), 28)  # it draws a box for both kanji
    assert known[1].tolist() == [0]
    assert typeset_glyphs(("A", "猫"), (SANS,), 28)[1].tolist() == [0]  # nor one box that no other equals
    images, labels = typeset_glyphs(("猫", "犬"), (SANS,), 28)
    assert images.shape == (0, 28, 28)
    assert labels.shape == (0,)


def test_a_typeface_that_is_not_here_is_named():
    with pytest.raises(KuzushijiError, match=r"data\.typefaces: no-such\.ttf is not among"):
        typeset_glyphs(("A",), ("no-such.ttf",), 28)


@pytest.fixture
def source(monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28), np.uint8)
    made = Dataset("mine", "train", images, np.array([0, 0, 0, 1]), ("A", "W"))
    monkeypatch.setattr(room, "load", lambda name, split="train", drop_shared=False: made)
    return made


def test_a_recipe_learns_them_and_counts_what_was_written(source):
    found = room.assemble(Data(sources=("mine",), validation="none", typefaces=(SANS, SERIF)))
    assert (len(found.train), found.typeset) == (8, 4)
    assert found.counts.tolist() == [3, 1]
    np.testing.assert_array_equal(found.written.images, source.images)
    assert room.assemble(Data(sources=("mine",), validation="none")).typeset == 0


def test_balanced_softmax_knows_how_often_a_class_is_really_drawn(source, monkeypatch):
    """The loss is told of all glyphs, the typefaces' too; else a class of few images would be overrated."""
    from kuzushiji import models

    told = []
    make = loop.losses.make
    monkeypatch.setattr(
        loop.losses, "make", lambda kind, drawn, *rest: told.append(drawn) or make(kind, drawn)
    )
    found = room.assemble(Data(sources=("mine",), validation="none", typefaces=(SANS, SERIF)))
    options = {"stem": [4], "widths": [4, 8], "tail": 0}
    recipe = Recipe(model=Model(options=options), fit=Fit(sampling_power=0.5, batch_size=4))
    loop.Loop(models.create("residual", 2, 28, **options), recipe, found)
    np.testing.assert_allclose(told[0], np.sqrt([5, 3]))
