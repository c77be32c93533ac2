"""The detector's maps to boxes, and pages that are larger than the network sees at once."""

import numpy as np
import pytest

from kuzushiji.pages.detect import Detector, decode, suppress


def maps_with(peaks, height=32, width=24):
    """Maps with sharp peaks: (row, column, log width, log height, ruby)."""
    maps = np.zeros((6, height, width), np.float32)
    maps[:2] = -9
    for row, column, w, h, ruby in peaks:
        maps[int(ruby), row, column] = 3
        maps[2, row, column], maps[3, row, column] = np.log(w), np.log(h)
    return maps


def test_peaks_become_boxes():
    corners, scores, ruby = decode(maps_with([(10, 8, 5, 7, False), (20, 15, 2, 2, True)]), 0.3)
    assert corners[0] == pytest.approx([8.5 * 4 - 10, 10.5 * 4 - 14, 8.5 * 4 + 10, 10.5 * 4 + 14])
    assert ruby.tolist() == [False, True]
    assert scores == pytest.approx(1 / (1 + np.exp(-3)), abs=1e-6)


def test_of_two_boxes_on_one_character_the_stronger_stays():
    corners = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 0, 40, 10], [3, 3, 6, 6]], float)
    assert suppress(corners, np.array([0.5, 0.9, 0.4, 0.8])).tolist() == [1, 2]


class DarkSquares:
    """A network that marks the middle of every dark square of 24 px: what a detector does, without one."""

    def run(self, outputs, array):
        ink = array[0, 0]
        height, width = ink.shape[0] // 4, ink.shape[1] // 4
        cells = ink[: height * 4, : width * 4].reshape(height, 4, width, 4).mean((1, 3))
        maps = np.zeros((6, height, width), np.float32)
        maps[:2] = -9
        padded = np.pad(cells, 3)
        total = sum(padded[i : i + height, j : j + width] for i in range(7) for j in range(7))
        peak = (total > 0.9 * total.max()) if total.max() > 5 else np.zeros_like(total, bool)
        maps[0][peak] = total[peak] / 10
        maps[2:4] = np.log(6)
        return [maps[None]]


def page_of_squares(height, width, step=160):
    page = np.full((height, width), 230, np.uint8)
    for y in range(60, height - 60, step):
        for x in range(60, width - 60, step):
            page[y : y + 24, x : x + 24] = 20
    return page


def test_a_page_in_tiles_has_every_character_once():
    page = page_of_squares(1000, 3000)
    detector = Detector(DarkSquares(), threshold=0.5)
    found = detector._at(page, 1.0)
    wanted = sum(1 for _ in range(60, 940, 160)) * sum(1 for _ in range(60, 2940, 160))
    assert len(found) == wanted
    x = (found.corners[:, 0] + found.corners[:, 2]) / 2
    assert np.abs((x - 72) % 160 - 160 * ((x - 72) % 160 > 80)).max() < 5


def test_a_blank_page_has_no_characters():
    assert len(Detector(DarkSquares(), 0.5)(np.full((800, 600), 225, np.uint8))) == 0
