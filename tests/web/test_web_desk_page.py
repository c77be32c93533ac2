"""The desk in a real browser: open, check, correct, undo, keep, export, languages, phone."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_support import COLUMNS, DrawnPages, drawn_page
from web_support import png, serving

from browser_support import launch
from kuzushiji.reading import Reader
from kuzushiji.web import app as web_app

DOUBTS = frozenset({(0, 1), (1, 2), (2, 3)})
TEXT = "\n".join(COLUMNS)


@pytest.fixture(scope="module")
def pages(tiny_model: Path) -> DrawnPages:
    return DrawnPages(Reader(tiny_model, threads=1), doubts=DOUBTS)


@pytest.fixture(scope="module")
def url(engine: Any, pages: DrawnPages) -> Iterator[str]:
    with serving(web_app.create_app(engine, pages=pages)) as address:
        yield address


@pytest.fixture(scope="module")
def first_page(url: str) -> Iterator[Any]:
    with launch(1400, 900) as opened:
        yield opened


@pytest.fixture
def visit(first_page: Any, url: str) -> Iterator[Any]:
    """Opens the desk with nothing kept from before; afterwards the console must be empty."""
    contexts: list[Any] = []
    problems: list[str] = []
    requested: list[str] = []

    def watch(tab: Any) -> None:
        tab.on("console", lambda m: problems.append(f"{m.type}: {m.text}"))
        tab.on("pageerror", lambda e: problems.append(f"error: {e}"))
        tab.on("request", lambda r: requested.append(r.url))

    def go(context: Any = None, **options: Any) -> Any:
        if context is None:
            settings = {"viewport": {"width": 1400, "height": 900}, "locale": "en-GB", **options}
            context = first_page.context.browser.new_context(**settings)
            context.set_default_timeout(60_000)
            contexts.append(context)
        tab = context.new_page()
        watch(tab)
        tab.goto(f"{url}/desk")
        tab.locator("body[data-ready], #elsewhere:not([hidden])").first.wait_for()
        return tab

    go.problems = problems  # type: ignore[attr-defined]
    yield go
    for context in contexts:
        context.close()
    assert problems == []
    assert [each for each in requested if not each.startswith((url, "data:", "blob:"))] == []


def drop(tab: Any, *names: str, image: bytes | None = None) -> None:
    data = image or png(drawn_page())
    tab.locator("#files").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": data} for name in names]
    )


def read_one(tab: Any) -> None:
    drop(tab, "巻一.png")
    tab.locator("#stage[data-ready]").wait_for()
    tab.locator(".char").first.wait_for(state="attached")  # on a phone another part is shown


def text(tab: Any) -> str:
    return tab.evaluate(
        "[...document.querySelectorAll('#text-columns li')].map((li) => li.textContent).join('\\n')"
    )


def wait_text(tab: Any, wanted: str) -> None:
    tab.wait_for_function(
        """(wanted) => [...document.querySelectorAll('#text-columns li')].map((li) => li.textContent)
           .join('\\n') === wanted && !document.querySelector('.char.stale')""",
        arg=wanted,
    )


def choose(tab: Any, n: int) -> None:
    tab.locator(".char").nth(n).click()
    tab.locator("#check-one").wait_for()


def test_a_page_is_read_and_shown_with_its_text(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    assert text(tab) == TEXT
    assert tab.locator(".char.doubt").count() == len(DOUBTS)
    assert tab.locator("#left").inner_text() == "3 of 12 characters to check"
    assert "3 to check" in tab.locator("#pages li").inner_text()
    char = tab.locator(".char").nth(0).bounding_box()
    other = tab.locator(".char").nth(4).bounding_box()
    assert other["x"] < char["x"]  # columns run from right to left, as on the page
    tab.locator("#text-direction").click()
    assert (
        tab.evaluate("getComputedStyle(document.getElementById('text-columns')).writingMode") == "vertical-rl"
    )


def test_doubts_are_finished_without_the_mouse(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    tab.keyboard.press("n")
    tab.locator("#best", has_text="し").wait_for()
    tab.keyboard.press("Enter")  # confirms, and goes on
    tab.locator("#best", has_text="し").wait_for()
    assert tab.locator(".char[aria-pressed=true]").get_attribute("aria-label").startswith("し, not sure")
    tab.keyboard.press("2")  # the second candidate
    tab.wait_for_function("() => document.querySelectorAll('.char.doubt').length === 1")
    tab.keyboard.press("/")
    tab.keyboard.type("ka")
    tab.keyboard.press("Enter")
    tab.wait_for_function("() => document.querySelectorAll('.char.doubt').length === 0")
    first, second, third = text(tab).split("\n")
    assert first == COLUMNS[0]
    assert second[2] != "し"
    assert third == COLUMNS[2][:3] + "か"
    assert tab.locator("#left").inner_text() == "All 12 characters are sure or checked"
    for _ in range(3):
        tab.keyboard.press("Control+z")
    assert text(tab) == TEXT
    assert tab.locator(".char.doubt").count() == 3
    for _ in range(3):
        tab.keyboard.press("Control+Shift+z")
    assert text(tab).endswith("か")


def test_typing_enters_a_character(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    choose(tab, 0)
    tab.keyboard.type("to")
    tab.keyboard.press("Enter")
    wait_text(tab, "と" + TEXT[1:])
    choose(tab, 0)
    tab.locator("#entry").fill("亀")
    tab.locator("#confirm").click()
    wait_text(tab, "亀" + TEXT[1:])


def test_a_split_and_a_merge_are_read_again(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    tab.locator("#mode-layout").click()
    choose(tab, 3)
    tab.locator("#stage").focus()
    tab.keyboard.press("s")
    tab.wait_for_function(
        "() => document.querySelectorAll('.char').length === 13 && !document.querySelector('.stale')"
    )
    tab.locator(".char").nth(3).click()
    tab.locator(".char").nth(4).click(modifiers=["Shift"])
    tab.locator("#box-merge").click()
    wait_text(tab, TEXT)
    tab.locator("#undo").click()
    tab.locator("#undo").click()
    wait_text(tab, TEXT)
    assert tab.locator("#undo").is_disabled()


def test_boxes_and_columns_are_changed(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    tab.locator("#mode-layout").click()
    choose(tab, 0)
    tab.locator("#box-delete").click()
    wait_text(tab, TEXT[1:])
    tab.locator("#box-add").click()
    stage = tab.locator("#stage").bounding_box()
    place = tab.evaluate("""async () => {
      const box = [460, 50, 100, 100];
      const { clientWidth: w, clientHeight: h } = document.getElementById("stage");
      const scale = Math.min((w - 16) / 620, (h - 16) / 640, 8);
      const x = (w - 620 * scale) / 2, y = (h - 640 * scale) / 2;
      const corners = [box[0], box[1], box[0] + box[2], box[1] + box[3]];
      return corners.map((value, i) => value * scale + (i % 2 ? y : x));
    }""")
    tab.mouse.move(stage["x"] + place[0], stage["y"] + place[1])
    tab.mouse.down()
    tab.mouse.move(stage["x"] + place[2], stage["y"] + place[3], steps=4)
    tab.mouse.up()
    wait_text(tab, TEXT)  # drawn anew where it was, and read
    tab.locator("#box-add").click()
    choose(tab, 4)
    tab.locator("#column-earlier").click()
    wait_text(tab, "\n".join([COLUMNS[1], COLUMNS[0], COLUMNS[2]]))
    tab.locator("#column-break").is_disabled()
    choose(tab, 2)
    tab.locator("#column-break").click()
    wait_text(tab, "\n".join([COLUMNS[1][:2], COLUMNS[1][2:], COLUMNS[0], COLUMNS[2]]))
    tab.locator("#column-kind").select_option("ruby")
    tab.locator("li.column.ruby").wait_for(state="attached")  # it has no size of its own
    tab.locator("#column-kind").select_option("main")
    choose(tab, 0)
    tab.locator("#column-join").click()
    wait_text(tab, "\n".join([COLUMNS[1], COLUMNS[0], COLUMNS[2]]))


def test_a_moved_box_is_read_again_but_what_was_decided_stays(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    choose(tab, 0)
    tab.keyboard.type("to")
    tab.keyboard.press("Enter")
    wait_text(tab, "と" + TEXT[1:])
    tab.locator("#mode-layout").click()
    choose(tab, 1)
    tab.locator("#stage").focus()
    for key in ("Shift+ArrowLeft", "Alt+ArrowDown"):
        tab.keyboard.press(key)
    wait_text(tab, "と" + TEXT[1:])
    choose(tab, 0)
    tab.locator("#stage").focus()
    tab.keyboard.press("ArrowLeft")
    wait_text(tab, "と" + TEXT[1:])


def test_nothing_is_lost_when_the_tab_closes(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    drop(tab, "巻二.png")
    tab.locator("#pages li.done").nth(1).wait_for()
    choose(tab, 0)
    tab.keyboard.type("to")
    tab.keyboard.press("Enter")
    wait_text(tab, "と" + TEXT[1:])
    tab.reload()
    wait_text(tab, "と" + TEXT[1:])
    assert tab.locator("#pages li").count() == 2
    tab.locator("#stage[data-ready]").wait_for()
    tab.locator("#undo").click()
    wait_text(tab, TEXT)


def test_two_tabs_do_not_overwrite_each_other(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    other = visit(tab.context)
    other.locator("#elsewhere").wait_for()
    assert other.locator("#bench").evaluate("(bench) => bench.inert")
    other.locator("#take-over").click()
    wait_text(other, TEXT)
    tab.locator("#elsewhere").wait_for()


def saved(tab: Any, press: Any) -> bytes:
    with tab.expect_download() as waiting:
        press()
    return Path(waiting.value.path()).read_bytes()


def test_a_book_is_one_file_that_opens_again(visit: Any, tmp_path: Path) -> None:
    tab = visit()
    read_one(tab)
    choose(tab, 0)
    tab.keyboard.type("to")
    tab.keyboard.press("Enter")
    wait_text(tab, "と" + TEXT[1:])
    data = saved(tab, lambda: tab.locator("#save").click())
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        assert json.loads(book.read("pages.json"))["format"] == "kuzushiji-book"
        assert book.read("pictures/0001.png") == png(drawn_page())
    again = visit()
    again.locator("#session-file").set_input_files(
        {"name": "book.zip", "mimeType": "application/zip", "buffer": data}
    )
    wait_text(again, "と" + TEXT[1:])
    for broken in (data[:-30], b"PK", b"", png(drawn_page())):
        again.locator("#session-file").set_input_files(
            {"name": "book.zip", "mimeType": "application/zip", "buffer": broken}
        )
        again.locator("#notice-text", has_text="not a book").wait_for()
        again.locator("#notice-close").click()
    wait_text(again, "と" + TEXT[1:])


def test_corrections_are_a_data_set(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    choose(tab, 0)
    tab.keyboard.type("to")
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(1500)
    tab.locator("#export-menu summary").click()
    tab.locator("#export-format").select_option("known")
    (line,) = saved(tab, lambda: tab.locator("#export").click()).decode().splitlines()
    known = json.loads(line)
    assert (known["char"], known["codepoint"], known["file"]) == ("と", "U+3068", "巻一.png")
    assert known["image"].startswith("data:image/png;base64,")
    tab.locator("#export-menu summary").click()
    tab.locator("#export-format").select_option("dataset")
    with zipfile.ZipFile(io.BytesIO(saved(tab, lambda: tab.locator("#export").click()))) as data:
        assert data.namelist() == ["巻一/U+3068/000001.png"]
        assert data.testzip() is None


def test_what_is_no_page_costs_only_itself(visit: Any) -> None:
    tab = visit()
    tab.locator("#files").set_input_files(
        [
            {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"},
            {"name": "b.png", "mimeType": "image/png", "buffer": png(drawn_page())},
        ]
    )
    tab.locator("#notice-text", has_text="a.png").wait_for()
    wait_text(tab, TEXT)
    assert tab.locator("#pages li").count() == 1


def test_an_empty_page_says_so(visit: Any) -> None:
    tab = visit()
    drop(tab, "leer.png", image=png(drawn_page([])))
    tab.locator("#pages .status", has_text="no text").wait_for()


def test_many_pages_are_read_one_after_the_other(visit: Any) -> None:
    tab = visit()
    drop(tab, *[f"{n}.png" for n in (10, 9, 1)])
    tab.locator("#pages li.done").nth(2).wait_for()
    names = tab.locator("#pages .show").evaluate_all("(all) => all.map((each) => each.ariaLabel)")
    assert [name.split(":")[0] for name in names] == ["Page 1, 1.png", "Page 2, 9.png", "Page 3, 10.png"]
    tab.keyboard.press("PageDown")
    tab.locator("#pages .show[aria-current=true]", has_text="2").wait_for()
    tab.locator("#pages .act").nth(1).click()
    tab.locator("#question button[value=yes]").click()
    tab.wait_for_function("() => document.querySelectorAll('#pages li').length === 2")


def test_a_server_that_is_gone_loses_nothing(visit: Any) -> None:
    tab = visit()
    read_one(tab)
    tab.context.set_offline(True)
    drop(tab, "巻二.png")
    tab.locator("#offline:not([hidden])").wait_for()
    assert tab.locator("#pages li").count() == 2
    tab.locator("#pages .show").first.click()
    choose(tab, 0)
    tab.context.set_offline(False)
    tab.locator("#pages li.done").nth(1).wait_for()
    assert tab.locator("#offline").is_hidden()
    visit.problems.clear()  # the browser itself reports each request that failed


def test_japanese_dark_phone_and_axe(visit: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for options in (
        {},
        {"color_scheme": "dark"},
        {"viewport": {"width": 390, "height": 844}, "locale": "ja-JP"},
    ):
        tab = visit(**options)
        read_one(tab)
        phone = options.get("viewport", {}).get("width") == 390
        if phone:
            assert tab.locator("#text-title").is_hidden()
            tab.locator("#part-check").click()
        tab.keyboard.press("n")
        tab.locator("#detail h3").wait_for()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        results = axe.run(
            tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
        )
        assert results.response["violations"] == [], results.generate_report()
        if not phone:
            tab.locator("#mode-layout").click()
            assert axe.run(tab).response["violations"] == []


def test_words_are_the_same_in_both_languages(visit: Any) -> None:
    tab = visit()
    keys = tab.evaluate(
        """async () => {
          const { default: words } = await import("/static/desk/strings.js");
          return [Object.keys(words.en), Object.keys(words.ja)];
        }"""
    )
    assert keys[0] == keys[1]
    read_one(tab)
    tab.locator("#language").click()
    assert tab.locator("#text-title").inner_text() == "頁の本文"
    assert tab.locator(".char").nth(1).get_attribute("aria-label").startswith("し、不確か")


def test_what_is_confirmed_goes_along_and_teaches(visit: Any, pages: DrawnPages) -> None:
    tab = visit()
    read_one(tab)
    assert pages.known == []
    tab.locator("#learn").check()
    tab.keyboard.press("n")
    tab.keyboard.press("Enter")
    deadline = time.monotonic() + 60
    while pages.known != ["し"] and time.monotonic() < deadline:
        tab.wait_for_timeout(100)
    assert pages.known == ["し"]
    wait_text(tab, TEXT)
    assert tab.locator(".char.decided").count() == 1


def test_teaching_changes_doubtful_characters_only(visit: Any) -> None:
    changed = visit().evaluate(
        """async () => {
          const { fromReading, decide, relearn } = await import("/static/desk/page/edits.js");
          const read = (chars, shift = 0) => fromReading({ columns: [{ kind: "main", characters: chars.map(
            ([char, sure], i) => ({
              box: [10, 10 + 50 * i + shift, 40, 40], char, sure, ruby: false,
              candidates: [{ char, probability: 0.5 }],
            })) }] });
          const before = decide(read([["あ", false], ["い", true], ["う", false], ["え", false]]), 1, "か");
          const [first] = before[0].characters;
          const decided = decide(before, first.id, "か");
          const after = relearn(decided, read([["ん", true], ["ん", true], ["ん", true], ["え", true]], 3));
          const far = relearn(decided, read([["ん", true], ["ん", true], ["ん", true], ["ん", true]], 25));
          const facts = (c) => [c.char, c.sure, Boolean(c.changed)];
          return [after, far].map(([column]) => column.characters.map(facts));
        }"""
    )
    assert changed[0] == [["か", False, False], ["い", True, False], ["ん", True, True], ["え", True, False]]
    assert [char for char, _, _ in changed[1]] == ["か", "い", "う", "え"]
