"""KuzushijiClassifier under scikit-learn's own checks and on small images."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from kuzushiji import KuzushijiClassifier
from kuzushiji.errors import KuzushijiError


@parametrize_with_checks([KuzushijiClassifier(epochs=8)])
def test_follows_scikit_learns_rules(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def bars():
    """Upright and level bars, uint8 (120, 14, 14), labelled in words."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 40, (120, 14, 14), np.uint8)
    words = np.where(np.arange(120) % 2, "upright", "level")
    for image, word in zip(images, words, strict=True):
        at = rng.integers(3, 9)
        image[(slice(None), slice(at, at + 2)) if word == "upright" else (slice(at, at + 2), slice(None))] = (
            230
        )
    return images, words


@pytest.fixture(scope="module")
def fitted(bars):
    images, words = bars
    return KuzushijiClassifier(epochs=6).fit(images[:80], words[:80])


def test_learns_images(bars, fitted):
    images, words = bars
    assert fitted.score(images[80:], words[80:]) > 0.9
    assert list(fitted.classes_) == ["level", "upright"]
    np.testing.assert_allclose(fitted.predict_proba(images[80:]).sum(1), 1)


def test_flat_images_are_the_same_images(bars, fitted):
    images, _ = bars
    np.testing.assert_array_equal(
        fitted.predict_proba(images[80:]), fitted.predict_proba(images[80:].reshape(40, -1))
    )


def test_pickle_and_clone(bars, fitted):
    images, words = bars
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(images), fitted.predict_proba(images))
    refitted = clone(fitted).fit(images[:80], words[:80])
    np.testing.assert_array_equal(refitted.predict_proba(images), fitted.predict_proba(images))


def test_a_loss_that_is_not_finite_is_told_in_the_estimators_own_words(bars):
    images, words = bars
    with pytest.raises(KuzushijiError, match=r"^the loss is no longer finite: set learning_rate below 1e"):
        KuzushijiClassifier(learning_rate=1e30, epochs=2).fit(images[:80], words[:80])


def test_other_sizes_are_refused(bars, fitted):
    with pytest.raises(ValueError, match="196 features"):
        fitted.predict(np.zeros((3, 12, 12), np.uint8))


def test_images_that_are_not_square_keep_their_rows(bars):
    wide = bars[0][:40, 2:12]
    model = KuzushijiClassifier(epochs=1).fit(wide, bars[1][:40])
    glyphs = model._glyphs(wide.reshape(40, -1).astype(np.float32))
    assert glyphs.shape == (40, 14, 14)
    assert not glyphs[:, :2].any()
    assert not glyphs[:, 12:].any()
    assert np.corrcoef(glyphs[:, 2:12].ravel(), wide.ravel())[0, 1] > 0.99
    np.testing.assert_array_equal(model.predict(wide), model.predict(wide.reshape(40, -1)))
    with pytest.raises(ValueError, match="14 x 10 pixels; those of training had 10 x 14"):
        model.predict(bars[0][:3, :, 2:12])


def test_views_and_lists_of_images_are_images_too(bars, fitted):
    class View:
        """As Kuzushiji-Kanji's images come: not an array, but of three axes."""

        ndim = 3

        def __len__(self):
            return 40

        def __array__(self, dtype=None, copy=None):
            return bars[0][80:]

    right = fitted.predict_proba(bars[0][80:])
    np.testing.assert_array_equal(fitted.predict_proba(View()), right)
    np.testing.assert_array_equal(fitted.predict_proba(list(bars[0][80:])), right)


def test_the_callers_random_numbers_are_left_alone(bars, fitted):
    import random

    images, words = bars
    stored = pickle.dumps(fitted)
    random.seed(1)
    np.random.seed(1)
    expected = random.Random(1).random(), np.random.RandomState(1).rand()
    KuzushijiClassifier(epochs=1).fit(images[:20], words[:20])
    pickle.loads(stored).predict(images[:2])  # builds the network anew
    assert (random.random(), np.random.rand()) == expected
