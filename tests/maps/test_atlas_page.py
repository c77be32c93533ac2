"""The atlas in a real browser: what is drawn, and that every way of asking it answers rightly."""

from __future__ import annotations

import dataclasses
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlas_support import CLASSES, SIDE, synthetic
from PIL import Image

from browser_support import WEBGL, launch
from kuzushiji.maps.page import atlas

PAPER = np.array([250, 247, 240])


def settle(page: Any, seconds: float = 60) -> None:
    """Waits until nothing moves. (Playwright's own waiting is eval, which the page's policy forbids.)"""
    end = time.monotonic() + seconds
    page.wait_for_timeout(60)
    while not page.evaluate("Boolean(window.atlas && atlas.still)"):
        assert time.monotonic() < end, f"the page does not come to rest: {page.problems}"
        page.wait_for_timeout(40)


def go(page: Any, path: Path, words: str = "lang=en&theme=light&method=umap") -> None:
    page.goto("about:blank")
    page.goto(f"{path.as_uri()}#{words}")
    settle(page)


def drawn(page: Any, selector: str = "#stage") -> np.ndarray:
    """True where the stage is neither paper nor nearly so."""
    picture = Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("RGB")
    return np.abs(np.asarray(picture).astype(int) - PAPER).max(axis=2) > 40


@pytest.fixture(scope="module")
def mapset() -> Any:
    return synthetic()


@pytest.fixture(scope="module")
def file(mapset: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return atlas.write_atlas(mapset, tmp_path_factory.mktemp("atlas") / "atlas.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch(1200, 760) as page:
        page.set_default_timeout(120_000)
        yield page


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    browser.problems.clear()
    browser.requested.clear()
    go(browser, file)
    yield browser
    assert browser.problems == []
    assert all(url.startswith(("file://", "data:", "blob:", "about:")) for url in browser.requested)


def selected_classes(page: Any) -> set[str]:
    return set(page.evaluate("atlas.selected.map((i) => atlas.image(i).char)"))


def test_every_point_is_drawn_where_it_is_said_to_be(page: Any) -> None:
    assert page.evaluate("atlas.n") == 400
    page.evaluate("atlas.set({glyphs: 'off'})")
    settle(page)
    seen = drawn(page)
    box = page.locator("#stage").bounding_box()
    places = np.array(page.evaluate("Array.from({length: 400}, (_, i) => atlas.place(i))"))
    x = np.rint(places[:, 0] - box["x"]).astype(int)
    y = np.rint(places[:, 1] - box["y"]).astype(int)
    assert all(seen[max(0, b - 2) : b + 3, max(0, a - 2) : a + 3].any() for a, b in zip(x, y, strict=True))
    assert seen.mean() < 0.25  # and the rest is paper


def test_hover_shows_the_glyph_of_that_image(page: Any, mapset: Any) -> None:
    page.evaluate("atlas.set({glyphs: 'off'})")
    i = 123
    x, y = page.evaluate(f"atlas.place({i})")
    page.mouse.move(x - 80, y - 80)
    page.mouse.move(x, y)
    settle(page)
    hover = page.evaluate("atlas.state.hover")
    other = page.evaluate(f"atlas.place({hover})")
    assert np.hypot(other[0] - x, other[1] - y) < 2  # itself, or one in the very same place
    index = page.evaluate(f"atlas.image({hover}).index")
    assert f"#{index}" in page.locator("#tip").inner_text()
    assert CLASSES[mapset.labels[index - 1000]] in page.locator("#tip").inner_text()
    alpha = page.evaluate(
        """() => {
            const c = document.querySelector('#tip canvas');
            const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
            return Array.from(data).filter((_, k) => k % 4 === 3);
        }"""
    )
    side = round(len(alpha) ** 0.5)
    shown = np.array(alpha, np.uint8).reshape(side, side)
    small = np.asarray(Image.fromarray(shown).resize((16, 16), Image.Resampling.BOX)).astype(int)
    errors = [np.abs(small - image).mean() for image in mapset.images]
    assert int(np.argmin(errors)) == index - 1000


@pytest.mark.parametrize(
    ("text", "char"),
    [
        ("き", "き"),
        ("ku", "く"),
        ("U+304B", "か"),
        ("5c71", "山"),
        ("mountain", "山"),
        ("yama", "山"),
        ("が", "か"),
        ("可", "か"),
        ("サン", "山"),
    ],
)
def test_search_finds_by_every_name(page: Any, text: str, char: str) -> None:
    page.keyboard.press("/")
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    settle(page)
    assert selected_classes(page) == {char}
    assert page.evaluate("atlas.state.selected") == 100


def test_search_by_number_and_for_nothing(page: Any) -> None:
    page.fill("#search", "#1234")
    page.press("#search", "Enter")
    settle(page)
    assert page.evaluate("atlas.image(atlas.state.pinned).index") == 1234
    assert "#1234" in page.locator("#card").inner_text()
    page.fill("#search", "zzzz")
    page.press("#search", "Enter")
    assert "Nothing found" in page.locator("#live").inner_text()
    assert page.evaluate("atlas.state.selected") == 0


def test_lasso_selects_what_it_encloses(page: Any) -> None:
    places = np.array(page.evaluate("Array.from({length: 400}, (_, i) => atlas.place(i))"))
    chars = page.evaluate("Array.from({length: 400}, (_, i) => atlas.image(i).char)")
    mine = places[[c == "き" for c in chars]]
    (left, top), (right, bottom) = mine.min(axis=0) - 6, mine.max(axis=0) + 6
    page.keyboard.down("Shift")
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 3)):
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    settle(page)
    assert page.evaluate("atlas.state.selected") == 100
    assert selected_classes(page) == {"き"}
    assert page.evaluate("atlas.state.tab") == "selection"
    assert page.locator("#selection-count").inner_text() == "100 images selected"
    assert page.locator("#selection-glyphs .thumb").count() == 100
    for _ in range(2):
        page.keyboard.press("Escape")
    assert page.evaluate("atlas.state.selected") == 0


