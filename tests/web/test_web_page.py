"""The page in a real browser: one browser for all tests, a fresh visit for each."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from web_support import CLASSES, ink, page, png, serving

from browser_support import launch

TEI = {"t": "http://www.tei-c.org/ns/1.0"}
STROKES = {
    "一": [[(0.15, 0.5), (0.85, 0.5)]],
    "し": [[(0.5, 0.15), (0.5, 0.85)]],
    "十": [[(0.15, 0.5), (0.85, 0.5)], [(0.5, 0.15), (0.5, 0.85)]],
    "へ": [[(0.15, 0.85), (0.5, 0.3), (0.85, 0.85)]],
}


@pytest.fixture(scope="module")
def url(engine: Any) -> Iterator[str]:
    from kuzushiji.web.app import create_app

    with serving(create_app(engine)) as address:
        yield address


@pytest.fixture(scope="module")
def first_page(url: str) -> Iterator[Any]:
    with launch(1200, 900) as opened:
        yield opened


@pytest.fixture
def visit(first_page: Any, url: str) -> Iterator[Any]:
    """Opens the page anew: other settings need another context of the same browser."""
    opened: list[tuple[Any, Any]] = []

    def go(**options: Any) -> Any:
        settings = {"viewport": {"width": 1200, "height": 900}, "locale": "en-GB", **options}
        context = first_page.context.browser.new_context(**settings)
        context.set_default_timeout(60_000)
        visitor = context.new_page()
        visitor.problems, visitor.requested = [], []
        visitor.on("console", lambda m: visitor.problems.append(f"{m.type}: {m.text}"))
        visitor.on("pageerror", lambda e: visitor.problems.append(f"error: {e}"))
        visitor.on("request", lambda r: visitor.requested.append(r.url))
        opened.append((context, visitor))
        visitor.goto(url)
        visitor.locator("#model-name:not(:empty)").wait_for(state="attached")
        return visitor

    yield go
    for context, visitor in opened:
        problems, requested = visitor.problems, visitor.requested
        context.close()
        assert problems == []
        assert [each for each in requested if not each.startswith((url, "data:", "blob:"))] == []


def draw(visitor: Any, char: str) -> None:
    box = visitor.locator("#pad").bounding_box()
    for points in STROKES[char]:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        visitor.mouse.move(*places[0])
        visitor.mouse.down()
        for place in places[1:]:
            visitor.mouse.move(*place, steps=12)
        visitor.mouse.up()


def see(visitor: Any, char: str) -> None:
    """Waits until the best candidate is a character."""
    visitor.locator("#best", has_text=char).wait_for()


def open_picture(visitor: Any, picture: bytes, name: str = "page.png") -> None:
    visitor.locator("#file").set_input_files({"name": name, "mimeType": "image/png", "buffer": picture})
    visitor.locator("#page-tools").wait_for()
    visitor.wait_for_timeout(100)


def drag(visitor: Any, left: float, top: float, right: float, bottom: float) -> None:
    """Drags over a part of the picture of 800 by 600, given in its pixels."""
    frame = visitor.locator("#page").bounding_box()
    scale = min((frame["width"] - 16) / 800, (frame["height"] - 16) / 600)
    x0, y0 = frame["x"] + (frame["width"] - 800 * scale) / 2, frame["y"] + (frame["height"] - 600 * scale) / 2
    visitor.mouse.move(x0 + left * scale, y0 + top * scale)
    visitor.mouse.down()
    visitor.mouse.move(x0 + right * scale, y0 + bottom * scale, steps=5)
    visitor.mouse.up()


def test_draw_and_see_the_reading(visit: Any) -> None:
    visitor = visit()
    draw(visitor, "し")
    see(visitor, "し")
    assert visitor.locator("#mark").inner_text() == "Sure"
    first = visitor.locator("#candidates li").first
    assert "shi" in first.inner_text()
    assert "U+3057" in first.inner_text()
    assert visitor.locator("#glyph").get_attribute("src").startswith("data:image/png")
    visitor.locator("#detail .jibo li").first.wait_for()
    assert "之" in visitor.locator("#detail .jibo").inner_text()
    font = 'document.fonts.check(\'20px "Noto Serif Hentaigana"\', "\\u{1B052}")'
    visitor.wait_for_function(font)


def test_undo_redo_clear_by_button_and_key(visit: Any) -> None:
    visitor = visit()
    draw(visitor, "十")
    see(visitor, "十")
    visitor.keyboard.press("Control+z")
    see(visitor, "一")
    visitor.keyboard.press("Control+Shift+z")
    see(visitor, "十")
    visitor.locator("#clear").click()
    visitor.locator("#empty").wait_for()
    assert visitor.locator("#candidates li").count() == 0
    visitor.locator("#redo").click()
    see(visitor, "一")


def test_pen_pressure_gives_width(visit: Any) -> None:
    widths = visit().evaluate(
        """async () => {
          const { radii } = await import("/static/brush.js");
          const way = (p) => [...Array(20).keys()].map((i) => ({ x: i / 40, y: 0.5, p, t: i * 16 }));
          const fast = way(0).map((point) => ({ ...point, t: point.t / 40 }));
          return [way(0.2), way(0.9), way(0), fast].map((points) => radii(points, 0.05).at(-1));
        }"""
    )
    light, heavy, slow, quick = widths
    assert heavy > 2 * light
    assert slow > 1.5 * quick


def test_paste(visit: Any) -> None:
    visitor = visit()
    data = base64.b64encode(png(ink("へ"))).decode()
    visitor.evaluate(
        """async (data) => {
          const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], "へ.png", { type: "image/png" }));
          const options = { clipboardData: transfer, bubbles: true, cancelable: true };
          document.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        data,
    )
    see(visitor, "へ")
    assert visitor.locator("#tab-page").get_attribute("aria-selected") == "true"


