"""The shifted hold-out: whole clusters, every class, the same each time."""

from __future__ import annotations

import numpy as np
import pytest

from kuzushiji.datasets import Dataset, ImageView, shifted_holdout
from kuzushiji.errors import UsageError

RNG = np.random.default_rng(0)


def made(side: int = 12, forms: int = 8, copies: int = 15, classes: int = 3) -> tuple[Dataset, np.ndarray]:
    """Classes of some forms each, every image a noisy copy of its form."""
    form = np.repeat(np.arange(classes * forms), copies)
    images = RNG.integers(0, 200, (classes * forms, side, side))[form]
    images = np.clip(images + RNG.integers(0, 20, images.shape), 0, 255).astype(np.uint8)
    order = RNG.permutation(len(form))
    labels = (form // forms)[order]
    return Dataset("own", "train", images[order], labels, tuple("あいう"[:classes])), form[order]


@pytest.mark.parametrize("side", [12, 64])
def test_whole_forms_are_held_out_in_every_class(side: int) -> None:
    d, form = made(side)
    train, validation = shifted_holdout(d, fraction=0.25, clusters=8)
    assert sorted([*train, *validation]) == list(range(len(d)))
    shared = np.intersect1d(form[train], form[validation])
    assert len(shared) <= 2  # k-means may cut a form or two
    counts = np.bincount(d.labels[validation], minlength=3) / np.bincount(d.labels)
    assert ((counts > 0.1) & (counts < 0.45)).all()


def test_same_arguments_same_split_other_seed_other_split() -> None:
    d, _ = made()
    first, again, other = (shifted_holdout(d, seed=s)[1] for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_split_never_changes() -> None:
    """Runs are resumed, calibrated and compared on it: which images are held out is published, too."""
    rng = np.random.default_rng(7)
    form = rng.permutation(np.repeat(np.arange(24), 15))  # 8 forms in each of 3 classes, exact copies
    images = rng.integers(0, 256, (24, 12, 12), np.uint8)[form]
    d = Dataset("own", "train", images, form // 8, tuple("あいう"))
    held = [shifted_holdout(d, clusters=8, seed=seed)[1] for seed in (0, 1)]
    assert [sorted(set(form[h].tolist())) for h in held] == [[4, 13, 20], [1, 12, 23]]
    assert [len(h) for h in held] == [45, 45]


def test_small_classes_stay_in_training_and_views_work() -> None:
    d, _ = made(classes=2)
    labels = d.labels.copy()
    labels[:9] = 2
    view = ImageView(d.images, np.arange(len(d)))
    train, validation = shifted_holdout(Dataset("own", "train", view, labels, tuple("あいう")))
    assert set(range(9)) <= set(train)
    assert set(labels[validation]) == {0, 1}


def test_identical_images_do_not_break_it() -> None:
    d = Dataset("own", "train", np.zeros((50, 8, 8), np.uint8), np.zeros(50, np.int64), ("あ",))
    train, validation = shifted_holdout(d)
    assert (len(train), len(validation)) == (50, 0)


@pytest.mark.parametrize("wrong", [{"fraction": 0}, {"fraction": 0.6}, {"clusters": 1}])
def test_wrong_arguments(wrong: dict) -> None:
    with pytest.raises(UsageError):
        shifted_holdout(made()[0], **wrong)
