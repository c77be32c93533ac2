"""Kanji learned as the kana that were made of them, on a set made here."""

import numpy as np
import pytest

from kuzushiji.datasets import Dataset
from kuzushiji.training.examples import assembly as room
from kuzushiji.training.examples import jibo
from kuzushiji.training.recipe import Data


@pytest.fixture
def kanji(monkeypatch):
    labels = np.array([0, 1, 1, 2, 3])
    images = np.random.default_rng(0).integers(0, 256, (5, 64, 64), np.uint8)
    made = Dataset("kkanji", "train", images, labels, ("寸", "夜", "山", "數"))
    apart = {("kkanji", "train", True): made}  # without what a set of kana has in its test part
    monkeypatch.setattr(jibo, "load", lambda name, split, drop_shared: apart[name, split, drop_shared])
    return made


def test_a_kanji_counts_where_it_is_the_jibo_of_one_class_alone(kanji):
    images, labels, sides = jibo.jibo_glyphs(("や", "す"), 28)
    assert labels.tolist() == [1, 0, 0, 1]  # 寸, 夜 twice, 數; not 山
    assert images.shape == (4, 28, 28)
    assert sides.tolist() == [64] * 4
    assert jibo.jibo_glyphs(("や", "よ"), 28)[1].tolist() == []  # 夜 was written for both
    assert jibo.jibo_glyphs(("す", "寸"), 28)[1].tolist() == [0]  # 寸 is a class of its own here


def test_a_recipe_takes_them_beside_its_source_and_counts_them(kanji, monkeypatch):
    source = Dataset("kmnist", "train", np.zeros((4, 28, 28), np.uint8), np.array([0, 0, 1, 1]), ("す", "や"))
    monkeypatch.setattr(room, "load", lambda name, split="train", drop_shared=False: source)
    plain = room.assemble(Data(sources=("kmnist",), validation="none"))
    more = room.assemble(Data(sources=("kmnist",), validation="none", jibo=10))
    assert plain.counts.tolist() == [2, 2]
    assert more.counts.tolist() == [4, 4]
    assert more.classes == plain.classes


def test_classes_that_have_enough_images_take_none(kanji, monkeypatch):
    source = Dataset("kmnist", "train", np.zeros((4, 28, 28), np.uint8), np.array([0, 0, 0, 1]), ("す", "や"))
    monkeypatch.setattr(room, "load", lambda name, split="train", drop_shared=False: source)
    few = room.assemble(Data(sources=("kmnist",), validation="none", jibo=2))
    assert few.counts.tolist() == [3, 3]
