"""What is done to the crops is what its row says."""

import numpy as np
import pytest

from benchmark_support import benchmark

hard = benchmark("hard_crops")
CROP = np.full((40, 60), 210, np.uint8)
CROP[10:30, 28:32] = 40


@pytest.mark.parametrize("name", hard.HARD)
def test_each_gives_a_grey_picture_with_something_in_it(name):
    made = hard.HARD[name](CROP)
    assert (made.dtype, made.ndim) == (np.uint8, 2)
    assert np.ptp(made) > 60
    assert (made.shape == CROP.shape and (made == CROP).all()) == (name == "as they are")


def test_seals_and_boxes_are_printed_over_the_ink():
    crop = np.repeat(CROP[..., None], 3, axis=2)
    for name, make in hard.IN_COLOUR.items():
        made = make(crop).astype(int)
        assert made.shape == crop.shape, name
        assert made[10:30, 29:31].max() < 80, name
        red, blue = ((made[..., at] - made[..., 1]).max() for at in (0, 2))
        assert (red > 60, blue > 60) == ("red" in name, "blue" in name), name


def test_sizes_sides_and_light():
    assert hard.small(CROP, 12).shape == (8, 12)
    assert hard.margin(CROP, 0.5).shape == (100, 120)
    left = hard.border(CROP, "l", 0.5, 10)
    assert left.shape == (40, 90)
    assert left[:, :30].max() < 30
    assert (left[:, 30:] == CROP).all()
    dim = hard.shadow(CROP, 0.5)
    assert (dim[0, 0], dim[0, -1]) == (210, 105)
