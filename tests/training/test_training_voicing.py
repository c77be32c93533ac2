"""Voicing marks: who gets them, where they stand, and that nothing else is drawn on."""

import numpy as np

from kuzushiji.training.examples.voicing import Voicing, mark

CLASSES = ("か", "な", "は", "可")


def bars(n):
    """Upright bars at the left, 56 px."""
    x = np.zeros((n, 56, 56), np.uint8)
    x[:, 8:50, 14:20] = 255
    return x


def test_only_kana_with_a_voiced_form_are_marked_and_as_many_as_asked():
    voicing = Voicing.of(0.5, CLASSES)
    assert voicing.voiced.tolist() == [True, False, True, False]
    assert voicing.semi.tolist() == [False, False, True, False]
    labels = np.arange(400) % 4
    given = bars(400)
    out = voicing(given, labels, np.random.default_rng(0))
    changed = (out != given).any((1, 2))
    assert not changed[np.isin(labels, [1, 3])].any()
    assert 0.4 < changed[np.isin(labels, [0, 2])].mean() < 0.6
    np.testing.assert_array_equal(given, bars(400))


def test_two_strokes_stand_at_the_upper_right_and_the_glyph_stays_whole():
    rng = np.random.default_rng(0)
    marked = np.stack([mark(bars(1)[0], False, rng) for _ in range(200)])
    corner = marked[:, :28, 34:] > 128
    assert (corner.sum((1, 2)) > 8).all()
    assert not (marked[:, 32:, 30:] > 128).any()
    ink = (marked[:, :, :24] > 128).sum((1, 2)) / (bars(1) > 128).sum()
    assert (ink > 0.45).all()  # smaller, to make room
    assert (ink < 1.2).all()


def test_a_ring_has_a_hole():
    rng = np.random.default_rng(1)
    holes = 0
    for _ in range(50):
        drawn = mark(np.zeros((56, 56), np.uint8), True, rng)
        rows, columns = np.nonzero(drawn > 128)
        centre = drawn[round(rows.mean()), round(columns.mean())]
        holes += int(centre < 128)
    assert holes > 25


def test_the_same_state_marks_alike():
    voicing = Voicing.of(1.0, CLASSES)
    first, second = (voicing(bars(6), np.zeros(6, int), np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_classes_that_no_table_knows_are_left_alone():
    assert Voicing.of(1.0, ("か", "A", "猫")).voiced.tolist() == [True, False, False]
