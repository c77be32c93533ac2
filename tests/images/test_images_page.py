"""Pictures of pages: even ink, straight strips."""

import numpy as np
import pytest

from kuzushiji.images.page import (
    CHARACTER,
    STRIP_WIDTH,
    CentreLine,
    character_size,
    page_ink,
    red_channel,
    straighten,
)


def shaded_page():
    """Dark squares on paper that is half as light on the right as on the left."""
    paper = np.linspace(240, 120, 400)[None].repeat(300, 0)
    for top in range(20, 280, 60):
        for left in range(40, 360, 80):
            paper[top : top + 12, left : left + 12] *= 0.25
    return paper.astype(np.uint8)


def test_ink_is_even_where_the_light_is_not():
    ink = page_ink(shaded_page())
    assert ink.dtype == np.float32
    left, right = ink[22:30, 42:50].mean(), ink[22:30, 282:290].mean()
    assert left == pytest.approx(right, abs=0.1)
    assert left > 0.8
    assert abs(ink[50:70].mean()) < 0.05


def test_blank_paper_has_no_ink():
    assert np.abs(page_ink(np.full((200, 200), 210, np.uint8))).max() < 0.05


def test_seals_are_paper_in_the_red_channel():
    page = np.full((50, 50, 3), 220, np.uint8)
    page[10:20, 10:20] = (210, 40, 30)
    assert red_channel(page).min() == 210


def test_the_size_of_characters_is_the_median_of_their_longer_sides():
    assert character_size(np.array([[0, 0, 10, 30], [0, 0, 20, 10], [0, 0, 40, 40]])) == 30


def test_a_leaning_column_becomes_a_straight_strip():
    height, lean, side = 900, 0.12, 30
    ink = np.zeros((height, 400), np.float32)
    boxes = []
    for k in range(12):
        y = 60 + 65 * k
        x = 120 + lean * y
        ink[y : y + side, round(x) - 6 : round(x) + 6] = 1
        boxes.append((x - side / 2, y, x + side / 2, y + side))
    boxes = np.array(boxes)
    strip = straighten(ink, CentreLine(boxes), 40, 840, side)
    assert strip.ink.shape == (round(800 * CHARACTER / side), STRIP_WIDTH)
    columns = np.arange(STRIP_WIDTH)
    for row in np.flatnonzero(strip.ink.max(1) > 0.9):
        assert np.average(columns, weights=strip.ink[row]) == pytest.approx((STRIP_WIDTH - 1) / 2, abs=3.5)


def test_boxes_come_back_from_the_strip_to_the_page():
    boxes = np.array([(100.0, 50 + 40 * k, 130, 80 + 40 * k) for k in range(8)]) + np.arange(8)[:, None] * [
        2,
        0,
        2,
        0,
    ]
    strip = straighten(np.zeros((500, 300), np.float32), CentreLine(boxes), 30, 400, 30)
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    shift = np.interp((middle - strip.top) * strip.scale, np.arange(len(strip.left)) + 0.5, strip.left)
    local = (boxes - np.stack([shift, 0 * shift + strip.top] * 2, 1)) * strip.scale
    assert strip.to_page(local) == pytest.approx(boxes, abs=0.5)
