"""POST /api/read: what comes back for images, boxes and options."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from web_support import CLASSES, ink, page, png

PNG = {"content-type": "image/png"}


def best(reading: dict[str, Any]) -> str:
    return reading["candidates"][0]["char"]


@pytest.mark.parametrize("char", CLASSES)
def test_a_raw_image_is_read(client: Any, char: str) -> None:
    answer = client.post("/api/read?top=3", content=png(ink(char)), headers=PNG)
    assert answer.status_code == 200
    (reading,) = answer.json()["readings"]
    assert best(reading) == char
    assert reading["sure"] is True
    assert len(reading["candidates"]) == 3
    first = reading["candidates"][0]
    assert first["codepoint"] == f"U+{ord(char):04X}"
    assert first["reading"]
    assert answer.json()["model"] == "tiny"


def test_the_glyph_that_the_model_saw_comes_back(client: Any) -> None:
    (reading,) = client.post("/api/read", content=png(ink("し")), headers=PNG).json()["readings"]
    head, data = reading["glyph"].split(",")
    assert head == "data:image/png;base64"
    glyph = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert glyph.shape == (64, 64)
    assert glyph[32, 32] == 255
    assert glyph[32, 2] == 0


def test_the_glyph_can_be_left_out(client: Any) -> None:
    (reading,) = client.post("/api/read?glyph=false", content=png(ink("し")), headers=PNG).json()["readings"]
    assert "glyph" not in reading


def test_many_images_keep_their_order_and_names(client: Any) -> None:
    files = [("image", (f"{i}.png", png(ink(char)), "image/png")) for i, char in enumerate(CLASSES)]
    readings = client.post("/api/read", files=files).json()["readings"]
    assert [best(reading) for reading in readings] == list(CLASSES)
    assert [reading["file"] for reading in readings] == [f"{i}.png" for i in range(len(CLASSES))]


def test_a_name_that_utf8_cannot_hold_is_given_back_escaped(client: Any) -> None:
    head = b'--B\r\nContent-Disposition: form-data; name="image"; filename="\\ud800.png"\r\n\r\n'
    form = {"content-type": "multipart/form-data; boundary=B; charset=unicode_escape"}
    answer = client.post("/api/read", content=head + png(ink("の")) + b"\r\n--B--\r\n", headers=form)
    assert answer.status_code == 200
    assert answer.json()["readings"][0]["file"] == "\\ud800.png"


def test_one_bad_image_among_good_ones_has_its_own_error(client: Any) -> None:
    files = [
        ("image", ("a.png", png(ink("の")), "image/png")),
        ("image", ("b.png", b"no image", "image/png")),
        ("image", ("c.png", png(ink("一")), "image/png")),
    ]
    answer = client.post("/api/read", files=files)
    assert answer.status_code == 200
    first, second, third = answer.json()["readings"]
    assert (best(first), best(third)) == ("の", "一")
    assert "not an image" in second["error"]
    assert "candidates" not in second


def test_boxes_on_a_page(client: Any) -> None:
    query = "&".join(f"box={40 + 150 * n},60,120,120" for n in range(len(CLASSES)))
    readings = client.post(f"/api/read?{query}", content=png(page()), headers=PNG).json()["readings"]
    assert [best(reading) for reading in readings] == list(CLASSES)
    assert readings[1]["box"] == {"x": 190, "y": 60, "width": 120, "height": 120, "angle": 0}


def test_a_turned_box_is_read_upright(client: Any) -> None:
    upright = "box=190,60,120,120"  # し, a vertical line
    readings = client.post(
        f"/api/read?{upright}&{upright},90&{upright},180", content=png(page()), headers=PNG
    ).json()["readings"]
    assert [best(reading) for reading in readings] == ["し", "一", "し"]


def test_a_page_turned_by_some_degrees_needs_the_same_angle(client: Any) -> None:
    # Pillow turns counter-clockwise; the box follows clockwise, hence the sign.
    turned = page().rotate(-20, resample=Image.Resampling.BICUBIC, center=(100, 120), fillcolor=228)
    answer = client.post("/api/read?box=40,60,120,120,20&top=1", content=png(turned), headers=PNG)
    (reading,) = answer.json()["readings"]
    assert best(reading) == "一"
    assert reading["sure"] is True


def test_each_box_of_a_coloured_page_has_its_own_ink(client: Any) -> None:
    sheet = np.asarray(page().convert("RGB")).copy()
    red, grey = sheet[:, 330:480], np.asarray(page())[:, 330:480, None]
    red[:] = np.where(grey < 200, (200, 60, 50), red)  # の is written in vermilion, all others in black
    sheet[66:176, 510:514] = sheet[66:176, 580:584] = (200, 60, 50)  # 十 stands between two red rules
    query = "&".join(f"box={40 + 150 * n},60,120,120" for n in range(len(CLASSES)))
    answer = client.post(f"/api/read?{query}", content=png(Image.fromarray(sheet)), headers=PNG)
    assert [best(reading) for reading in answer.json()["readings"]] == list(CLASSES)


def test_a_box_outside_the_page_has_its_own_error(client: Any) -> None:
    answer = client.post("/api/read?box=40,60,120,120&box=5000,0,20,20", content=png(page()), headers=PNG)
    good, bad = answer.json()["readings"]
    assert best(good) == "一"
    assert "outside" in bad["error"]
    assert bad["box"]["x"] == 5000


def test_boxes_that_are_all_outside_are_still_an_answer(client: Any) -> None:
    answer = client.post("/api/read?box=5000,0,20,20", content=png(page()), headers=PNG)
    assert answer.status_code == 200
    assert "outside" in answer.json()["readings"][0]["error"]


def test_light_ink_is_found_without_being_told(client: Any) -> None:
    light = ink("十").point(lambda v: 255 - v)
    (reading,) = client.post("/api/read", content=png(light), headers=PNG).json()["readings"]
    assert best(reading) == "十"


def test_invert_takes_the_other_part_for_ink(client: Any) -> None:
    # So heavy a cross is taken for the ground; invert puts that right.
    image = Image.new("L", (120, 120), 220)
    image.paste(40, (0, 28, 120, 92))
    image.paste(40, (28, 0, 92, 120))
    centres = []
    for flag in ("false", "true"):
        answer = client.post(f"/api/read?invert={flag}", content=png(image), headers=PNG)
        data = base64.b64decode(answer.json()["readings"][0]["glyph"].split(",")[1])
        centres.append(np.asarray(Image.open(io.BytesIO(data)))[32, 32])
    assert centres == [0, 255]


def test_the_threshold_decides_what_is_ink(client: Any) -> None:
    # A faint ring around a dark bar: a low threshold leaves the bar alone, a high one takes the ring in.
    bar, ring = np.asarray(ink("一")), np.asarray(ink("の"))
    sheet = png(Image.fromarray(np.where(ring < 120, np.minimum(bar, 150), bar).astype(np.uint8)))
    found = {}
    for threshold in (90, 190):
        answer = client.post(f"/api/read?threshold={threshold}", content=sheet, headers=PNG)
        found[threshold] = best(answer.json()["readings"][0])
    assert found == {90: "一", 190: "の"}


def test_a_blank_picture_is_not_sure(client: Any) -> None:
    blank = png(Image.new("L", (80, 80), 240))
    (reading,) = client.post("/api/read", content=blank, headers=PNG).json()["readings"]
    assert reading["sure"] is False
    assert any("blank" in reason for reason in reading["reasons"])


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_other_formats(client: Any, kind: str) -> None:
    headers = {"content-type": f"image/{kind.lower()}"}
    (reading,) = client.post("/api/read", content=png(ink("の"), kind), headers=headers).json()["readings"]
    assert best(reading) == "の"
