"""The parts of the conversion: components, splines, samples, tones."""

import numpy as np
import pytest

from kuzushiji.images import to_glyph
from kuzushiji.images.brush import draw, on_paper, spline
from kuzushiji.images.components import components
from kuzushiji.images.paper.ink import calm, even_paper, is_light_on_dark, tones
from kuzushiji.images.samples import STROKES, character_of, sample, write


def flood(mask):
    """Number of 8-connected parts and their sorted areas, by plain search."""
    left = {tuple(p) for p in np.argwhere(mask)}
    areas = []
    while left:
        queue, area = [left.pop()], 0
        while queue:
            y, x = queue.pop()
            area += 1
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= near
            queue += near
        areas.append(area)
    return sorted(areas)


@pytest.mark.parametrize("seed", range(20))
def test_components_agree_with_plain_search(seed):
    rng = np.random.default_rng(seed)
    mask = rng.random(rng.integers(1, 25, 2)) < rng.uniform(0.05, 0.95)
    found = components(mask)
    assert sorted(found.area.tolist()) == flood(mask)
    assert ((found.labels > 0) == mask).all()
    for k in range(len(found)):
        ys, xs = np.nonzero(found.labels == k + 1)
        assert (ys.min(), ys.max() + 1) == (found.top[k], found.bottom[k])
        assert (xs.min(), xs.max() + 1) == (found.left[k], found.right[k])
        assert len(flood(found.labels == k + 1)) == 1


def test_a_spiral_is_one_component():
    y, x = np.mgrid[:41, :41] - 20
    ring = np.maximum(abs(y), abs(x)) % 4 == 0
    ring[20, 21:] = True
    assert len(components(ring)) == 1


def test_components_of_nothing():
    assert len(components(np.zeros((4, 4), bool))) == 0


def test_tones_of_two_values():
    measured = tones(np.array([[30] * 20 + [200] * 80], np.uint8))
    assert (measured.ink, measured.paper) == (30, 200)
    assert 30 < measured.threshold < 200
    assert measured.separation == pytest.approx(1)
    noise = np.random.default_rng(0).normal(128, 20, (200, 200)).astype(np.uint8)
    assert tones(noise).separation == pytest.approx(2 / np.pi, abs=0.02)


@pytest.mark.parametrize("character", STROKES)
def test_polarity(character):
    ink = draw(STROKES[character], 80, width=0.14)
    assert is_light_on_dark(ink, 127)
    assert not is_light_on_dark(255 - ink, 127)


def test_even_paper_removes_a_slope_and_leaves_even_paper_alone():
    ink = draw(STROKES["ま"], 96)
    page = (230 - 0.8 * ink).astype(np.uint8)
    assert even_paper(page) is page
    sloped = (page * np.linspace(1, 0.4, 96)).astype(np.uint8)
    flat = even_paper(sloped)
    assert np.ptp(flat[ink == 0].astype(int)) < 0.25 * np.ptp(sloped[ink == 0].astype(int))


def test_calm_touches_only_noise():
    page = on_paper(draw(STROKES["ま"], 96))[..., 0]
    assert calm(page, 180) is page
    noisy = np.clip(page + np.random.default_rng(0).normal(0, 30, page.shape), 0, 255).astype(np.uint8)
    assert np.abs(calm(noisy, 180).astype(int) - page).mean() < 0.6 * np.abs(noisy.astype(int) - page).mean()


def test_a_spline_passes_through_its_points():
    points = np.array([[0, 0, 1], [0.3, 0.8, 2], [0.9, 0.4, 1]])
    path = spline(points, step=0.01)
    for point in points:
        assert np.abs(path - point).sum(axis=1).min() < 1e-9
    assert np.hypot(*np.diff(path[:, :2], axis=0).T).max() < 0.02


def test_the_brush_is_repeatable_and_wobbles_by_its_seed():
    one = draw(STROKES["や"], wobble=0.02, seed=1)
    assert (one == draw(STROKES["や"], wobble=0.02, seed=1)).all()
    assert (one != draw(STROKES["や"], wobble=0.02, seed=2)).any()
    assert draw(STROKES["や"], width=0.15).mean() > 1.4 * draw(STROKES["や"], width=0.08).mean()


def test_samples_on_disk(tmp_path):
    files = write(tmp_path / "samples")
    assert len(files) == 20
    assert files[0].name == "synthetic-o-1.png"
    assert [character_of(f) for f in files[::2]] == list(STROKES)
    assert all(to_glyph(f, 28).max() == 255 for f in files)


def test_samples_come_in_different_guises():
    shapes = {sample("を", guise).shape for guise in range(6)}
    assert (28, 28) in shapes
    assert (64, 64) in shapes
    assert sum(len(shape) == 3 for shape in shapes) >= 3