def test_drop(visit: Any) -> None:
    visitor = visit()
    data = base64.b64encode(png(ink("十"))).decode()
    visitor.evaluate(
        """async (data) => {
          const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], "a.png", { type: "image/png" }));
          const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
          for (const type of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, options));
        }""",
        data,
    )
    see(visitor, "十")


def test_a_file_that_is_no_picture_is_said(visit: Any) -> None:
    visitor = visit()
    visitor.locator("#file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no"})
    visitor.locator("#error:not([hidden])").wait_for()
    assert "picture" in visitor.locator("#error").inner_text()


def test_boxes_on_a_page(visit: Any) -> None:
    visitor = visit()
    open_picture(visitor, png(page()))
    drag(visitor, 40, 60, 160, 180)
    see(visitor, "一")
    drag(visitor, 190, 60, 310, 180)
    see(visitor, "し")
    drag(visitor, 340, 60, 460, 180)
    see(visitor, "の")
    assert visitor.locator("#boxes li").count() == 3
    visitor.locator("#page").focus()
    visitor.keyboard.press("n")
    see(visitor, "一")
    visitor.keyboard.press("p")
    see(visitor, "の")
    visitor.keyboard.press("Delete")
    assert visitor.locator("#boxes li").count() == 2
    visitor.locator("#boxes button").nth(1).click()
    see(visitor, "し")


def test_rotate_move_and_resize(visit: Any) -> None:
    visitor = visit()
    open_picture(visitor, png(page()))
    drag(visitor, 190, 60, 310, 180)
    see(visitor, "し")
    visitor.locator("#page").focus()
    again = (
        "key => { for (let i = 0; i < 43; i++) document.getElementById('page').dispatchEvent("
        "new KeyboardEvent('keydown', { key })); }"
    )
    for _ in range(2):
        visitor.keyboard.press("r")
    visitor.evaluate(again, "r")
    see(visitor, "一")
    for _ in range(2):
        visitor.keyboard.press("Shift+R")
    visitor.evaluate(again, "R")
    see(visitor, "し")
    drag(visitor, 250, 120, 100, 120)  # by its middle, onto the bar
    see(visitor, "一")
    before = visitor.locator("#glyph").get_attribute("src")
    drag(visitor, 160, 180, 310, 180)  # its lower right corner: now over both signs
    visitor.wait_for_function("before => document.getElementById('glyph').src !== before", arg=before)


def test_geometry_of_boxes(visit: Any) -> None:
    results = visit().evaluate(
        """async () => {
          const g = await import("/static/boxes.js");
          const box = { x: 10, y: 20, width: 40, height: 60, angle: 30 };
          const anchor = (b) => g.outside(b, { x: -b.width / 2, y: -b.height / 2 });
          const before = anchor(box);
          const after = anchor(g.resized(box, { sx: 1, sy: 1 }, { x: 90, y: 100 }));
          const round = g.inside(box, g.outside(box, { x: 3, y: -7 }));
          return { before, after, round, turned: g.turned({ ...box, angle: 170 }, 20).angle,
                   small: g.resized(box, { sx: 1, sy: 0 }, { x: -500, y: 0 }).width };
        }"""
    )
    assert results["before"] == pytest.approx(results["after"])
    assert results["round"] == pytest.approx({"x": 3, "y": -7})
    assert results["turned"] == -170
    assert results["small"] == 4


