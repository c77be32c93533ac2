"""Readings on one line, and as a notebook shows them."""

import re

import numpy as np

from kuzushiji import Candidate, Reader, Reading
from kuzushiji.images import samples


def test_a_reading_shows_its_glyph_and_its_candidates():
    reading = Reader("kmnist", threads=1).read(samples.sample("つ", 0))[0]
    assert reading.glyph.shape == (56, 56)
    html = reading._repr_html_()
    assert html.count("<img ") == 1
    assert html.count("<tr>") == 6
    assert re.search(r"<td>つ</td><td>\d", html)
    assert repr(reading).startswith("Reading(#0: つ ")
    assert "\n" not in repr(reading)


def test_the_glyph_is_no_part_of_what_was_read():
    plain = Reading("a.png", (Candidate.of("か", 0.9),))
    shown = Reading("a.png", (Candidate.of("か", 0.9),), glyph=np.zeros((28, 28), np.uint8))
    assert plain == shown
    assert "glyph" not in shown.to_json()
    assert "<img" not in plain._repr_html_()


def test_a_name_or_an_error_is_never_markup():
    html = Reading("<b>.png", error="not an image: <script>")._repr_html_()
    assert "<b>" not in html
    assert "<script>" not in html
    assert "<i>" not in Reading("a", (Candidate("<i>", 0.5, "U+3C"),))._repr_html_()
