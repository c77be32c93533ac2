import numpy as np
import pytest

from kuzushiji.images import to_glyph
from kuzushiji.images.paper.shadow import without_shadow
from kuzushiji.images.samples import sample


def written(character="す"):
    """A made character, dark on light paper, with its grain: uint8 grey (h, w)."""
    return np.ascontiguousarray(sample(character, 3)[..., 1])


def shaded(picture, dark, side="left", soft=0.02):
    """Half of the light, or so, taken from one side of a slanting line."""
    height, width = picture.shape
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    across = {"left": 0.48 - x + 0.2 * y, "right": x - 0.45 - 0.2 * y, "top": 0.4 - y, "corner": 0.7 - x - y}
    share = np.clip(across[side] / soft + 0.5, 0, 1)
    return (picture * (1 - (1 - dark) * share)).astype(np.uint8)


def alike(one, other):
    return np.corrcoef(one.astype(float).ravel(), other.astype(float).ravel())[0, 1]


@pytest.mark.parametrize("side", ["left", "right", "top", "corner"])
@pytest.mark.parametrize(("dark", "least"), [(0.7, 0.97), (0.5, 0.97), (0.35, 0.89)])
def test_the_glyph_is_what_it_was_without_the_shadow(side, dark, least):
    """A deep shadow has the tone of ink in the light: a stroke that lies along its edge loses a part."""
    plain = written()
    got = without_shadow(shaded(plain, dark, side))
    assert abs(np.median(got[:, :20]) - np.median(got[:, -20:])) < 12
    assert alike(to_glyph(shaded(plain, dark, side)), to_glyph(plain)) > least


@pytest.mark.parametrize("character", ["す", "を", "つ"])
def test_without_a_shadow_nothing_is_done(character):
    plain = written(character)
    assert without_shadow(plain) is plain


def test_light_ink_on_dark_paper_has_no_shadow():
    negative = 255 - written()
    assert without_shadow(negative) is negative
    assert alike(to_glyph(negative), to_glyph(written())) > 0.97


def test_thick_strokes_are_no_shadow():
    thick = np.full((100, 100), 210, np.uint8)
    thick[30:70, 8:92] = 40  # a stroke wider than the window
    assert without_shadow(thick) is thick
    thick[:, 30:70] = 40  # from rim to rim, crossing it four times
    assert without_shadow(thick) is thick


@pytest.mark.parametrize("shape", [(1, 1), (20, 20), (30, 120), (120, 30)])
def test_too_little_to_tell(shape):
    half = np.full(shape, 200, np.uint8)
    half[:, : shape[1] // 2] = 90
    assert without_shadow(half) is half


def test_a_black_picture_stays_black():
    black = np.zeros((60, 60), np.uint8)
    assert without_shadow(black) is black
