"""How often each image is drawn."""

import numpy as np

from kuzushiji.training.examples.assembly import Part
from kuzushiji.training.examples.sampling import chances
from kuzushiji.training.fitting.class_shapes import find_shapes

LABELS = np.repeat([0, 1], [90, 10])
SHAPES = np.concatenate([np.repeat([0, 1], [80, 10]), np.zeros(10, int)])


def share(chance: np.ndarray, label: int, shape: int) -> float:
    return float(chance[np.equal(LABELS, label) & np.equal(SHAPES, shape)].sum())


def test_as_they_come() -> None:
    np.testing.assert_allclose(chances(LABELS, 1.0, SHAPES), np.full(100, 0.01))


def test_shapes_are_evened_out_inside_their_class_only() -> None:
    even = chances(LABELS, 1.0, SHAPES, 0.0)
    np.testing.assert_allclose([share(even, 0, 0), share(even, 0, 1), share(even, 1, 0)], [0.45, 0.45, 0.1])
    root = chances(LABELS, 1.0, SHAPES, 0.5)
    np.testing.assert_allclose(share(root, 0, 0) / share(root, 0, 1), np.sqrt(8))
    both = chances(LABELS, 0.0, SHAPES, 0.0)
    np.testing.assert_allclose([share(both, 0, 0), share(both, 0, 1), share(both, 1, 0)], [0.25, 0.25, 0.5])


def test_an_untrained_network_already_parts_upright_from_level_bars() -> None:
    import keras

    from kuzushiji import models

    keras.utils.set_random_seed(0)
    model = models.create("residual", 2, 12, stem=[4], widths=[8, 8], tail=0)
    images = np.zeros((60, 12, 12), np.uint8)
    images[:40, :, 5:7] = 255
    images[40:, 5:7, :] = 255
    shapes = find_shapes(model, Part(images, np.zeros(60, np.int64)), most=2)
    assert len(set(shapes[:40])) == len(set(shapes[40:])) == 1
    assert shapes[0] != shapes[40]
