import numpy as np
import pytest
from PIL import Image

from kuzushiji.images import read_image, to_glyph
from kuzushiji.images.paper.colour import to_grey
from kuzushiji.images.samples import sample

PAPER = (222, 205, 168)
VERMILION, BLUE = (200, 60, 50), (60, 80, 180)


def page(height=120, width=100, paper=PAPER):
    return np.full((height, width, 3), paper, np.uint8)


def printed(under, mask, colour):
    """Prints a colour over a picture, as a stamp does: what is black under it stays black."""
    tint = np.array(colour) / 235
    return np.where(mask[..., None], under * tint, under).astype(np.uint8)


def luma(picture):
    return np.asarray(Image.fromarray(picture).convert("L"))


def ring(height, width):
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    far = np.maximum(abs(y), abs(x))
    return (far > 0.5) & (far < 0.7)


def written(colour=(45, 40, 38)):
    picture = page()
    picture[20:100, 44:56] = colour
    picture[54:66, 20:80] = colour
    return picture


@pytest.mark.parametrize("colour", [VERMILION, BLUE])
def test_a_coloured_mark_over_black_ink_goes_with_the_paper(colour):
    plain = written()
    got = to_grey(printed(plain, ring(120, 100), colour)).astype(int)
    assert abs(got - luma(plain)).max() < 40
    assert abs(got - luma(plain)).mean() < 2
    assert luma(printed(plain, ring(120, 100), colour))[24, 30] < 130  # it was dark


def test_ink_in_colour_alone_stays_what_is_written():
    picture = written(VERMILION)
    assert (to_grey(picture) == luma(picture)).all()


def test_a_black_neighbour_at_the_rim_does_not_take_the_red_character_away():
    picture = written(VERMILION)
    picture[:, 92:] = 40
    assert (to_grey(picture) == luma(picture)).all()


@pytest.mark.parametrize(
    "picture",
    [
        written(),
        page(paper=(120, 60, 45)),  # paper dyed red
        np.where(written() < 100, np.array((230, 190, 90)), np.array((25, 35, 70))).astype(np.uint8),  # gold
        np.repeat(np.random.default_rng(0).integers(0, 256, (50, 40, 1), np.uint8), 3, axis=2),
    ],
    ids=["ink", "red paper", "gold on indigo", "grey noise"],
)
def test_without_a_mark_it_is_luma(picture):
    assert (to_grey(picture) == luma(picture)).all()


def test_a_little_foxing_changes_nothing():
    picture = written()
    picture[5:25, 5:25] = (176, 138, 92)
    assert (to_grey(picture) == luma(picture)).all()


def test_grey_passes_through():
    grey = luma(written())
    assert to_grey(grey) is grey


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 2)])
def test_tiny_pictures(shape):
    assert to_grey(np.full((*shape, 3), 200, np.uint8)).tolist() == np.full(shape, 200).tolist()


def test_a_long_picture_is_treated_in_strips_alike(monkeypatch):
    picture = printed(written(), ring(120, 100), VERMILION)
    whole = to_grey(picture)
    monkeypatch.setattr("kuzushiji.images.paper.strips._STRIP", 700)
    assert (to_grey(picture) == whole).all()


@pytest.mark.parametrize("character", ["す", "を"])
def test_the_glyph_under_a_seal_is_that_of_the_character(character):
    under = np.repeat(read_image(sample(character, 3))[..., None], 3, axis=2)
    stamped = printed(under, ring(*under.shape[:2]), VERMILION)
    with_seal, without = (to_glyph(picture).astype(float) for picture in (stamped, under))
    assert np.corrcoef(with_seal.ravel(), without.ravel())[0, 1] > 0.97
    spoilt = to_glyph(luma(stamped)).astype(float)
    assert np.corrcoef(spoilt.ravel(), without.ravel())[0, 1] < 0.9


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK"])
def test_every_way_of_keeping_colour_is_seen(tmp_path, mode):
    picture = printed(written(), ring(120, 100), VERMILION)
    file = tmp_path / "seal.tif"
    Image.fromarray(picture).convert(mode).save(file)
    assert read_image(file)[24, 30] > 170
    assert read_image(picture)[24, 30] > 170
