import numpy as np
import pytest

from kuzushiji.training.augment import Augment, area_matrix


@pytest.fixture
def glyphs() -> np.ndarray:
    """Eight glyphs: an upright bar with a foot, so that a flip or a turn would show."""
    x = np.zeros((8, 28, 28), np.uint8)
    x[:, 5:23, 12:15] = 255
    x[:, 20:23, 12:20] = 255
    return x


def test_nothing_asked_changes_nothing(glyphs):
    out = Augment()(glyphs, np.random.default_rng(0))
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out, glyphs / np.float32(255))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rotation", 15),
        ("scale", 0.2),
        ("aspect", 0.2),
        ("shear", 0.2),
        ("shift", 0.1),
        ("elastic", 0.04),
        ("stroke", 1),
        ("degrade", 1),
        ("crispen", 2),
        ("noise", 0.1),
        ("specks", 1),
        ("rules", 1),
        ("dry", 1),
        ("cutout", 0.5),
    ],
)
def test_each_setting_acts_alone_and_stays_in_range(glyphs, name, value):
    soft = (glyphs // 2 + 30).astype(np.uint8)  # greys, so that contrast has something to act on
    soft[::2, -4:] = 220  # and some with ink at the edge, for their neighbours
    out = Augment(**{name: value})(soft, np.random.default_rng(1))
    assert out.shape == soft.shape
    assert out.dtype == np.float32
    assert out.min() >= 0
    assert out.max() <= 1
    assert np.abs(out - soft / np.float32(255)).max() > 0.05


def test_same_state_same_batch(glyphs):
    a = Augment(rotation=10, elastic=0.03, stroke=0.5, cutout=0.3, noise=0.1)
    np.testing.assert_array_equal(a(glyphs, np.random.default_rng(5)), a(glyphs, np.random.default_rng(5)))
    assert np.abs(a(glyphs, np.random.default_rng(5)) - a(glyphs, np.random.default_rng(6))).max() > 0.5


def test_input_is_left_alone(glyphs):
    before = glyphs.copy()
    Augment(rotation=10, specks=1, rules=1, dry=1, cutout=0.5, stroke=1)(glyphs, np.random.default_rng(0))
    np.testing.assert_array_equal(glyphs, before)


def test_shift_moves_the_centre_by_no_more_than_asked(glyphs):
    out = Augment(shift=0.1)(np.repeat(glyphs, 20, axis=0), np.random.default_rng(0))
    rows = np.arange(28)

    def centre(x):
        return (x.sum(2) * rows).sum(1) / x.sum((1, 2))

    moved = centre(out) - centre(glyphs[:1] / 255)
    assert np.abs(moved).max() <= 2.8 + 0.1
    assert moved.std() > 1


def test_rotation_turns_by_no_more_than_asked():
    x = np.zeros((200, 29, 29), np.uint8)
    x[:, 2:27, 13:16] = 255
    out = Augment(rotation=20)(x, np.random.default_rng(0))
    ys, xs = np.meshgrid(np.arange(29) - 14, np.arange(29) - 14, indexing="ij")
    mass = out.sum((1, 2))
    xy, yy, xx = ((out * f).sum((1, 2)) / mass for f in (xs * ys, ys * ys, xs * xs))
    angles = np.rad2deg(0.5 * np.arctan2(2 * xy, yy - xx))
    assert 15 < np.abs(angles).max() <= 20.5
    assert angles.min() < -10 < 10 < angles.max()


def test_never_mirrors(glyphs):
    """The foot of the bar stays on its side, whatever else happens."""
    a = Augment(rotation=12, scale=0.1, shear=0.1, shift=0.05, elastic=0.01, stroke=0.5)
    out = a(np.repeat(glyphs, 25, axis=0), np.random.default_rng(3))
    upright, mirrored = glyphs[0] / 255, glyphs[0, :, ::-1] / 255

    def best(template):
        shifts = [np.roll(template, (i, j), (0, 1)) for i in range(-4, 5, 2) for j in range(-6, 7, 2)]
        return np.max([(out * s).sum((1, 2)) for s in shifts], axis=0)

    assert (best(upright) > best(mirrored)).mean() > 0.95  # a mirrored half would give 0.5


def test_stroke_changes_the_amount_of_ink_both_ways(glyphs):
    out = Augment(stroke=1)(np.repeat(glyphs, 10, axis=0), np.random.default_rng(0))
    ink = out.sum((1, 2)) / (glyphs[0] / 255).sum()
    assert ink.min() < 0.7
    assert ink.max() > 1.3


def test_degrade_removes_what_28_pixels_cannot_hold():
    x = np.zeros((4, 64, 64), np.uint8)
    x[:, ::2] = 255
    out = Augment(degrade=1)(x, np.random.default_rng(0))
    assert out[:, 10:50].std() < 0.2 * (x / 255).std()


def test_area_matrix_keeps_the_mean():
    m = area_matrix(64, 28)
    np.testing.assert_allclose(m.sum(1), 1, rtol=1e-5)
    x = np.random.default_rng(0).random((64, 64))
    assert (m @ x @ m.T).mean() == pytest.approx(x.mean(), rel=1e-3)


def test_ruled_lines_are_straight_at_one_edge_and_a_dry_brush_only_takes_ink(glyphs):
    blank = np.zeros((40, 28, 28), np.uint8)
    lines = Augment(rules=1)(blank, np.random.default_rng(0)) > 0
    rows, columns = lines.any(2).sum(1), lines.any(1).sum(1)
    assert (np.minimum(rows, columns) <= 2).all()
    assert (np.maximum(rows, columns) == 28).sum() > 20
    assert not lines[:, 5:-5, 5:-5].any()
    dried = Augment(dry=1)(glyphs, np.random.default_rng(0))
    assert (dried <= glyphs / np.float32(255)).all()
    kept = dried.sum() / (glyphs / 255).sum()
    assert 0.5 < kept < 0.98