def test_method_change_moves_the_points(page: Any) -> None:
    before = page.evaluate("atlas.place(7)")
    page.evaluate("atlas.set({glyphs: 'off'})")
    page.click("[data-method=pca]")
    assert not page.evaluate("atlas.still")  # on their way
    settle(page)
    assert page.evaluate("atlas.state.methods") == [1]
    after = page.evaluate("atlas.place(7)")
    assert np.hypot(*(np.array(after) - before)) > 50
    assert page.locator("[data-method=pca]").get_attribute("aria-pressed") == "true"
    page.click("#for-method")
    assert page.locator("#tab-method svg path").count() == 1
    assert page.locator("#tab-method .eigen figure").count() >= 4


def test_the_passage_is_drawn_on_its_way(page: Any) -> None:
    page.evaluate("atlas.set({glyphs: 'off'})")
    settle(page)
    begin = drawn(page)
    # The page's clock stands still half way: 450 of 900 ms.
    page.evaluate(
        """() => {
            const real = window.requestAnimationFrame;
            let now = 1e6;
            window.last = 1e6 + 450;
            window.requestAnimationFrame = (f) => real(() => f((now = Math.min(window.last, now + 150))));
        }"""
    )
    page.evaluate("atlas.method('pca')")
    page.wait_for_timeout(1500)
    assert not page.evaluate("atlas.still")
    half_way = drawn(page)
    page.evaluate("window.last = Infinity")
    settle(page)
    end = drawn(page)
    for other in (begin, end):
        assert (half_way != other).mean() > 0.5 * (half_way | other).mean()


def test_an_added_image_stands_on_its_pin_on_every_map(page: Any, mapset: Any) -> None:
    red = np.array([184, 64, 42])
    for method in ("umap", "pca"):
        page.evaluate(f"atlas.method('{method}')")
        page.evaluate("atlas.set({glyphs: 'off'})")
        settle(page)
        page.wait_for_timeout(200)
        x, y = page.evaluate("atlas.placeOfAdded(0)")
        clip = {"x": round(x) - 17, "y": round(y) - 42, "width": 34, "height": 42}
        pin = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")).astype(int)
        assert np.abs(pin[37, 17] - red).max() < 30  # the pin's point
        dark = pin[2:32, 2:32].sum(2) < 250
        rows = np.flatnonzero(dark.mean(1) > 0.9) / 30 * 16
        assert 7 < rows.min() < rows.max() < 12  # the bar of class 2 lies in rows 8 to 10 of 16