def test_boxes_of_a_shrunk_picture_are_in_its_own_pixels(visit: Any) -> None:
    sheet = ink("し").resize((5000, 5000))  # 25 million pixels: more than the browser keeps
    visitor = visit()
    open_picture(visitor, png(sheet), "scan.png")
    visitor.locator("#whole").click()
    see(visitor, "し")
    visitor.locator("#candidates .pick").first.click()
    visitor.locator(".files summary").click()
    made = {}
    for kind in ("csv", "tei", "save"):
        with visitor.expect_download() as saved:
            visitor.locator(f"#{kind}").click()
        made[kind] = saved.value.path().read_text("utf-8")
    (row,) = csv.DictReader(io.StringIO(made["csv"].removeprefix("\ufeff"), newline=""))
    assert (row["x"], row["y"], row["width"], row["height"]) == ("0", "0", "5000", "5000")
    root = ElementTree.fromstring(made["tei"])
    for name in ("surface", "zone"):
        element = root.find(f".//t:{name}", TEI)
        assert [element.get(side) for side in ("ulx", "uly", "lrx", "lry")] == ["0", "0", "5000", "5000"]
    session = json.loads(made["save"])
    assert session["boxes"][0]["width"] == session["picture"]["width"] == 5000


def test_a_box_of_a_shrunk_picture_is_cut_where_it_lies(visit: Any) -> None:
    dark = visit().evaluate(
        """async () => {
          const { PageView } = await import("/static/page.js");
          const sheet = new OffscreenCanvas(200, 100); // stands for 400 by 200
          const context = sheet.getContext("2d");
          context.fillStyle = "white";
          context.fillRect(0, 0, 200, 100);
          context.fillStyle = "black";
          context.fillRect(150, 50, 20, 20);
          const view = new PageView(document.createElement("canvas"));
          view.open(await createImageBitmap(sheet), { width: 400, height: 200 });
          const box = { x: 300, y: 100, width: 40, height: 40, angle: 0 };
          const cut = await createImageBitmap(await view.crop(box));
          const copy = new OffscreenCanvas(cut.width, cut.height).getContext("2d");
          copy.drawImage(cut, 0, 0);
          const { data } = copy.getImageData(0, 0, cut.width, cut.height);
          return [cut.width, cut.height, data.filter((value, i) => i % 4 === 0 && value < 40).length];
        }"""
    )
    assert dark == [20, 20, 400]  # no more pixels than there are, all of them ink


def test_threshold_and_swap_read_again(visit: Any) -> None:
    visitor = visit()
    open_picture(visitor, png(ink("の")), "no.png")
    see(visitor, "の")
    before = visitor.locator("#glyph").get_attribute("src")
    visitor.locator("#invert").check()
    visitor.wait_for_function("before => document.getElementById('glyph').src !== before", arg=before)
    visitor.locator("#invert").uncheck()
    visitor.wait_for_function("before => document.getElementById('glyph').src === before", arg=before)
    visitor.locator("#threshold").fill("60")
    assert visitor.locator("#threshold-value").inner_text() == "60"
    assert visitor.locator("#threshold-auto").get_attribute("aria-pressed") == "false"


def test_the_text_line_is_copied(visit: Any, url: str) -> None:
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    draw(visitor, "し")
    see(visitor, "し")
    visitor.locator("#candidates .pick").first.click()
    visitor.locator("#pad").focus()
    visitor.keyboard.press("2")
    second = visitor.locator("#candidates .char").nth(1).inner_text()
    visitor.locator("#break").click()
    visitor.locator("#candidates .pick").first.click()
    visitor.locator("#copy").click()
    visitor.locator("#copy", has_text="Copied").wait_for()
    assert visitor.evaluate("navigator.clipboard.readText()") == f"し{second}\nし"
    vertical = "getComputedStyle(document.getElementById('text')).writingMode"
    assert visitor.evaluate(vertical) == "vertical-rl"
    visitor.locator("#direction").click()
    assert visitor.evaluate(vertical) == "horizontal-tb"
    visitor.locator("#text button").first.focus()
    visitor.keyboard.press("Delete")
    assert visitor.locator("#text button").count() == 2


