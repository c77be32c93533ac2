"""Characters outside the classes: which they are, how a batch takes them, and what they teach."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest

from kuzushiji.characters import kkanji_classes, lookup
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.training.augment import Augment
from kuzushiji.training.examples import unknown as room
from kuzushiji.training.examples.assembly import Assembled, Part
from kuzushiji.training.examples.typefaces import typeset_glyphs
from kuzushiji.training.examples.unknown import MARKS, Outside, others
from kuzushiji.training.fitting import losses
from kuzushiji.training.fitting.loop import Loop, logits
from kuzushiji.training.pipeline import train
from kuzushiji.training.recipe import Data, Fit, Recipe
from kuzushiji.weights.model import softmax

SANS = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")


def test_nothing_outside_is_a_class_or_another_form_of_one():
    classes = kkanji_classes()
    learned, kept = others(classes)
    forms = {*classes, *(form for c in classes for form in lookup(c).variants)}
    assert not forms.intersection(learned, kept)
    assert not set(learned).intersection(kept)
    assert len(learned) > 2000
    assert len(kept) == pytest.approx(len(learned) / 9, rel=0.02)
    assert set(MARKS) - set(classes) <= set(learned)


def test_a_part_of_a_batch_gives_way_and_the_given_arrays_stay():
    strangers = np.full((3, 8, 8), 200, np.uint8)
    outside = Outside(0.25, strangers, classes=4)
    images, labels = np.zeros((400, 8, 8), np.uint8), np.arange(400) % 4
    mixed, wanted = outside(images, labels, np.random.default_rng(0))
    gone = wanted == 8
    assert 70 < gone.sum() < 130
    assert (mixed[gone] == 200).all()
    assert (mixed[~gone] == 0).all()
    np.testing.assert_array_equal(wanted[~gone], labels[~gone])
    assert not images.any()
    assert labels.max() == 3


def test_every_second_one_is_soft_where_the_classes_are(monkeypatch):
    monkeypatch.setattr(room, "others", lambda classes: (tuple("ABCDEFGH"), ()))
    sharp = Outside.of(0.1, ("猫",), (SANS,), 56)
    soft = Outside.of(0.1, ("猫",), (SANS,), 56, soft=28)
    assert sharp.images.shape == (8, 56, 56)
    np.testing.assert_array_equal(sharp.images[1::2], soft.images[1::2])
    assert all((a != b).any() for a, b in zip(sharp.images[::2], soft.images[::2], strict=True))


def test_a_stranger_costs_the_less_the_more_evenly_its_logits_lie():
    import torch

    counts = np.array([1000, 10, 1])
    loss = losses.make("balanced-softmax", counts, outside=True)
    even = torch.tensor([[0.0, 0.0, 0.0]], requires_grad=True)
    value = loss(torch.tensor([6]), even)
    assert float(value) == pytest.approx(np.log(3))
    value.backward()
    assert even.grad.abs().max() < 1e-6
    certain = torch.tensor([[9.0, 0.0, 0.0]], requires_grad=True)
    value = loss(torch.tensor([6]), certain)
    assert float(value) > np.log(3) + 1
    value.backward()
    assert certain.grad[0, 0] > 0 > certain.grad[0, 1]


def test_those_inside_cost_what_they_did():
    import torch

    counts, logits = np.array([5, 2, 1]), torch.tensor([[0.4, -1.0, 2.0], [1.0, 0.0, 0.0]])
    plain = losses.make("balanced-softmax", counts)
    closed = np.array([True, False, False])
    for given in ({}, {"closed": closed}):
        one = losses.make("balanced-softmax", counts, **given)
        other = losses.make("balanced-softmax", counts, outside=True, **given)
        labels = torch.tensor([2 + (3 if given else 0), 0])
        assert float(other(labels, logits)) == pytest.approx(float(one(labels, logits)))
    assert float(plain(torch.tensor([2, 0]), logits)) != float(other(torch.tensor([5, 0]), logits))


def test_a_network_is_less_sure_of_strangers_when_it_was_shown_some(monkeypatch):
    """Letters again: it tells A from T, has been shown C to L or not, and is asked about M to R."""
    from kuzushiji import models  # isort: skip  (chooses Keras' backend)
    import keras

    monkeypatch.setattr(room, "others", lambda classes: (tuple("CDEFGHIJKL"), ()))
    part = Part(*typeset_glyphs(("A", "T"), (SANS,) * 32, 24))
    unknown = Part(*typeset_glyphs(tuple("MNOPQR"), (SANS,), 24))
    told = []
    for share in (0.0, 0.5):
        recipe = Recipe(
            data=Data(size=24, typefaces=(SANS,), outside=share),
            augment=Augment(rotation=10, shift=0.05, stroke=0.3),
            fit=Fit(epochs=40, batch_size=32, optimizer="adam", learning_rate=0.01, seed=1),
        )
        keras.utils.set_random_seed(1)
        model = models.create("residual", 2, 24, stem=[4], widths=[8, 16], tail=0, dropout=0.0)
        loop = Loop(model, recipe, Assembled(("A", "T"), part, None))
        loop.run()
        assert (logits(model, part).argmax(1) == part.labels).all()
        told.append(softmax(logits(model, unknown)).max(1).mean())
    plain, shown = told
    assert shown < plain - 0.15  # of five seeds, 0.10 to 0.32 less


def test_typefaces_without_other_characters_are_refused(monkeypatch):
    monkeypatch.setattr(room, "others", lambda classes: (("猫", "犬"), ()))
    with pytest.raises(KuzushijiError, match="the typefaces have no kanji"):
        Outside.of(0.1, ("山",), (SANS,), 28)


def test_settings_that_contradict_are_refused_before_anything_is_loaded(tmp_path):
    for data, fit, words in (
        (Data(outside=1.5, typefaces=(SANS,)), Fit(), "outside is 1.5"),
        (Data(outside=0.1), Fit(), "data.outside needs data.typefaces"),
        (Data(outside=0.1, typefaces=(SANS,)), Fit(teacher="kmnist"), "data.outside and fit.teacher"),
    ):
        with pytest.raises(UsageError, match=words):
            train(Recipe(data=data, fit=fit), tmp_path)
