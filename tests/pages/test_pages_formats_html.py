"""The page of picture and text: whole, self-contained, and linked both ways."""

import base64
import io
import re

import pytest
from lxml import etree
from PIL import Image

from kuzushiji.pages import Page
from kuzushiji.pages.formats import Sheet, get
from pages_support import column, page, picture


def written(*pages, colour=True):
    return b"".join(get("html").write(Sheet(each, picture(each, colour)) for each in pages)).decode()


def parsed(text):
    return etree.fromstring(text, etree.HTMLParser())


def test_every_character_has_a_box_on_the_picture_and_a_place_in_the_text():
    tree = parsed(written(page(), page(number=2)))
    boxes = [each.get("data-c") for each in tree.iterfind(".//i[@data-c]")]
    text = [each.get("data-c") for each in tree.iterfind(".//span[@data-c]")]
    assert len(boxes) == 2 * len(page().characters)
    assert sorted(boxes) == sorted(text)
    assert len(set(boxes)) == len(boxes)
    styles = dict(part.split(":") for part in tree.find(".//i[@data-c='p1-1']").get("style").split(";"))
    assert float(styles["left"].rstrip("%")) == pytest.approx(100 * 780 / 900, abs=0.01)
    assert float(styles["top"].rstrip("%")) == pytest.approx(100 * 100 / 1200, abs=0.01)


def test_it_needs_nothing_from_elsewhere():
    text = written(page())
    assert re.findall(r'(?:src|href)="(?!data:|#)', text) == []
    assert "http" not in re.sub(r'http-equiv|"[^"]*base64,[^"]*"', "", text)
    policy = parsed(text).find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert policy.startswith("default-src 'none'")


def test_the_picture_is_inside_and_a_large_one_is_made_smaller():
    big = Page("big.jpg", 1, 6000, 3000, (column("か", 100, 100),))
    tree = parsed(written(big, colour=False))
    source = tree.find(".//img").get("src")
    image = Image.open(io.BytesIO(base64.b64decode(source.removeprefix("data:image/jpeg;base64,"))))
    assert image.size == (2400, 1200)
    assert image.mode == "L"


def test_doubt_ruby_and_warichu_are_shown():
    tree = parsed(written(page()))
    unsure = tree.xpath(".//span[@class='unsure' and @data-c]")
    assert [each.text for each in unsure] == ["し", "う", "つ"]
    assert all(each.get("tabindex") == "0" for each in unsure)
    assert unsure[0].get("title") == "し 40 %  ん 15 %  く 15 %"
    ruby = tree.find(".//ruby")
    assert ("".join(ruby[0].itertext()), "".join(ruby.find("rt").itertext())) == ("男", "おとこ")
    note = tree.find(".//span[@class='note']")
    assert "".join(note.itertext()) == "小野小町"
    assert note.find("br") is not None
    assert "".join(tree.find(".//p[@class='heading']").itertext()) == "巻之一"


def test_names_and_signs_are_escaped():
    one = Page("<script>alert(1)</script>.jpg", 1, 300, 200, (column("<&", 100, 20),))
    text = written(one)
    assert "<script>alert" not in text
    assert "&lt;&amp;" in "".join(re.findall(r">(&[a-z]+;)</span>", text))


def test_a_page_without_text_has_its_picture():
    tree = parsed(written(Page("blank.jpg", width=30, height=20)))
    assert tree.find(".//img") is not None
    assert "".join(tree.find(".//div[@class='text']").itertext()) == ""