def test_shapes_have_one_name_everywhere(page: Any) -> None:
    page.select_option("#colour", "cluster")
    settle(page)
    legend = page.locator("#tab-classes .legend .class-row")
    assert legend.all_inner_texts() == [f"{c} {k}" for c in CLASSES for k in (1, 2)]
    legend.nth(3).click()
    settle(page)
    assert selected_classes(page) == {"き"}
    page.evaluate("atlas.search('#1000')")
    settle(page)
    character = page.evaluate("atlas.image(atlas.state.pinned).char")
    assert f"{character} " in page.locator("#card .facts").inner_text()
    page.click("#for-shapes")
    assert page.locator(".shape header strong").first.inner_text().endswith(" 1")


def test_names_given_to_shapes_are_saved(page: Any) -> None:
    page.click("#for-shapes")
    page.locator(".shape input").first.fill("可")
    page.locator(".shape input").first.press("Tab")
    with page.expect_download() as waiting:
        page.locator("#tab-shapes button", has_text="Save names").click()
    lines = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "shape,char,codepoint,images,name,representatives"
    assert lines[1].startswith("0,か,U+304B,")
    assert ",可," in lines[1]


def test_lda_shows_the_mean_of_each_class(mapset: Any, tmp_path: Path) -> None:
    lda = dataclasses.replace(mapset, maps=(dataclasses.replace(mapset.maps[1], method="lda"),))
    with launch(1200, 760) as page:
        page.set_default_timeout(120_000)
        go(page, atlas.write_atlas(lda, tmp_path / "lda.html"), "lang=en&theme=light")
        page.click("#for-method")
        shown = page.locator("#tab-method > section .eigen figure")
        assert shown.locator("figcaption").all_inner_texts() == list(CLASSES)
        page.wait_for_timeout(300)
        alpha = page.evaluate(
            """() => [...document.querySelectorAll('#tab-method > section canvas')].map((c) => {
                const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
                const middle = (y) => data[4 * (y * c.width + (c.width >> 1)) + 3];
                const rows = Array.from({ length: c.height }, (_, y) => middle(y));
                return rows.indexOf(Math.max(...rows)) / c.height;
            })"""
        )
        # Each mean is darkest where its class has its bar.
        assert all(abs(a - (3 + 3 * k) / SIDE) < 0.12 for k, a in enumerate(alpha))
        assert page.problems == []


def test_words_after_the_address_that_it_does_not_know_change_nothing(page: Any, file: Path) -> None:
    go(page, file, "lang=xx&theme=blue&method=nothing")
    state = page.evaluate("atlas.state")
    assert state["language"] in ("en", "ja")
    assert state["theme"] in ("light", "dark")
    assert drawn(page).any()


def test_no_passage_where_motion_is_unwanted(page: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    try:
        page.evaluate("atlas.method('pca')")
        page.wait_for_timeout(100)
        assert page.evaluate("atlas.camera().zoom") == 1
        settle(page, 5)
    finally:
        page.emulate_media(reduced_motion="no-preference")


def test_side_by_side_links_hover_and_selection(page: Any) -> None:
    page.click("#many")
    settle(page)
    assert page.locator(".panel").count() == 3
    x, y = page.evaluate("atlas.place(50, 1)")
    page.mouse.move(x + 60, y)
    page.mouse.move(x, y)
    settle(page)
    assert page.evaluate("atlas.state.hover") >= 0
    assert page.evaluate("atlas.state.hoverPanel") == 1
    page.evaluate("atlas.search('か')")
    settle(page)
    assert selected_classes(page) == {"か"}
    assert all(drawn(page, f".panel >> nth={k}").sum() > 50 for k in range(3))
    page.keyboard.press("v")
    settle(page)
    assert page.locator(".panel").count() == 1


def test_three_dimensions_turn(page: Any) -> None:
    page.evaluate("atlas.method('tsne')")
    settle(page)
    before = page.evaluate("atlas.camera()")
    box = page.locator("#stage").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 330, steps=5)
    page.mouse.up()
    after = page.evaluate("atlas.camera()")
    assert after["yaw"] > before["yaw"] + 0.3
    assert after["x"] == before["x"]


