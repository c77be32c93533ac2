"""The shapes inside each class."""

import numpy as np
import pytest

from kuzushiji.errors import UsageError
from kuzushiji.maps.clusters import find_clusters

pytest.importorskip("sklearn")


def two_shapes_and_one() -> tuple[np.ndarray, np.ndarray]:
    """Class 0 has two shapes, 60 and 30 images; class 1 is one cloud of 50; class 2 has 3 images."""
    rng = np.random.default_rng(0)
    centres = np.repeat([0.0, 12.0, 30.0, 50.0], [60, 30, 50, 3])[:, None] * np.eye(1, 10)
    return centres + rng.normal(size=(143, 10)), np.repeat([0, 1, 2], [90, 50, 3])


def test_a_class_with_two_shapes_is_divided_and_others_are_not():
    rows, labels = two_shapes_and_one()
    clusters, ids = find_clusters(rows, labels)
    assert [(c.label, c.size) for c in clusters] == [(0, 60), (0, 30), (1, 50), (2, 3)]
    assert [c.id for c in clusters] == [0, 1, 2, 3]
    np.testing.assert_array_equal(ids, np.repeat([0, 1, 2, 3], [60, 30, 50, 3]))
    assert clusters[0].silhouette > 0.4
    assert np.isnan(clusters[2].silhouette)


def test_the_first_representative_is_the_medoid():
    rows, labels = two_shapes_and_one()
    for c in find_clusters(rows, labels)[0]:
        inside = np.flatnonzero(find_clusters(rows, labels)[1] == c.id)
        centre = rows[inside].mean(0)
        assert c.representatives[0] == inside[((rows[inside] - centre) ** 2).sum(1).argmin()]
        assert len(c.representatives) == min(12, c.size)
        assert set(c.representatives) <= set(inside)


def test_a_fixed_number_is_kept_to_and_a_class_smaller_than_it_has_its_images():
    rows, labels = two_shapes_and_one()
    clusters, _ = find_clusters(rows, labels, k=5)
    assert [sum(c.label == label for c in clusters) for label in range(3)] == [5, 5, 3]
    with pytest.raises(UsageError, match="at least 1"):
        find_clusters(rows, labels, k=0)


def test_the_same_seed_gives_the_same_clusters():
    rows, labels = two_shapes_and_one()
    a, b = find_clusters(rows, labels, k=4, seed=3)[1], find_clusters(rows, labels, k=4, seed=3)[1]
    np.testing.assert_array_equal(a, b)


def elongated(n: int, seed: int) -> np.ndarray:
    """One Gaussian cloud of 20 dimensions that k-means cuts in two with a silhouette far above 0.12."""
    return np.random.default_rng(seed).normal(size=(n, 20)) * 4.0 / np.arange(1, 21)


def test_one_long_cloud_is_one_shape_and_two_beside_each_other_are_two():
    one, ids = find_clusters(elongated(300, 1), np.zeros(300, int))
    assert [c.size for c in one] == [300]
    assert (ids == 0).all()
    assert find_clusters(elongated(300, 1), np.zeros(300, int), k=2)[0][0].silhouette > 0.2
    apart = elongated(300, 1) + np.repeat([0.0, 20.0], [200, 100])[:, None] * np.eye(20)[1]
    two, ids = find_clusters(apart, np.zeros(300, int))
    assert [c.size for c in two] == [200, 100]
    np.testing.assert_array_equal(ids, np.repeat([0, 1], [200, 100]))


def test_copies_of_one_image_are_one_cluster():
    clusters, _ = find_clusters(np.ones((50, 3)), np.zeros(50, int))
    assert [c.size for c in clusters] == [50]