def test_a_character_that_is_let_go_keeps_the_focus(visit: Any) -> None:
    visitor = visit()
    draw(visitor, "し")
    see(visitor, "し")
    for _ in range(4):
        visitor.locator("#candidates .pick").first.click()
    focused = "document.activeElement.dataset.index"
    visitor.locator("#text button").nth(2).focus()
    for pressed in ("true", "false"):
        visitor.keyboard.press("Enter")
        assert visitor.evaluate(focused) == "2"
        assert visitor.locator("#text button").nth(2).get_attribute("aria-pressed") == pressed


def test_the_digit_keys_can_be_switched_off(visit: Any) -> None:
    visitor = visit()

    def press() -> int:
        visitor.locator("#pad").focus()
        visitor.keyboard.press("1")
        return visitor.locator("#text button").count()

    assert visitor.locator("#digits").is_hidden()  # there is nothing to press them for
    draw(visitor, "し")
    see(visitor, "し")
    visitor.locator("#digits").uncheck()
    assert press() == 0
    visitor.reload()  # the choice is remembered
    draw(visitor, "し")
    see(visitor, "し")
    assert press() == 0
    visitor.locator("#digits").check()
    assert press() == 1


def test_a_session_is_saved_and_loaded(visit: Any) -> None:
    visitor = visit()
    open_picture(visitor, png(page()))
    drag(visitor, 40, 60, 160, 180)
    see(visitor, "一")
    visitor.locator("#candidates .pick").first.click()
    visitor.locator(".files summary").click()
    with visitor.expect_download() as saved:
        visitor.locator("#save").click()
    text = saved.value.path().read_text("utf-8")
    session = json.loads(text)
    assert [item["char"] for item in session["items"]] == ["一"]
    visitor.locator("#new").click()
    assert visitor.locator("#text button").count() == 0
    visitor.locator("#session-file").set_input_files(
        {"name": "s.json", "mimeType": "application/json", "buffer": text.encode()}
    )
    see(visitor, "一")
    assert visitor.locator("#text button").all_inner_texts() == ["一"]
    assert visitor.locator("#boxes li").count() == 1
    wrong = {"name": "s.json", "mimeType": "application/json", "buffer": b'{"format": "other"}'}
    visitor.locator("#session-file").set_input_files(wrong)
    visitor.locator("#error:not([hidden])").wait_for()


def test_emptying_the_pad_leaves_the_readings_of_the_picture(visit: Any) -> None:
    visitor = visit()
    draw(visitor, "一")
    see(visitor, "一")
    open_picture(visitor, png(page()))
    drag(visitor, 40, 60, 160, 180)
    see(visitor, "一")
    visitor.evaluate(
        "for (const id of ['tab-draw', 'clear', 'tab-page']) document.getElementById(id).click()"
    )
    visitor.wait_for_timeout(500)  # longer than the pad waits before it reads what has changed
    assert visitor.locator("#best").is_visible()


def test_exports_are_valid(visit: Any) -> None:
    visitor = visit()
    made = visitor.evaluate(
        """async () => {
          const s = await import("/static/session.js");
          const box = { x: 10.4, y: 20, width: 30, height: 40, angle: -15 };
          const candidates = [{ char: "か", probability: 0.9 }, { char: "<", probability: 0.05 }];
          const items = [
            { char: "か", probability: 0.93, sure: true, source: "=cmd|' /C calc'!A0", box, candidates },
            { char: "\\n" },
            { char: "&", probability: null, source: 'a "quoted", name', candidates: [] },
            { char: "\\u{1B019}", source: "drawing" },
          ];
          const picture = { name: 'b & "c" <頁>.png', width: 800, height: 600, data: null };
          return { csv: s.toCsv(items), tei: s.toTei({ items, picture, model: "tiny" }),
                   round: s.fromJson(s.toJson({ items, boxes: [box], strokes: [], picture })).items.length };
        }"""
    )
    assert made["round"] == 4
    rows = list(csv.DictReader(io.StringIO(made["csv"].removeprefix("\ufeff"), newline="")))
    assert [row["char"] for row in rows] == ["か", "", "&", "\U0001b019"]
    assert rows[0]["source"].startswith("'=")
    assert rows[2]["source"] == 'a "quoted", name'
    assert rows[3]["codepoint"] == "U+1B019"
    root = ElementTree.fromstring(made["tei"])
    assert root.tag == "{http://www.tei-c.org/ns/1.0}TEI"
    assert [child.tag.split("}")[1] for child in root] == ["teiHeader", "facsimile", "text"]
    assert root.findtext("t:teiHeader/t:fileDesc/t:titleStmt/t:title", namespaces=TEI) == 'b & "c" <頁>.png'
    signs = root.findall(".//t:c", TEI)
    assert [sign.text for sign in signs] == ["か", "&", "\U0001b019"]
    (zone,) = root.findall(".//t:zone", TEI)
    assert signs[0].get("facs") == "#" + zone.get("{http://www.w3.org/XML/1998/namespace}id")
    assert (zone.get("ulx"), zone.get("lrx"), zone.get("rotate")) == ("10", "40", "345")
    assert len(root.findall(".//t:lb", TEI)) == 2
    assert root.find(".//t:certainty", TEI).get("assertedValue") == "<"


