"""Whole pages, read with the shipped networks: pages of our own brush, and what is no page."""

import numpy as np
import pytest
from PIL import Image

from kuzushiji.pages import Page, PageReader
from kuzushiji.pages.upright import Rotation, turned
from kuzushiji.training.composing.own_brush import brush_page


@pytest.fixture(scope="module")
def reader():
    return PageReader(threads=1)


@pytest.fixture(scope="module")
def composed():
    return brush_page()


@pytest.fixture(scope="module")
def read(reader, composed):
    return reader.read_array(composed.image, "composed")


def same(a: str, b: str) -> float:
    """Share of the characters of ``b`` that ``a`` has in order."""
    before = [0] * (len(b) + 1)
    for char in a:
        row = [0]
        for k, wanted in enumerate(b):
            row.append(before[k] + 1 if char == wanted else max(before[k + 1], row[k]))
        before = row
    return before[-1] / len(b)


def test_a_page_of_our_own_brush_is_read(read, composed):
    assert same(read.text.replace("\n", ""), composed.text.replace("\n", "")) > 0.9
    assert [len(line) for line in read.text.splitlines()] == pytest.approx(
        [len(line) for line in composed.text.splitlines()], abs=1
    )
    assert (read.height, read.width) == composed.image.shape[:2]
    assert read.turned == 0


def test_every_character_has_a_box_candidates_and_a_probability(read):
    for character in read.characters:
        assert 0 <= character.box.x < character.box.right <= read.width + 20
        assert 0 <= character.box.y < character.box.bottom <= read.height + 20
        probabilities = [c.probability for c in character.candidates]
        assert all(0 <= p <= 1 for p in probabilities)
        assert probabilities[0] == max(probabilities)
        assert character.sure or character.reason_codes


def test_boxes_lie_where_the_characters_are(read, composed):
    hits = 0
    for p in composed.placed:
        x, y = (p.left + p.right) / 2, (p.top + p.bottom) / 2
        hits += any(
            c.box.x - 3 <= x <= c.box.right + 3 and c.box.y - 3 <= y <= c.box.bottom + 3
            for c in read.characters
        )
    assert hits > 0.9 * len(composed.placed)


def test_a_reading_survives_its_json(read):
    again = Page.from_json(read.to_json())
    assert again.text == read.text
    assert [c.box for c in again.characters] == [c.box for c in read.characters]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_is_turned_is_turned_back(reader, composed, degrees):
    found = reader.read_array(turned(composed.image, degrees))
    assert found.turned == (360 - degrees) % 360
    assert same(found.text.replace("\n", ""), composed.text.replace("\n", "")) > 0.85


def test_a_page_that_leans_is_followed(reader, composed):
    leaning = Image.fromarray(composed.image).rotate(6, Image.Resampling.BILINEAR, fillcolor=(229, 215, 190))
    found = reader.read_array(np.asarray(leaning))
    assert same(found.text.replace("\n", ""), composed.text.replace("\n", "")) > 0.75


def test_boxes_of_a_leaning_page_are_those_of_the_picture_given():
    rotation = Rotation(10.0, 400, 300)
    page = np.full((300, 400), 230, np.uint8)
    page[60:80, 300:320] = 10
    straight = rotation.picture(page)
    ys, xs = np.nonzero(straight < 100)
    box = np.array([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]], float)
    back = rotation.back(box)[0]
    assert (back[0] + back[2]) / 2 == pytest.approx(310, abs=1.5)
    assert (back[1] + back[3]) / 2 == pytest.approx(70, abs=1.5)


@pytest.mark.parametrize("shape", [(1, 1), (40, 3), (900, 700), (200, 2000, 3)])
def test_blank_paper_has_no_text_and_is_no_error(reader, shape):
    page = reader.read_array(np.full(shape, 225, np.uint8))
    assert page.columns == ()
    assert page.notes == ("no-text",)
    assert page.error is None


def test_noise_is_never_sure(reader):
    noise = np.random.default_rng(0).integers(0, 256, (700, 500), np.uint8)
    assert not any(c.sure for c in reader.read_array(noise).characters)


def test_what_cannot_be_read_is_one_line(reader, tmp_path):
    path = tmp_path / "no.jpg"
    path.write_bytes(b"nothing")
    page = reader.read(path)
    assert page.columns == ()
    assert "no.jpg" in page.error
    assert "\n" not in page.error


def test_without_context_the_networks_decide_alone(composed):
    page = PageReader(threads=1, context=False).read_array(composed.image)
    assert same(page.text.replace("\n", ""), composed.text.replace("\n", "")) > 0.85


def test_stages_are_reported_in_order(reader, composed):
    stages = []
    reader.read(Image.fromarray(composed.image), "x", report=lambda stage: stages.append(stage.value))
    assert stages == ["decoding", "detecting", "reading"]


def test_what_the_report_raises_ends_the_reading(reader, composed):
    class GoneError(Exception):
        pass

    def leave(stage):
        raise GoneError

    with pytest.raises(GoneError):
        reader.read_array(composed.image, report=leave)
