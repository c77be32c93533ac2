"""Takes the screenshots of the page for README and docs, with the model that is shipped.

    python scripts/screenshots_page.py [--model NAME|FILE] [-o docs/screenshots]

Needs the "web" extra, playwright, and a Chromium or Chrome on this machine. The page in the pictures is drawn
by the browser with a font; nothing of the data sets is shown.
"""

from __future__ import annotations

import argparse
import base64
import math
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "web")]

from web_support import serving  # noqa: E402

from browser_support import launch  # noqa: E402
from kuzushiji.images.samples import STROKES  # noqa: E402

#: The hand's way for a sample character of the project, in units of the pad.
GLYPH = [[(0.16 + 0.68 * p[0], 0.16 + 0.68 * p[1]) for p in each] for each in STROKES["す"]]

PAGE = """
async ([text, font]) => {
  const canvas = document.createElement("canvas");
  canvas.width = 900; canvas.height = 1100;
  const c = canvas.getContext("2d");
  c.fillStyle = "#e6dcc3"; c.fillRect(0, 0, 900, 1100);
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let i = 0; i < 9000; i++) {
    c.fillStyle = `rgb(120 90 40 / ${random() * 0.06})`;
    c.fillRect(random() * 900, random() * 1100, 1 + random() * 9, 1);
  }
  c.fillStyle = "#2a221b"; c.textAlign = "center"; c.textBaseline = "middle";
  c.font = `118px ${font}`;
  await document.fonts.load(c.font);
  text.forEach((line, column) => [...line].forEach((char, row) => {
    c.fillText(char, 760 - 190 * column + 8 * Math.sin(row), 130 + 140 * row);
  }));
  return canvas.toDataURL("image/png");
}
"""


def curve(points: list[tuple[float, float]], steps: int = 8) -> list[tuple[float, float]]:
    """A smooth way through points (Catmull-Rom)."""
    ends = [points[0], *points, points[-1]]
    way = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for k in range(1, steps + 1):
            u = k / steps
            way.append(
                tuple(
                    0.5
                    * (
                        2 * q
                        + (r - p) * u
                        + (2 * p - 5 * q + 4 * r - s) * u * u
                        + (3 * q - p - 3 * r + s) * u**3
                    )
                    for p, q, r, s in zip(a, b, c, d, strict=True)
                )
            )
    return way


def stroke(page: Any, points: list[tuple[float, float]]) -> None:
    box = page.locator("#pad").bounding_box()

    def at(p: tuple[float, float]) -> tuple[float, float]:
        return box["x"] + p[0] * box["width"], box["y"] + p[1] * box["height"]

    page.mouse.move(*at(points[0]))
    page.mouse.down()
    for place in curve(points):
        page.mouse.move(*at(place))
    page.mouse.up()


def draw(page: Any, strokes: list[list[tuple[float, float]]]) -> None:
    for each in strokes:
        stroke(page, each)
    page.locator("#candidates li").first.wait_for()
    page.locator("#detail h3").wait_for()
    page.wait_for_timeout(400)


def picture(page: Any) -> None:
    """A page of six characters with three boxes, the second one turned."""
    page.locator("#tab-page").click()
    font = (
        '"KouzanBrushFontSousyo", "Yuji Boku", "Klee One", "Hiragino Mincho ProN", "Noto Serif CJK JP", serif'
    )
    data = page.evaluate(PAGE, [["はまれをや", "すなはおき", "つきやれま"], font])
    png = base64.b64decode(data.split(",")[1])
    page.locator("#file").set_input_files({"name": "page.png", "mimeType": "image/png", "buffer": png})
    page.locator("#page-tools").wait_for()
    page.wait_for_timeout(300)
    frame = page.locator("#page").bounding_box()
    scale = min((frame["width"] - 16) / 900, (frame["height"] - 16) / 1100)
    left = frame["x"] + (frame["width"] - 900 * scale) / 2
    top = frame["y"] + (frame["height"] - 1100 * scale) / 2
    for column, row in ((0, 0), (0, 1), (1, 0)):
        x, y = 760 - 190 * column + 8 * math.sin(row), 130 + 140 * row
        page.mouse.move(left + (x - 58) * scale, top + (y - 56) * scale)
        page.mouse.down()
        page.mouse.move(left + x * scale, top + y * scale)
        page.mouse.move(left + (x + 58) * scale, top + (y + 56) * scale)
        page.mouse.up()
        page.wait_for_timeout(350)
    page.locator("#turn-right").click()
    page.wait_for_timeout(600)


def pick(page: Any, n: int = 3) -> None:
    for i in range(n):
        page.locator("#candidates .pick").nth(i).click()


def take(url: str, out: Path, only: str) -> None:
    desk = {"width": 1360, "height": 900}
    phone = {"width": 390, "height": 844, "device_scale_factor": 2}
    light, dark = {"color_scheme": "light"}, {"color_scheme": "dark"}
    english, japanese = {"locale": "en-GB"}, {"locale": "ja-JP"}
    views = {
        "draw-light": desk | light | english,
        "draw-dark-ja": desk | dark | japanese,
        "picture-light": desk | light | english,
        "practice-ja": desk | light | japanese,
        "phone-light": phone | light | japanese,
        "phone-dark": phone | dark | english,
    }
    for name, view in views.items():
        if only not in name:
            continue
        with launch(**view) as page:
            page.goto(url)
            page.locator("#model-name:not(:empty)").wait_for(state="attached")
            if name.startswith("picture"):
                picture(page)
                pick(page, 2)
            elif name.startswith("practice"):
                page.locator("#tab-practice").click()
                page.locator("#practice-hint").click()
                for each in GLYPH:
                    stroke(page, each)
                page.locator("#practice-check").click()
                page.locator("#grade:not([hidden])").wait_for()
                page.locator("#detail h3").wait_for()
            else:
                draw(page, GLYPH)
                pick(page)
            page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
            page.mouse.move(2, 2)
            page.wait_for_timeout(300)
            page.screenshot(path=out / f"{name}.png", full_page=name.startswith("phone"))
            for problem in page.problems:
                print(f"{name}: {problem}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default=None)
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--only", default="", help="take those whose name contains this")
    args = parser.parse_args()
    from kuzushiji.web.app import create_app
    from kuzushiji.web.engine import ReaderEngine

    args.out.mkdir(parents=True, exist_ok=True)
    # No known glyphs: pictures from the data sets do not belong into the repository.
    with serving(create_app(ReaderEngine(args.model))) as url:
        take(url, args.out, args.only)


if __name__ == "__main__":
    main()