def test_practice(visit: Any) -> None:
    visitor = visit()
    visitor.locator("#tab-practice").click()
    visitor.locator("#practice-set").select_option("kanji")
    asked = visitor.locator("#practice-char")
    asked.filter(has_text=re.compile("[一十]")).wait_for()
    visitor.locator("#practice-check").click()
    assert "Draw the character first" in visitor.locator("#grade").inner_text()
    target = asked.inner_text()
    draw(visitor, target)
    assert visitor.locator("#candidates li").count() == 0
    visitor.keyboard.press("Enter")
    visitor.locator("#grade.good").wait_for()
    assert "rank 1" in visitor.locator("#grade").inner_text()
    assert visitor.locator("li.asked .char").inner_text() == target
    visitor.locator("#practice-next").click()
    other = {"一": "十", "十": "一"}[target]
    asked.filter(has_text=other).wait_for()
    draw(visitor, target)
    visitor.locator("#practice-check").click()
    visitor.locator("#grade:not(.good)", has_text="rank").wait_for()
    assert "2 drawn · 1 at rank 1" in visitor.locator("#grade").inner_text()


def test_the_language_switches_everywhere(visit: Any) -> None:
    visitor = visit()
    draw(visitor, "し")
    see(visitor, "し")
    visitor.locator("#language").click()
    assert visitor.locator("html").get_attribute("lang") == "ja"
    assert visitor.locator("#tab-draw").inner_text() == "書く"
    assert visitor.locator("#mark").inner_text() == "確か"
    assert visitor.locator("#candidates .pick").first.inner_text() == "入れる"
    visitor.reload()
    visitor.locator("#tab-draw", has_text="書く").wait_for()
    left = visitor.evaluate(
        """() => [...document.querySelectorAll("[data-i18n], [data-i18n-label]")].filter((el) =>
          (el.dataset.i18n && !el.textContent) || (el.dataset.i18nLabel && !el.ariaLabel)).length"""
    )
    assert left == 0


def test_a_model_of_few_characters_says_so(visit: Any) -> None:
    visitor = visit()
    visitor.locator("#narrow").wait_for()
    assert "の" in visitor.locator("#narrow").inner_text()
    visitor.locator("#language").click()
    assert "文字だけ" in visitor.locator("#narrow").inner_text()


def test_a_japanese_browser_gets_japanese(visit: Any) -> None:
    assert visit(locale="ja-JP").locator("#tab-draw").inner_text() == "書く"


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone(visit: Any, width: int) -> None:
    visitor = visit(viewport={"width": width, "height": 780}, has_touch=True, is_mobile=True)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert visitor.evaluate(wide) <= 0
    draw(visitor, "し")
    see(visitor, "し")
    visitor.locator("#detail .jibo li").first.wait_for()
    assert visitor.evaluate(wide) <= 0
    small = visitor.evaluate(
        """() => [...document.querySelectorAll("button, select")]
          .filter((el) => el.offsetParent && !el.closest(".text"))
          .map((el) => [el.id || el.className, el.getBoundingClientRect().height])
          .filter(([, height]) => height < 36)"""
    )
    assert small == []
    visitor.locator("#tab-page").click()
    open_picture(visitor, png(page()))
    assert visitor.evaluate(wide) <= 0


