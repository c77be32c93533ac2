"""Takes the pictures of docs/atlas.md from a written atlas, and measures how many pictures a second it draws.

    python scripts/screenshots_atlas.py atlas.html docs/screenshots
    python scripts/screenshots_atlas.py atlas.html --measure [--csv benchmarks/results/atlas_page.csv]

Needs playwright (pip install playwright) and a Chrome or Chromium on the PATH. Without --glyphs no picture
shows a single image of the data set: maps, tables and averages only, which is what the repository may hold.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import os
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from peak_memory import family, processor_seconds

from browser_support import launch
from kuzushiji._machine import cores, processor


def settle(page: Any) -> None:
    page.wait_for_timeout(150)
    while not page.evaluate("Boolean(window.atlas && atlas.still)"):
        page.wait_for_timeout(100)
    page.wait_for_timeout(400)  # sprite sheets


def shoot(page: Any, out: Path, name: str) -> None:
    settle(page)
    page.screenshot(path=out / f"atlas-{name}.png")
    print(out / f"atlas-{name}.png")


def desktop(url: str, out: Path, glyphs: bool) -> None:
    with launch(1440, 900) as page:
        page.set_default_timeout(120_000)
        page.goto(f"{url}#lang=en&theme=light")
        shoot(page, out, "map")
        if page.evaluate("atlas.methods.length") > 1:
            page.keyboard.press("v")
            settle(page)
            page.evaluate("atlas.set({glyphs: 'off'})")
            page.evaluate("atlas.search(document.querySelector('.class-row .sign').textContent)")
            page.click("#tool-fit")
            page.mouse.move(700, 20)
            shoot(page, out, "side-by-side")
            page.keyboard.press("Escape")
            page.keyboard.press("v")
        if "pca" in page.evaluate("atlas.methods"):
            page.evaluate("atlas.method('pca')")
        page.click("#for-method")
        shoot(page, out, "method")
        page.click("#language")
        page.click("#theme")
        page.click("#for-quality")
        page.evaluate("atlas.method(atlas.methods.at(-1))")
        shoot(page, out, "quality-dark-japanese")
        if glyphs:
            with_glyphs(page, out)
        assert not page.problems, page.problems


def with_glyphs(page: Any, out: Path) -> None:
    page.click("#language")
    page.click("#theme")
    page.evaluate("atlas.set({glyphs: 'auto', tab: 'classes'})")
    page.click("#tool-fit")
    settle(page)
    page.locator(".panel").focus()
    for _ in range(4):
        page.keyboard.press("+")
        settle(page)
    page.keyboard.press("Enter")  # pins the image in the middle
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(5, 5)
    shoot(page, out, "glyphs")
    page.click("#for-shapes")
    shoot(page, out, "shapes")


def phone(url: str, out: Path) -> None:
    with launch(390, 844, has_touch=True, is_mobile=True, device_scale_factor=2) as page:
        page.set_default_timeout(120_000)
        page.goto(f"{url}#lang=ja&theme=light")
        settle(page)
        page.tap("#for-classes")
        shoot(page, out, "phone")
        assert not page.problems, page.problems


PASSAGE = """async () => {
    const [frames, begun] = [atlas.stats.frames, performance.now()];
    const wait = () => new Promise((done) => requestAnimationFrame(done));
    atlas.method(atlas.methods[(atlas.state.methods[0] + 1) % atlas.methods.length]);
    do await wait(); while (!atlas.still);
    return (1000 * (atlas.stats.frames - frames)) / (performance.now() - begun);
}"""


def measure(url: str, table: Path | None, note: str) -> None:
    """Pictures a second in headless Chromium, which draws in software: three rounds of each movement."""
    found = []
    with launch(1280, 800) as page:
        page.set_default_timeout(300_000)
        page.goto(f"{url}#lang=en&theme=light")
        settle(page)
        page.evaluate("atlas.measure(10)")
        points, renderer = page.evaluate("[atlas.n, atlas.renderer]")
        for movement, script, rounds in (("pan and zoom", "atlas.measure(90)", 3), ("passage", PASSAGE, 6)):
            if movement == "passage" and page.evaluate("atlas.methods.length") < 2:
                continue
            frames, spent = page.evaluate("atlas.stats.frames"), processor_seconds(family(os.getpid())[1:])
            rates = []
            for _ in range(rounds):
                rates.append(page.evaluate(script))
                settle(page)
            frames = page.evaluate("atlas.stats.frames") - frames
            spent = processor_seconds(family(os.getpid())[1:]) - spent
            words = {"points": points, "renderer": renderer, "movement": movement, "rounds": rounds}
            words |= {"pictures_per_s": f"{statistics.median(rates):.1f}", "slowest": f"{min(rates):.1f}"}
            words["cpu_ms_per_picture"] = f"{1000 * spent / frames:.1f}"
            words |= {"window": "1280x800", "machine": f"{processor()}, {cores()} cores"}
            words |= {"date": datetime.datetime.now(datetime.UTC).date().isoformat(), "note": note}
            found.append(words)
            print(", ".join(f"{name} {value}" for name, value in words.items()), flush=True)
    if table is not None:
        with table.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, found[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("atlas", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=Path("docs/screenshots"))
    parser.add_argument("--glyphs", action="store_true", help="pictures with images of the data set, too")
    parser.add_argument("--measure", action="store_true", help="frame rate instead of pictures")
    parser.add_argument("--csv", type=Path, help="with --measure: also write it there")
    parser.add_argument("--note", default="", help="with --csv: what else is to be known of the machine")
    options = parser.parse_args()
    url = options.atlas.resolve().as_uri()
    if options.measure:
        return measure(url, options.csv, options.note)
    options.out.mkdir(parents=True, exist_ok=True)
    desktop(url, options.out, options.glyphs)
    phone(url, options.out)


if __name__ == "__main__":
    main()
