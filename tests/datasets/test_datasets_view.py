"""ImageView answers like the array it stands for, without being one."""

from __future__ import annotations

import numpy as np
import pytest

from kuzushiji.datasets import Dataset, ImageView

BASE = np.random.default_rng(0).integers(0, 256, (10, 6, 5), np.uint8)
ROWS = np.array([7, 2, 2, 9, 0])
VIEW, ARRAY = ImageView(BASE, ROWS), BASE[ROWS]


@pytest.mark.parametrize(
    "key",
    [
        0,
        -1,
        np.int64(3),
        slice(1, 4),
        slice(None, None, -2),
        [0, 4],
        np.array([3, 3, 1]),
        np.array([True, False, True, False, True]),
        (slice(2), slice(1, 3)),
        (0, 2, 3),
        ([1, 2], slice(None), 0),
        (..., 0),
        (slice(None), None),
        np.array([], int),
    ],
    ids=repr,
)
def test_indexing(key) -> None:
    got = VIEW[key]
    np.testing.assert_array_equal(got, ARRAY[key])
    assert np.shape(got) == np.shape(ARRAY[key])


def test_the_rest_of_an_array() -> None:
    assert (VIEW.shape, VIEW.ndim, VIEW.dtype, len(VIEW), VIEW.nbytes) == (
        ARRAY.shape,
        3,
        np.uint8,
        5,
        ARRAY.nbytes,
    )
    np.testing.assert_array_equal(np.asarray(VIEW), ARRAY)
    np.testing.assert_array_equal(list(VIEW), list(ARRAY))
    assert np.asarray(VIEW, np.float32).dtype == np.float32
    with pytest.raises(IndexError):
        VIEW[5]
    with pytest.raises(ValueError, match="without a copy"):
        np.array(VIEW, copy=False)


def test_what_is_taken_can_be_changed_without_harm() -> None:
    VIEW[0:2][:] = 0
    VIEW[0][:] = 0
    np.testing.assert_array_equal(np.asarray(VIEW), ARRAY)


def test_dataset_unpacks() -> None:
    d = Dataset("own", "all", VIEW, np.zeros(5, np.int64), ("あ",))
    images, labels = d
    assert images is VIEW
    assert len(labels) == len(d) == 5
