import numpy as np
import pytest

from kuzushiji.training.examples.assembly import Part
from kuzushiji.training.shipping import prototypes


def network(classes: int = 4):
    import keras

    from kuzushiji import models

    keras.utils.set_random_seed(0)
    return models.create(
        "residual", classes, 16, stem=[4], widths=[6, 8], tail=0, features=5, cosine_scale=4.0
    )


def unit(x):
    return x / np.linalg.norm(x, axis=0)


@pytest.fixture
def part() -> Part:
    """One image of class 0, two of class 1, 150 of class 2, none of class 3."""
    labels = np.repeat([0, 1, 2], [1, 2, 150]).astype(np.int64)
    return Part(np.random.default_rng(1).integers(0, 256, (len(labels), 16, 16), np.uint8), labels)


def embeddings(model, images):
    import keras

    inner = keras.Model(model.inputs, model.get_layer("embedding").output)
    e = np.asarray(inner.predict_on_batch(images[:, None].astype(np.float32) / 255))
    return e / np.linalg.norm(e, axis=1, keepdims=True)


def test_directions_turn_towards_class_means_the_more_the_rarer(part):
    model = network()
    before = unit(model.get_layer("logits").get_weights()[0])
    assert prototypes.use_prototypes(model, part, strength=2.0) == 2  # of 150 images a mean would weigh 1.3 %
    after = model.get_layer("logits").get_weights()[0]
    e = embeddings(model, part.images)
    np.testing.assert_allclose(after[:, 0], unit(before[:, 0] / 3 + 2 * e[0] / 3), atol=1e-5)
    mean = unit(e[1:3].sum(0))
    np.testing.assert_allclose(after[:, 1], unit(before[:, 1] / 2 + mean / 2), atol=1e-5)
    np.testing.assert_allclose(after[:, 2:], before[:, 2:], atol=1e-6)


def test_of_a_frequent_class_the_first_images_are_taken(part, monkeypatch):
    monkeypatch.setattr(prototypes, "MOST", 3)
    model = network()
    before = unit(model.get_layer("logits").get_weights()[0])
    assert prototypes.use_prototypes(model, part, strength=150.0) == 3
    mean = unit(embeddings(model, part.images[3:6]).sum(0))
    after = model.get_layer("logits").get_weights()[0]
    np.testing.assert_allclose(after[:, 2], unit(before[:, 2] + mean), atol=1e-5)


def test_strength_zero_changes_nothing(part):
    model = network()
    before = model.get_layer("logits").get_weights()[0]
    assert prototypes.use_prototypes(model, part, strength=0.0) == 0
    np.testing.assert_array_equal(model.get_layer("logits").get_weights()[0], before)
