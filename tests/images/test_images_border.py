"""A scanner's black and the white beyond a page go; paper, its margin and printed strokes stay."""

import numpy as np
import pytest

from kuzushiji.images import to_glyph
from kuzushiji.images.brush import draw
from kuzushiji.images.paper.border import without_mat
from kuzushiji.images.samples import STROKES


def page(character: str = "な") -> np.ndarray:
    """A character on beige paper with some grain."""
    ink = np.pad(draw(STROKES[character], 90), 8).astype(float) / 255
    return (np.random.default_rng(0).normal(205, 2, ink.shape) - 140 * ink).astype(np.uint8)


def framed(inner: np.ndarray, sides: str, tone: float) -> np.ndarray:
    deep = [(24 if first in sides else 0, 24 if last in sides else 0) for first, last in ("tb", "lr")]
    whole = np.pad(inner.astype(float), deep, constant_values=tone)
    mat = np.pad(np.zeros(inner.shape, bool), deep, constant_values=True)
    whole[mat] += np.random.default_rng(1).normal(0, 1.5, mat.sum())
    return np.clip(whole, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("tone", [8, 255], ids=["black", "white"])
@pytest.mark.parametrize("sides", ["l", "b", "tr", "tblr"])
def test_a_mat_goes_and_the_glyph_is_that_of_the_page(sides, tone):
    whole = framed(page(), sides, tone)
    rest = without_mat(whole)
    assert all(0 <= full - left <= 3 for full, left in zip(page().shape, rest.shape, strict=True))
    likeness = np.corrcoef(to_glyph(whole).ravel().astype(float), to_glyph(page()).ravel())[0, 1]
    assert likeness > 0.97


@pytest.mark.parametrize("turned", [False, True], ids=["dark on light", "light on dark"])
def test_paper_and_printed_strokes_stay(turned):
    two = np.full((60, 80), 235, np.uint8)
    two[:12], two[48:] = 20, 20  # 二 as it is printed, cut to its strokes
    mouth = np.pad(np.full((50, 50), 235, np.uint8), 10, constant_values=20)  # 口
    wide = np.pad(page(), 30, constant_values=205)
    shaded = (page() * np.linspace(1, 0.5, page().shape[1])).astype(np.uint8)
    for picture in (two, mouth, wide, shaded, page(), np.full((40, 40), 200, np.uint8)):
        given = 255 - picture if turned else picture
        assert without_mat(given).shape == given.shape
