"""to_glyph: the same glyph from every guise of one character."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from kuzushiji.images import analyse, framings, glyph_quality, is_glyph, resize_glyph, resize_glyphs, to_glyph
from kuzushiji.images.brush import draw, on_paper
from kuzushiji.images.fit import place, widened
from kuzushiji.images.samples import STROKES

NAMES = ("き", "つ", "な", "は", "れ")


def tight(character, size=100, width=0.09):
    """Ink map of one character cut to its strokes."""
    ink = draw(STROKES[character], size, width)
    rows, columns = np.flatnonzero(ink.max(1) > 127), np.flatnonzero(ink.max(0) > 127)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def crop(character, margin=0.06, **look):
    return np.asarray(Image.fromarray(on_paper(tight(character), margin=margin, **look)).convert("L"))


def likeness(a, b):
    return float(np.corrcoef(a.ravel().astype(float), b.ravel().astype(float))[0, 1])


@pytest.mark.parametrize("size", [28, 64])
def test_a_data_set_glyph_comes_through_unchanged_and_uncopied(size):
    glyph = draw(STROKES["お"], size)
    glyph[5, 5] = 37  # a stray value of the kind that the sets have
    assert is_glyph(glyph)
    got = to_glyph(glyph, size)
    assert (got == glyph).all()
    assert np.shares_memory(got, glyph)


def test_a_data_set_glyph_at_another_size_is_resized_only():
    glyph = draw(STROKES["お"], 64)
    assert (to_glyph(glyph, 28) == resize_glyph(glyph, 28)).all()
    batch = np.stack([glyph, glyph[::-1]])
    assert (resize_glyphs(batch, 28)[1] == resize_glyph(glyph[::-1], 28)).all()
    assert resize_glyphs(batch, 64) is batch


def test_what_is_no_data_set_glyph():
    glyph = draw(STROKES["お"], 64)
    assert not is_glyph(255 - glyph)
    assert not is_glyph(glyph[:60])
    assert not is_glyph(np.full((64, 64), 90, np.uint8))
    assert is_glyph(np.zeros((64, 64), np.uint8))


@pytest.mark.parametrize("character", NAMES)
def test_the_usual_margin_is_dropped(character):
    ink = tight(character)
    side = max(ink.shape)
    square = np.zeros((side, side), np.uint8)
    y, x = (side - ink.shape[0]) // 2, (side - ink.shape[1]) // 2
    square[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
    assert likeness(to_glyph(crop(character)), resize_glyph(square, 64)) > 0.97


GUISES = {
    "light on dark": lambda g: 255 - g,
    "dim": lambda g: g // 2,
    "faint": lambda g: (g * 0.2 + 170).astype(np.uint8),
    "shaded": lambda g: (g * np.linspace(1, 0.5, g.shape[1])).astype(np.uint8),
    "shaded, light on dark": lambda g: 255 - (g * np.linspace(1, 0.6, g.shape[0])[:, None]).astype(np.uint8),
    "noisy": lambda g: np.clip(g + np.random.default_rng(0).normal(0, 25, g.shape), 0, 255).astype(np.uint8),
    "four times as large": lambda g: np.asarray(Image.fromarray(g).resize(np.array(g.shape[::-1]) * 4)),
    "pale, half in a shadow": lambda g: ((g * 0.5 + 112) * np.linspace(1, 0.4, g.shape[1])).astype(np.uint8),
    "half as large": lambda g: np.asarray(Image.fromarray(g).reduce(2)),
    "16 bit": lambda g: g.astype(np.uint16) * 257,
    "two tones": lambda g: ((g > 120) * 255).astype(np.uint8),
    "blurred": lambda g: np.asarray(Image.fromarray(g).filter(ImageFilter.GaussianBlur(1.5))),
}


@pytest.mark.parametrize("guise", GUISES)
@pytest.mark.parametrize("character", NAMES)
def test_guises_of_one_crop_give_nearly_one_glyph(character, guise):
    plain = crop(character)
    assert likeness(to_glyph(GUISES[guise](plain)), to_glyph(plain)) > 0.93


@pytest.mark.parametrize("character", NAMES)
def test_a_small_picture_keeps_its_strokes(character):
    plain = crop(character)
    size = round(14 * plain.shape[1] / plain.shape[0]), 14
    small = np.asarray(Image.fromarray(plain).resize(size, Image.Resampling.BOX))
    assert likeness(to_glyph(small), to_glyph(plain)) > 0.92


@pytest.mark.parametrize("character", NAMES)
def test_a_small_character_in_wide_paper_is_not_faint(character):
    ink = tight(character, size=60)
    page = 225 - np.pad(ink, 130) // 255 * 150
    assert glyph_quality(page.astype(np.uint8)).reasons == ()


def test_a_fleck_far_off_does_not_stretch_the_box():
    page = np.pad(crop("な"), ((0, 0), (0, 120)), mode="edge")
    page[:, -120:] = np.median(page)
    clean = to_glyph(page)
    page[20:26, -20:-14] = 60
    assert likeness(to_glyph(page), clean) > 0.99


@pytest.mark.parametrize("margin", [0.0, 0.12, 0.3, 0.8])
@pytest.mark.parametrize("character", NAMES)
def test_loose_and_tight_boxes_fill_the_square(character, margin):
    glyph, _ = analyse(crop(character, margin=margin))
    rows, columns = np.flatnonzero(glyph.max(1) > 127), np.flatnonzero(glyph.max(0) > 127)
    assert max(np.ptp(rows), np.ptp(columns)) >= 55


def test_a_tall_character_keeps_its_aspect():
    page = np.full((120, 50), 220, np.uint8)
    page[8:112, 22:28] = 30
    glyph = to_glyph(page)
    assert np.count_nonzero(glyph[32] > 127) <= 6
    assert np.count_nonzero(glyph[:, 31] > 127) >= 56
    assert not glyph[:, :24].any()


@pytest.mark.parametrize("upright", [False, True], ids=["一", "し"])
@pytest.mark.parametrize("around", [1, 3, 8])
@pytest.mark.parametrize("times", [5, 7, 9, 12])
def test_one_long_stroke_fills_the_square_whatever_its_box(times, around, upright):
    high = 300 // times
    middle = high * (0.5 + 0.15 * np.sin(np.arange(300) / 48))
    ink = np.abs(np.arange(high)[:, None] + 0.5 - middle) <= 0.3 * high
    page = np.where(np.pad(ink, ((around, around), (around, 6))), 45, 225).astype(np.uint8)
    glyph, quality = analyse(page.T if upright else page)
    glyph = glyph.T if upright else glyph
    assert not quality.is_empty
    along = np.flatnonzero((glyph > 127).any(0))
    assert along[0] <= 2
    assert along[-1] >= 60
    thick = np.count_nonzero(glyph[:, 4:60] > 127, axis=0)
    assert thick.min() >= 0.6 * 64 / times - 2
    assert thick.max() <= 0.6 * 64 / times + 2


def test_a_neighbours_stroke_in_the_margin_goes_and_own_strokes_stay():
    plain = crop("な")
    beside = plain.copy()
    beside[:5, 30:60] = 40
    assert likeness(to_glyph(beside), to_glyph(plain)) > 0.99


def test_own_strokes_at_the_edge_of_a_tight_box_stay():
    page = np.full((80, 80), 220, np.uint8)
    page[0:12, 10:70] = page[34:46, 15:65] = page[68:80, 0:80] = 30  # 三, cut to its strokes
    glyph = to_glyph(page)
    assert [int(glyph[y, 32]) for y in (4, 32, 59)] == [255, 255, 255]


def test_reading_is_done_for_any_source(tmp_path):
    plain = crop("つ")
    file = io.BytesIO()
    Image.fromarray(plain).save(file, "PNG")
    assert (to_glyph(file.getvalue()) == to_glyph(plain)).all()


RNG = np.random.default_rng(1)
EMPTY = {
    "white": np.full((90, 70), 255, np.uint8),
    "black": np.zeros((90, 70), np.uint8),
    "paper": np.clip(RNG.normal(210, 6, (90, 70)), 0, 255).astype(np.uint8),
    "slope": np.tile(np.linspace(120, 220, 80).astype(np.uint8), (80, 1)),
    "black glyph": np.zeros((64, 64), np.uint8),
    "one pixel": np.array([[7]], np.uint8),
    "a column": np.full((300, 1), 200, np.uint8),
}


@pytest.mark.parametrize("name", EMPTY)
def test_blank_gives_an_empty_glyph_and_says_so(name):
    glyph, quality = analyse(EMPTY[name], 28)
    assert glyph.shape == (28, 28)
    assert not glyph.any()
    assert quality.is_empty
    assert quality.reasons == ("blank: no ink found",)


def test_quality_of_a_good_crop_has_no_complaint():
    quality = glyph_quality(crop("き"))
    assert quality.reasons == ()
    assert not quality.is_empty
    assert 0.05 < quality.ink < 0.5
    assert quality.contrast > 100


def blot(blur: float) -> np.ndarray:
    """A drop of ink with a soft edge and a tail, as worms and damp leave them."""
    y, x = np.mgrid[:90, :90] - 45.0
    drop = np.maximum(1 / (1 + np.exp((np.hypot(y, x) - 24) / blur * 4)), (abs(y) < 3) & (abs(x) < 27))
    return (215 - 150 * drop).astype(np.uint8)


def line(lean: float, curl: float = 0.0) -> np.ndarray:
    """One upright line on paper with a soft edge, from top to bottom or, with a curl, bent at its foot."""
    y, x = np.mgrid[:120, :80] - np.array([60.0, 40.0])[:, None, None]
    middle = lean * y + curl * np.maximum(y, 0) ** 2 / 60
    return (220 - 180 * np.clip(3 - abs(x - middle), 0, 1)).astype(np.uint8)


@pytest.mark.parametrize(
    ("image", "word"),
    [
        (GUISES["faint"](crop("き")), "faint"),
        (np.where(np.hypot(*(np.mgrid[:80, :80] - 40)) < 38, 30, 220).astype(np.uint8), "mostly ink"),
        (blot(8), "a blot"),
        (line(lean=0.0), "a ruled line"),
        (line(lean=0.06), "a ruled line"),
    ],
)
def test_quality_names_the_trouble(image, word):
    assert any(word in reason for reason in glyph_quality(image).reasons)


@pytest.mark.parametrize("page", [line(0.0, curl=0.3), np.rot90(line(0.0))], ids=["hook", "level stroke"])
def test_a_stroke_is_no_ruled_line(page):
    assert glyph_quality(page).reasons == ()


@pytest.mark.parametrize("size", [28, 64])
def test_the_thickest_stroke_is_no_blot(size):
    page = np.full((100, 100), 220, np.uint8)
    page[36:64, 5:95] = page[5:95, 36:64] = 30  # a cross of strokes of 28 % of its side
    glyph, quality = analyse(page, size)
    assert glyph.mean() > 90
    assert quality.reasons == ()


@pytest.mark.parametrize(
    "shape", [(1, 1), (2, 500), (500, 2), (5, 5), (12, 300), (24, 24), (25, 25), (400, 3)]
)
def test_any_shape_gives_a_glyph(shape):
    noise = np.random.default_rng(2).integers(0, 256, shape).astype(np.uint8)
    glyph = to_glyph(noise, 64)
    assert glyph.shape == (64, 64)
    assert glyph.dtype == np.uint8


def test_framings_are_the_glyph_and_the_same_in_a_tighter_and_a_wider_box():
    page = np.full((200, 160), 220, np.uint8)
    page[50:150, 60:100] = 40  # a block, which keeps its proportions
    glyphs, quality = framings(page, 56)
    assert glyphs.shape == (3, 56, 56)
    np.testing.assert_array_equal(glyphs[0], to_glyph(page, 56))
    assert quality == analyse(page, 56)[1]
    widths = [int((glyph[28] > 128).sum()) for glyph in glyphs]
    assert widths[1] > widths[0] > widths[2]
    np.testing.assert_allclose(np.array(widths) / widths[0], [1, 1 / 0.92, 1 / 1.08], atol=0.06)


def test_outside_the_picture_a_wider_box_finds_nothing():
    full = np.full((20, 20), 255, np.uint8)
    glyph = place(full, widened((0.0, 0.0, 20.0, 20.0), 0.25), 60)
    assert not glyph[:8].any()
    assert not glyph[:, -8:].any()
    assert (glyph[12:48, 12:48] == 255).all()


@pytest.mark.parametrize("picture", [np.full((60, 60), 220, np.uint8), np.eye(64, dtype=np.uint8) * 255])
def test_where_the_box_is_not_in_doubt_there_is_one_framing(picture):
    assert framings(picture, 28)[0].shape == (1, 28, 28)