def test_keyboard_alone(page: Any) -> None:
    page.locator(".panel").focus()
    zero = page.evaluate("atlas.camera()")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    after = page.evaluate("atlas.camera()")
    assert after["x"] > zero["x"]
    assert after["zoom"] > zero["zoom"]
    page.keyboard.press("Enter")
    first = page.evaluate("atlas.state.pinned")
    assert first >= 0
    assert "image" in page.locator("#live").inner_text()
    page.keyboard.press("n")
    assert page.evaluate("atlas.state.pinned") not in (first, -1)
    page.keyboard.press("c")
    assert page.evaluate("atlas.state.colour") == "cluster"
    page.keyboard.press("2")
    settle(page)
    assert page.evaluate("atlas.state.methods") == [1]
    page.keyboard.press("Escape")
    assert page.evaluate("atlas.state.pinned") == -1


def test_wheel_zooms_at_the_pointer_and_glyphs_appear(page: Any) -> None:
    place = np.array(page.evaluate("atlas.place(10)"))
    pointer = np.rint(place)  # a wheel's place comes in whole px
    page.mouse.move(*pointer.tolist())
    for _ in range(3):
        page.mouse.wheel(0, -300)
    settle(page)
    zoom = page.evaluate("atlas.camera().zoom")
    assert zoom > 4
    moved = np.array(page.evaluate("atlas.place(10)"))
    assert np.abs(pointer + (place - pointer) * zoom - moved).max() < 1
    page.wait_for_timeout(300)
    settle(page)
    assert page.evaluate("atlas.stats.glyphs") > 3


def test_tools_can_be_pressed(page: Any) -> None:
    page.click("#tool-in")
    settle(page)
    assert page.evaluate("atlas.camera().zoom") == pytest.approx(1.5)
    page.click("#tool-fit")
    settle(page)
    assert page.evaluate("atlas.camera().zoom") == pytest.approx(1)
    page.click("#tool-lasso")
    assert page.evaluate("atlas.state.tool") == "lasso"
    page.click("#tool-glyphs")
    assert page.evaluate("atlas.state.glyphs") == "on"
    page.click("#tool-layout")
    settle(page)
    page.click("#tool-out")
    assert page.locator(".panel").count() == 3


def test_colours_tabs_and_both_languages(page: Any) -> None:
    assert page.evaluate("atlas.missingWords") == []
    for name in ("cluster", "training count", "error"):
        page.select_option("#colour", name)
        settle(page)
        assert page.evaluate("atlas.state.colour") == name
    for tab in ("classes", "selection", "shapes", "method", "quality"):
        page.click(f"#for-{tab}")
        text = page.locator(f"#tab-{tab}").inner_text()
        assert len(text) > 30
        assert "[object" not in text
        assert "undefined" not in text
    page.click("#language")
    assert page.locator("html").get_attribute("lang") == "ja"
    assert "品質" in page.locator("#tabs").inner_text()
    assert "信頼度" in page.locator("#tab-quality").inner_text()
    page.click("#for-shapes")
    assert "可" in page.locator(".jibo").inner_text()
    assert page.locator(".shape").count() == 2
    page.locator(".shape input").first.fill("可")
    page.locator(".shape .plain").first.click()
    settle(page)
    assert selected_classes(page) == {"か"}
    assert "CODH" in page.locator("footer").inner_text()


def test_single_keys_can_be_switched_off(page: Any, file: Path) -> None:
    page.locator("#help-open").click()
    page.locator("#shortcuts").uncheck()
    page.locator("#help-close").click()
    go(page, file)  # the choice is remembered
    for key in ("c", "2", "t", "?", "/"):
        page.keyboard.press(key)
    state = page.evaluate("atlas.state")
    assert (state["colour"], state["theme"]) == ("class", "light")
    assert page.evaluate("document.activeElement === document.body")
    page.locator("#help-open").click()
    page.locator("#shortcuts").check()
    page.locator("#help-close").click()
    page.keyboard.press("c")
    assert page.evaluate("atlas.state.colour") == "cluster"


def test_dark_by_choice(page: Any) -> None:
    page.keyboard.press("t")
    settle(page)
    assert page.evaluate("atlas.state.theme") == "dark"
    picture = np.asarray(Image.open(io.BytesIO(page.locator("#stage").screenshot())).convert("RGB"))
    assert picture.mean() < 80


