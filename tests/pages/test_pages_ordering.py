"""Reading order from boxes alone."""

from itertools import pairwise

import numpy as np
import pytest

from kuzushiji.pages.ordering import Boxes, chains, halves, ordered


def column(x, top, count, size=30, pitch=36):
    return [(x - size / 2, top + pitch * k, x + size / 2, top + pitch * k + size) for k in range(count)]


def read(boxes, width=1000, height=800):
    """The order in which shuffled boxes are read: positions in ``boxes``."""
    boxes = np.array(boxes, float)
    shuffle = np.random.default_rng(1).permutation(len(boxes))
    return [int(shuffle[k]) for part, _ in ordered(boxes[shuffle], width, height) for k in part]


def test_columns_are_read_from_right_to_left_and_downwards():
    boxes = column(800, 50, 12) + column(740, 50, 12) + column(680, 130, 5) + column(620, 50, 12)
    assert read(boxes) == list(range(len(boxes)))


def test_an_indented_and_a_leaning_column_keep_their_place():
    lean = [(700 - 0.1 * y - 15, y, 700 - 0.1 * y + 15, y + 30) for y in range(50, 500, 36)]
    boxes = column(780, 50, 12) + lean + column(560, 260, 6)
    assert read(boxes) == list(range(len(boxes)))


def test_a_gap_inside_a_column_does_not_end_it():
    boxes = column(800, 50, 5) + column(800, 330, 6) + column(740, 50, 14)
    assert read(boxes) == list(range(len(boxes)))


def test_the_upper_tier_comes_first():
    upper = [box for k in range(8) for box in column(900 - 60 * k, 40, 7)]
    lower = [box for k in range(8) for box in column(900 - 60 * k, 360, 8)]
    assert read(upper + lower) == list(range(len(upper) + len(lower)))


def test_the_right_page_of_a_spread_comes_first():
    def page(x):
        upper = [box for k in range(6) for box in column(x - 60 * k, 40, 7)]
        lower = [box for k in range(6) for box in column(x - 60 * k, 360, 8)]
        return upper + lower

    boxes = page(1350) + page(600)
    assert read(boxes, width=1500, height=700) == list(range(len(boxes)))


def test_warichu_is_read_as_two_half_columns():
    above = column(800, 50, 5)
    right, left = column(809, 240, 6, 15, 18), column(791, 240, 5, 15, 18)
    below = column(800, 360, 5)
    boxes = above + right + left + below + column(730, 50, 14)
    parts = ordered(np.array(boxes, float), 1000, 800)
    assert [k for part, _ in parts for k in part] == list(range(len(boxes)))
    assert [half for _, half in parts] == [False, True, True, False, False]


def test_nothing_gives_nothing():
    assert ordered(np.zeros((0, 4)), 100, 100) == []
    assert chains(Boxes(np.zeros((0, 4)))) == []


def test_plain_small_text_is_no_warichu():
    boxes = Boxes(np.array(column(200, 50, 9, 15, 18) + column(170, 50, 9, 15, 18), float))
    assert not halves(boxes).any()


@pytest.mark.parametrize("seed", range(4))
def test_order_on_the_true_boxes_of_composed_pages(seed):
    from kuzushiji.training.composing import Composer, Kind, TextSource
    from kuzushiji.training.composing.own_brush import brush_bank

    bank = brush_bank()
    composer = Composer(
        bank, TextSource([], dict.fromkeys(bank.characters, 1.0)), seed, damage=0.0, plain=True
    )
    page = composer.page(0)
    main = sorted((p for p in page.placed if p.kind is not Kind.RUBY), key=lambda p: p.column)
    boxes = np.array([(p.left, p.top, p.right, p.bottom) for p in main])
    order = read(boxes, 736, 1088)
    right = sum(a + 1 == b for a, b in pairwise(order))
    assert right >= 0.98 * (len(order) - 1)