def test_touch_draws_and_does_not_scroll(visit: Any) -> None:
    visitor = visit(viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    box = visitor.locator("#pad").bounding_box()
    session = visitor.context.new_cdp_session(visitor)
    x = box["x"] + box["width"] / 2

    def touch(kind: str, y: float | None) -> None:
        points = [] if y is None else [{"x": x, "y": box["y"] + y * box["height"]}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.15)
    for k in range(1, 15):
        touch("touchMove", 0.15 + 0.05 * k)
    touch("touchEnd", None)
    see(visitor, "し")
    assert visitor.evaluate("scrollY") == 0


def test_dark_and_light(visit: Any) -> None:
    visitor = visit(color_scheme="dark")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    dark = visitor.evaluate(ground)
    visitor.locator("#theme").click()  # light
    light = visitor.evaluate(ground)
    assert dark != light
    visitor.locator("#theme").click()  # dark
    assert visitor.evaluate(ground) == dark
    draw(visitor, "一")
    see(visitor, "一")  # pale ink on the screen, black ink for the model


def test_the_server_going_away_is_said(visit: Any) -> None:
    visitor = visit()
    visitor.route("**/api/read*", lambda route: route.abort())
    draw(visitor, "一")
    visitor.locator("#error:not([hidden])").wait_for()
    assert "does not answer" in visitor.locator("#error").inner_text()
    visitor.unroute("**/api/read*")
    visitor.locator("#undo").click()
    visitor.locator("#redo").click()
    see(visitor, "一")
    assert visitor.locator("#error").is_hidden()
    visitor.problems[:] = [each for each in visitor.problems if "ERR_FAILED" not in each]


def test_a_busy_server_is_said_once_the_tries_are_used_up(visit: Any) -> None:
    visitor = visit()
    tries = []
    busy = {"status": 429, "json": {"error": "the server is busy with 128 requests"}}
    visitor.route("**/api/read*", lambda route: (tries.append(1), route.fulfill(**busy)))
    visitor.evaluate("() => { const wait = setTimeout; window.setTimeout = (f, ms) => wait(f, ms / 50); }")
    draw(visitor, "一")
    visitor.locator("#error:not([hidden])").wait_for()
    assert visitor.locator("#error").inner_text() == "The server is busy; try again in a moment."
    assert len(tries) >= 5
    visitor.problems[:] = [each for each in visitor.problems if "429" not in each]


def test_known_glyphs_say_what_they_show(visit: Any) -> None:
    visitor = visit()
    picture = "data:image/png;base64," + base64.b64encode(png(ink("し", 28))).decode()
    first = {"char": "し", "codepoint": "U+3057", "probability": 0.9, "evidence": [picture, picture]}
    reading = {"file": "image", "candidates": [first], "sure": True, "reasons": []}
    answer = {"model": "tiny", "readings": [reading]}
    visitor.route("**/api/read*", lambda route: route.fulfill(json=answer))
    draw(visitor, "し")
    shown = visitor.locator("#detail .evidence img")
    shown.nth(1).wait_for()
    assert [shown.nth(i).get_attribute("alt") for i in (0, 1)] == [
        "Known glyph of し, 1 of 2",
        "Known glyph of し, 2 of 2",
    ]


def test_a_visitor_from_another_machine_is_told_where_pictures_go(engine: Any, visit: Any) -> None:
    assert "on this machine" in visit().locator("#where").inner_text()
    from kuzushiji.web.app import create_app

    rules = ("--host-resolver-rules=MAP classroom.test 127.0.0.1",)
    with serving(create_app(engine, hosts=["classroom.test"])) as url, launch(args=rules) as visitor:
        visitor.goto(url.replace("127.0.0.1", "classroom.test"))
        where = visitor.locator("#where")
        where.filter(has_text="the machine that serves this page").wait_for()
        visitor.locator("#language").click()
        where.filter(has_text="このページを出している計算機").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    visitor = visit(color_scheme=scheme, bypass_csp=True)
    draw(visitor, "し")
    see(visitor, "し")
    visitor.locator("#candidates .pick").first.click()
    visitor.locator("#detail .jibo li").first.wait_for()
    found = violations(axe.run(visitor))
    visitor.locator("#tab-practice").click()
    visitor.locator("#practice-char:not(:empty)").wait_for()
    found += violations(axe.run(visitor))
    open_picture(visitor, png(page()))
    drag(visitor, 40, 60, 160, 180)
    see(visitor, "一")
    found += violations(axe.run(visitor))
    assert found == []


def violations(results: Any) -> list[str]:
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for each in results.response["violations"]
        for node in each["nodes"]
    ]


def test_the_page_of_the_api(visit: Any, url: str) -> None:
    visitor = visit()
    visitor.goto(f"{url}/api")
    visitor.locator("section").nth(3).wait_for()
    assert "/api/characters/{char}" in visitor.locator("#api").inner_text()


def test_all_classes_can_be_drawn_or_are_known() -> None:
    assert set(STROKES) | {"の"} == set(CLASSES)
