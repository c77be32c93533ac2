"""Sharp and soft glyphs in one training: what is drawn, and what is learned from it."""

import dataclasses

import numpy as np
import pytest

from kuzushiji.errors import UsageError
from kuzushiji.images import resize_glyphs
from kuzushiji.training.examples.assembly import Assembled, Part
from kuzushiji.training.examples.sharpness import Soften
from kuzushiji.training.fitting import losses
from kuzushiji.training.fitting.loop import Loop
from kuzushiji.training.pipeline import train
from kuzushiji.training.recipe import Data, Fit, Recipe


def made(n: int = 40) -> Assembled:
    """Two kana published at 12 px and two kanji at 24, all at 24."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 4
    sides = np.where(labels < 2, 12, 24)
    images = rng.integers(0, 256, (n, 24, 24), np.uint8)
    images[labels < 2] = resize_glyphs(resize_glyphs(images[labels < 2], 12), 24)
    return Assembled(("あ", "い", "猫", "犬"), Part(images, labels, sides), None)


def test_softened_glyphs_went_the_way_of_the_small_ones_and_the_others_are_marked():
    data = made()
    soften = Soften.of(0.5, data)
    assert soften.closed.tolist() == [True, True, False, False]
    assert soften.open_share.tolist() == [1, 1, 0.5, 0.5]
    part = data.train
    images, labels = soften(part.images, part.labels, part.sides, np.random.default_rng(0))
    kana = part.labels < 2
    np.testing.assert_array_equal(images[kana], part.images[kana])
    np.testing.assert_array_equal(labels[kana], part.labels[kana])
    sharp = labels >= 4
    assert 0 < sharp.sum() < (~kana).sum()
    np.testing.assert_array_equal(images[sharp], part.images[sharp])
    soft = ~kana & ~sharp
    np.testing.assert_array_equal(images[soft], resize_glyphs(resize_glyphs(part.images[soft], 12), 24))
    np.testing.assert_array_equal(labels % 4, part.labels)


def test_closed_classes_get_no_gradient_from_a_sharp_glyph_and_their_own_from_a_soft_one():
    import torch

    closed = np.array([True, True, False, False])
    loss = losses.make("softmax", np.ones(4), closed=closed)
    for raised, heard in ((4, [False, False, True, True]), (0, [True] * 4)):
        logits = torch.tensor([[0.3, 2.0, 0.1, -1.0]], requires_grad=True)
        loss(torch.tensor([2 + raised]), logits).backward()
        assert (logits.grad[0].abs() > 1e-6).tolist() == heard
    with pytest.raises(UsageError, match="label_smoothing and data"):
        losses.make("softmax", np.ones(4), 0.1, closed)


def test_a_run_of_both_leaves_kana_out_where_only_sharp_kanji_are_seen():
    """With nothing softened, no weight of a kana may move but by its own glyphs; here there are none."""
    from kuzushiji import models

    data = made()
    rows = np.flatnonzero(data.train.labels >= 2)
    one = np.flatnonzero(data.train.labels == 0)[:1]  # one soft glyph says which classes are closed
    data = dataclasses.replace(data, train=data.train.take(np.concatenate([one, rows])))
    recipe = Recipe(data=Data(soften=1e-9), fit=Fit(epochs=1, batch_size=4, weight_decay=0.0))
    model = models.create("residual", 4, 24, stem=[4], widths=[4, 8], tail=0)
    loop = Loop(model, recipe, data)
    before = model.get_layer("logits").get_weights()[0]
    loop.batches._order = lambda epoch: np.arange(1, 5)
    loop._train_step(loop.batches[0])
    moved = np.abs(model.get_layer("logits").get_weights()[0] - before).max(0)
    assert (moved[:2] == 0).all()
    assert (moved[2:] > 0).all()


def test_settings_that_contradict_are_refused_before_anything_is_loaded(tmp_path):
    for data, fit, words in (
        (Data(soften=1.5), Fit(), "soften is 1.5"),
        (Data(soften=0.5), Fit(teacher="kmnist"), "data.soften and fit.teacher"),
    ):
        with pytest.raises(UsageError, match=words):
            train(Recipe(data=data, fit=fit), tmp_path)