def test_everything_that_can_be_pressed_has_a_name(page: Any) -> None:
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, .panel')]
            .filter((e) => e.offsetParent)
            .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label')))
            .map((e) => e.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(file: Path, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    with launch(1200, 800, bypass_csp=True) as page:
        page.set_default_timeout(120_000)
        go(page, file, f"lang=en&theme={theme}&method=umap")
        page.evaluate("atlas.search('か')")
        page.evaluate("atlas.set({pinned: 3, colour: 'cluster'})")
        for tab in ("classes", "selection", "shapes", "method", "quality"):
            page.click(f"#for-{tab}")
            settle(page)
            found = [(v["id"], v["nodes"][0]["html"]) for v in axe.run(page).response["violations"]]
            assert found == [], tab


def pinch(page: Any, box: dict[str, float], spread: float) -> None:
    """Two fingers move apart around the middle of a box, as the browser gets them from a screen."""
    fingers = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    steps = np.linspace(1, spread, 9)
    for kind, factor in [("touchStart", 1), *(("touchMove", f) for f in steps), ("touchEnd", None)]:
        points = (
            []
            if factor is None
            else [{"x": x, "y": y + d * 50 * factor, "id": k} for k, d in enumerate((-1, 1))]
        )
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    settle(page)


def test_a_folder_shows_single_glyphs_in_full_size(tmp_path: Path) -> None:
    # Of such a pattern nothing survives at half the size.
    fine = np.random.default_rng(1).integers(0, 2, (2004, 64, 64), np.uint8) * 255
    big = dataclasses.replace(synthetic(2004), images=fine, class_means=None, pca=None)
    assert '"large":' not in atlas.write_atlas(big, tmp_path / "one.html").read_text("utf-8")
    with launch(1000, 700, device_scale_factor=2) as page:
        page.set_default_timeout(120_000)
        go(page, atlas.write_atlas(big, tmp_path / "folder"), "lang=en&theme=light&method=umap")
        page.evaluate("atlas.search('#1777')")
        settle(page)
        for _ in range(50):  # until the sheet is there
            shot = page.locator("#card .card-head canvas").screenshot()
            seen = Image.open(io.BytesIO(shot)).convert("L").resize((64, 64), Image.Resampling.BOX)
            alike = np.corrcoef(255.0 - np.asarray(seen).ravel(), fine[777].ravel())[0, 1]
            if alike > 0.8:
                break
            page.wait_for_timeout(100)
        assert alike > 0.8
        assert page.problems == []


def test_phone(file: Path) -> None:
    with launch(390, 780, has_touch=True, is_mobile=True, device_scale_factor=2, locale="ja-JP") as page:
        page.set_default_timeout(120_000)
        go(page, file, "method=umap")
        assert page.locator("html").get_attribute("lang") == "ja"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        stage = page.locator("#stage").bounding_box()
        assert stage["height"] > 400
        x, y = page.evaluate("atlas.place(5)")
        page.touchscreen.tap(x, y)
        assert page.evaluate("atlas.state.pinned") >= 0
        page.tap("#card .close")
        pinch(page, stage, spread=3)
        assert 2.5 < page.evaluate("atlas.camera().zoom") < 3.5
        page.tap("#for-selection")
        settle(page)
        assert page.locator("#stage").bounding_box()["height"] < stage["height"] - 200
        assert page.problems == []


@pytest.mark.parametrize("renderer", ["webgl", "canvas"])
def test_both_ways_of_drawing_agree(mapset: Any, tmp_path: Path, renderer: str) -> None:
    folder = atlas.write_atlas(mapset, tmp_path / "folder")  # with its sprites in files
    with launch(900, 600, args=WEBGL if renderer == "webgl" else ()) as page:
        page.set_default_timeout(120_000)
        go(page, folder, f"lang=en&theme=light&method=umap&renderer={renderer}")
        assert page.evaluate("atlas.renderer") == renderer
        page.evaluate("atlas.set({glyphs: 'off'})")
        settle(page)
        points = drawn(page, ".panel").mean()
        assert 0.01 < points < 0.3
        page.evaluate("atlas.set({glyphs: 'on'})")
        settle(page)
        page.wait_for_timeout(500)
        settle(page)
        assert page.evaluate("atlas.stats.glyphs") > 20  # drawn from the files beside the page
        assert page.problems == []
