"""The atlas of real images (KUZUSHIJI_TEST_DATA) as a reader gets it: the command, then its page drawn."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from test_atlas_page import drawn, go, selected_classes, settle

from browser_support import launch
from kuzushiji.cli import main
from kuzushiji.datasets import Dataset, load

METHODS = ("pca", "lda", "tsne", "umap", "localmap")
IMAGES = 1_000


@pytest.fixture(scope="module")
def official(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUZUSHIJI_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("KUZUSHIJI_MIRROR", real_data.as_uri())
        yield load("kmnist", "test")


@pytest.fixture(scope="module")
def file(official: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    for module in ("sklearn", "openTSNE", "umap", "pacmap"):
        pytest.importorskip(module)
    folder = tmp_path_factory.mktemp("atlas")
    mine = folder / "mine.png"
    Image.fromarray(255 - np.asarray(official.images[0])).save(mine)
    words = ["map", "kmnist", "--split", "test", "--subset", str(IMAGES), "--threads", "1", "--clusters"]
    words += ["--methods", ",".join(METHODS), "--add", str(mine), "-o", str(folder / "atlas.html")]
    assert main(words) == 0
    return folder / "atlas.html"


@pytest.fixture(scope="module")
def page(file: Path) -> Iterator[Any]:
    with launch(1200, 760) as page:
        page.set_default_timeout(120_000)
        go(page, file, "lang=en&theme=light&method=tsne")
        yield page
        assert page.problems == []
        assert all(url.startswith(("file://", "data:", "blob:", "about:")) for url in page.requested)


def test_every_method_draws_every_image(page: Any) -> None:
    assert page.evaluate("[atlas.n, atlas.methods]") == [IMAGES, list(METHODS)]
    page.evaluate("atlas.set({glyphs: 'off'})")
    seen = []
    for name in METHODS:
        page.evaluate(f"atlas.method('{name}')")
        settle(page)
        seen.append(drawn(page))
        box = page.locator("#stage").bounding_box()
        places = np.array(page.evaluate(f"Array.from({{length: {IMAGES}}}, (_, i) => atlas.place(i))"))
        x, y = np.rint(places - [box["x"], box["y"]]).astype(int).T
        inside = (x > 2) & (y > 2) & (x < box["width"] - 3) & (y < box["height"] - 3)
        assert inside.mean() > 0.95
        hit = [
            seen[-1][b - 2 : b + 3, a - 2 : a + 3].any() for a, b in zip(x[inside], y[inside], strict=True)
        ]
        assert np.mean(hit) > 0.99  # the tool bar covers a few
    assert all((a != b).mean() > 0.005 for a, b in itertools.pairwise(seen))


def test_hover_shows_the_glyph_that_the_data_set_has(page: Any, official: Dataset) -> None:
    page.evaluate("atlas.method('tsne')")
    settle(page)
    for i in (100, 500, 900):
        x, y = page.evaluate(f"atlas.place({i})")
        page.mouse.move(x - 40, y - 40)
        page.mouse.move(x, y)
        settle(page)
        found = re.search(r"#(\d+)", page.locator("#tip").inner_text())
        assert found
        index = int(found[1])
        assert official.classes[official.labels[index]] in page.locator("#tip").inner_text()
        shot = Image.open(io.BytesIO(page.locator("#tip canvas").screenshot())).convert("L")
        shown = 255.0 - np.asarray(shot.resize((28, 28), Image.Resampling.BOX))
        truth = np.asarray(official.images[index], float)
        assert np.corrcoef(shown.ravel(), truth.ravel())[0, 1] > 0.9


def test_search_and_lasso_find_real_images(page: Any, official: Dataset) -> None:
    page.fill("#search", "tsu")
    page.press("#search", "Enter")
    settle(page)
    assert selected_classes(page) == {"つ"}
    assert page.evaluate("atlas.state.selected") == IMAGES // 10
    page.evaluate("atlas.select([]); document.activeElement.blur()")
    page.click("#tool-fit")
    settle(page)
    box = page.locator("#stage").bounding_box()
    left, top = box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3
    right, bottom = box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6
    page.click("#tool-lasso")
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 3)):
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    settle(page)
    places = np.array(page.evaluate(f"Array.from({{length: {IMAGES}}}, (_, i) => atlas.place(i))"))
    inside = (places > [left + 2, top + 2]).all(1) & (places < [right - 2, bottom - 2]).all(1)
    chosen = set(page.evaluate("atlas.selected"))
    assert set(np.flatnonzero(inside).tolist()) <= chosen
    assert len(chosen) < inside.sum() + 40
    assert page.locator("#selection-glyphs .thumb").count() == min(len(chosen), 120)


def test_an_image_of_the_set_itself_is_placed_where_it_lies(page: Any, official: Dataset) -> None:
    page.evaluate("atlas.method('pca')")
    settle(page)
    x, y = page.evaluate("atlas.placeOfAdded(0)")
    near = np.array(page.evaluate(f"Array.from({{length: {IMAGES}}}, (_, i) => atlas.place(i))"))
    order = np.argsort(np.hypot(*(near - [x, y]).T))[:15]
    labels = [page.evaluate(f"atlas.image({i}).label") for i in order]
    assert int(official.labels[0]) in labels
