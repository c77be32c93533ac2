"""Composed pages: the truth that comes with them is true."""

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.training.composing import Composer, GlyphBank, Kind, TextSource
from kuzushiji.training.composing.camera import skewed
from kuzushiji.training.composing.glyphs import SIDE, enlarged, marks_of, shape_of
from kuzushiji.training.composing.own_brush import brush_bank, brush_page
from kuzushiji.training.composing.placed import Placed
from kuzushiji.training.composing.writing import annotated


@pytest.fixture(scope="module")
def bank():
    return brush_bank()


@pytest.fixture(scope="module")
def composer(bank):
    return Composer(bank, TextSource([], dict.fromkeys(bank.characters, 1.0)), seed=3, skew=0.5)


def test_a_page_is_a_function_of_seed_and_number(bank, composer):
    first, again = composer.page(2), composer.page(2)
    assert np.array_equal(first.image, again.image)
    assert first.placed == again.placed
    assert not np.array_equal(first.image, composer.page(3).image)


def test_boxes_lie_on_the_page_and_hold_ink(bank):
    clean = Composer(bank, TextSource([], dict.fromkeys(bank.characters, 1.0)), seed=1, damage=0.0)
    page = clean.page(0)
    assert len(page.placed) > 20
    paper = np.median(page.image)
    for p in page.placed:
        assert 0 <= p.left < p.right <= page.image.shape[1]
        assert 0 <= p.top < p.bottom <= page.image.shape[0]
        inside = page.image[int(p.top) : int(p.bottom), int(p.left) : int(p.right)]
        assert inside.min() < paper - 40


def test_columns_are_numbered_from_right_to_left(bank):
    page = brush_page(seed=5)
    middles = {}
    for p in page.placed:
        middles.setdefault(p.column, []).append((p.left + p.right) / 2)
    xs = [np.mean(middles[k]) for k in sorted(middles)]
    assert xs == sorted(xs, reverse=True)


def test_the_text_leaves_ruby_out(composer):
    kinds = set()
    for number in range(12):
        page = composer.page(number)
        kinds |= {p.kind for p in page.placed}
        without = sum(p.kind is not Kind.RUBY for p in page.placed)
        assert len(page.text.replace("\n", "")) == without
    assert Kind.MAIN in kinds


def test_colour_pages_show_the_same_ink(composer):
    grey, colour = composer.page(4), composer.page(4, colour=True)
    assert colour.image.shape == (*grey.image.shape, 3)
    assert np.abs(colour.image[..., 0].astype(int) - grey.image.astype(int)).mean() < 2
    assert colour.placed == grey.placed


def test_a_wide_page_is_a_spread_with_the_right_page_first(bank):
    text = TextSource([], dict.fromkeys(bank.characters, 1.0))
    page = Composer(bank, text, seed=2, width=1400, height=900, damage=0.0).page(1)
    first = [p for p in page.placed if p.column == 0]
    last = [p for p in page.placed if p.column == max(q.column for q in page.placed)]
    assert np.mean([p.left for p in first]) > 700 > np.mean([p.left for p in last])


def test_turning_a_page_moves_the_boxes_with_their_ink():
    image = np.full((200, 200), 230, np.uint8)
    image[40:60, 150:170] = 20
    box = Placed("か", "か", 150, 40, 170, 60, Kind.MAIN, 0)
    turned, (moved,) = skewed(image, [box], degrees=8.0, bend=0.0)
    ys, xs = np.nonzero(turned < 100)
    assert abs(xs.mean() - (moved.left + moved.right) / 2) < 2
    assert abs(ys.mean() - (moved.top + moved.bottom) / 2) < 2


def test_an_annotated_box_keeps_the_longer_side_and_trims_the_other():
    glyph = np.zeros((SIDE, SIDE), np.uint8)
    glyph[4:60, 28:36] = 255  # a long し: its box was as high as the square
    cut = annotated(glyph)
    assert cut.shape[0] == SIDE
    assert cut.shape[1] < 14


@pytest.mark.parametrize(
    ("char", "shape"),
    [
        ("が", "か"),
        ("ぱ", "は"),
        ("ハ", "は"),
        ("ッ", "つ"),
        ("ゞ", "ゝ"),
        ("〻", "々"),
        ("〲", "〱"),
        ("鬱", None),
    ],
)
def test_every_character_is_drawn_with_the_glyph_of_its_class(char, shape):
    assert shape_of(char, {"か", "は", "つ", "ゝ"}) == shape


def test_marks_of_kana():
    assert [marks_of(c) for c in "かがぱゞ"] == ["", "voiced", "semi-voiced", "voiced"]


def test_small_glyphs_are_enlarged_with_sharp_edges():
    glyph = np.zeros((28, 28), np.uint8)
    glyph[10:18, 4:24] = 255
    large = enlarged(glyph)
    assert large.shape == (SIDE, SIDE)
    grey = np.count_nonzero((large > 30) & (large < 225))
    assert grey < 0.35 * np.count_nonzero(large > 127)


def test_a_kana_with_few_images_gets_warped_copies():
    glyph = brush_bank().draw("お", np.random.default_rng(0))
    bank = GlyphBank(glyph[None], np.array([0]), ["お"], warp=True)
    assert bank.counts()["お"] >= 100
    rng = np.random.default_rng(1)
    assert len({bank.draw("お", rng).tobytes() for _ in range(20)}) > 10


def test_an_empty_bank_and_a_text_of_nothing_are_refused():
    with pytest.raises(KuzushijiError, match="glyph bank"):
        GlyphBank(np.zeros((0, 64, 64), np.uint8), np.zeros(0, int), ["か"])
    with pytest.raises(KuzushijiError, match="text"):
        TextSource([], {})


def test_real_columns_are_read_from_a_folder(tmp_path):
    import gzip
    import json

    with gzip.open(tmp_path / "column-text.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"lines": ["おきす つな", "はま"]}, ensure_ascii=False) + "\n")
    source = TextSource.read(tmp_path, {}, 0.0)
    taken = source.take(14, np.random.default_rng(0))
    assert len(taken) == 14
    assert set(taken) <= set("おきすつなはま")
    with pytest.raises(KuzushijiError, match="no column text"):
        TextSource.read(tmp_path / "nothing", {})
