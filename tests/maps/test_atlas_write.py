"""The atlas as files: what is written, that the page can read it back, and what is refused."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from atlas_support import CLASSES, SIDE, synthetic
from PIL import Image

from kuzushiji.errors import KuzushijiError
from kuzushiji.maps.page import atlas, bundle, payload, sprites
from kuzushiji.maps.page.words import class_record


def words_of(path: Path) -> dict:
    return json.loads(re.search(r'id="words">(.*?)</script>', path.read_text("utf-8"))[1])


def array_of(path: Path, name: str, dtype: str) -> np.ndarray:
    text = re.search(rf'id="data-{name}">(.*?)</script>', path.read_text("utf-8"))[1]
    return np.frombuffer(base64.b64decode(text), dtype)


def opacity(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))[..., 3]


def test_sheet_holds_every_glyph_in_its_place() -> None:
    images = np.random.default_rng(0).integers(0, 256, (11, 8, 8)).astype(np.uint8)
    order = np.arange(11)[::-1]
    grid = sprites.Grid.of(8, sheet_px=24)
    made = list(sprites.sheets(images, order, grid, bits=8))
    assert len(made) == 2
    for k, i in enumerate(order):
        sheet, place = divmod(k, grid.per_sheet)
        row, column = divmod(place, grid.columns)
        seen = opacity(made[sheet])[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
        assert np.array_equal(seen, images[i])


def test_four_bits_lose_at_most_half_a_step() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    seen = opacity(sprites.encode(image, sprites.Grid.of(16)))
    assert np.abs(seen.astype(int) - image[0]).max() <= 8


@pytest.mark.parametrize(("side", "cell"), [(64, 32), (64, 24), (10, 8), (5, 8)])
def test_shrink_keeps_the_ink(side: int, cell: int) -> None:
    image = np.zeros((1, side, side), np.uint8)
    image[0, : side // 2] = 255
    small = sprites.shrink(image, cell)[0]
    assert small.shape == (cell, cell)
    assert abs(small.mean() / 255 - 0.5) < 0.07 or side < cell
    assert small[0].min() > 200
    assert small[-1].max() == 0


def test_page_order_and_places(tmp_path: Path) -> None:
    mapset = synthetic()
    path = atlas.write_atlas(mapset, tmp_path / "a.html")
    words = words_of(path)
    indices = array_of(path, "indices", "<u4")
    labels = array_of(path, "labels", "<u2")
    assert sorted(indices) == sorted(mapset.indices)
    assert np.all(np.diff(labels.astype(int)) >= 0)
    assert np.array_equal(mapset.labels[indices - 1000], labels)
    places = array_of(path, "map0", "<u2").reshape(-1, 2) / 32767 - 1
    given = mapset.maps[0].points[indices - 1000]
    centre = (given.min(axis=0) + given.max(axis=0)) / 2
    half = (given.max(axis=0) - given.min(axis=0)).max() / 2
    assert np.abs(places * half + centre - given).max() < 1e-3
    assert np.allclose(np.array(words["maps"][0]["added"]) * half + centre, [[0.5, 0.25]], atol=1e-3)
    for cluster, shown in zip(mapset.clusters, (c["shown"] for c in words["clusters"]), strict=True):
        assert np.array_equal(indices[shown] - 1000, cluster.representatives)
    sheet = base64.b64decode(re.search(r'id="data-glyph-0">(.*?)<', path.read_text("utf-8"))[1])
    first = opacity(sheet)[:SIDE, :SIDE]
    assert np.abs(first.astype(int) - mapset.images[indices[0] - 1000]).max() <= 8


def test_a_heavy_atlas_becomes_a_folder(tmp_path: Path) -> None:
    out = atlas.write_atlas(synthetic(), tmp_path / "b.html", limit=1000)
    assert out == tmp_path / "b" / "index.html"
    assert not words_of(out)["inline"]
    assert "data-glyph-0" not in out.read_text("utf-8")
    assert (tmp_path / "b" / "sprites" / "glyph-0.png").exists()
    stale = tmp_path / "b" / "sprites" / "glyph-7.png"
    stale.write_bytes(b"old")
    atlas.write_atlas(synthetic(), tmp_path / "b")
    assert not stale.exists()


def test_text_cannot_end_the_data(tmp_path: Path) -> None:
    odd = dataclasses.replace(
        synthetic(), dataset="x</script><script>alert(1)", classes=("</script>", *CLASSES[1:])
    )
    path = atlas.write_atlas(odd, tmp_path / "c.html")
    assert words_of(path)["classes"][0]["c"] == "</script>"
    assert "<script>alert" not in path.read_text("utf-8")
    assert words_of(path)["attribution"] == ""  # own data
    assert "CODH" in words_of(atlas.write_atlas(synthetic(), tmp_path / "g.html"))["attribution"]


def test_words_on_a_map_are_its_own_or_the_methods(tmp_path: Path) -> None:
    first, second, _ = words_of(atlas.write_atlas(synthetic(), tmp_path / "h.html"))["maps"]
    assert first["title"] == "UMAP"
    assert first["use"]["en"] == {"can": "What is near.", "cannot": "What is far."}
    assert len(second["use"]["en"]["cannot"]) > 20
    assert len(second["use"]["ja"]["cannot"]) > 10


def test_the_title_is_what_people_call_the_set(tmp_path: Path) -> None:
    assert words_of(atlas.write_atlas(synthetic(), tmp_path / "i.html"))["title"] == "Kuzushiji-MNIST"
    assert "<title>An atlas of Kuzushiji-MNIST (test)</title>" in (tmp_path / "i.html").read_text("utf-8")
    own = dataclasses.replace(synthetic(), dataset="some/where/mine", split="all")
    assert "<title>An atlas of mine</title>" in atlas.write_atlas(own, tmp_path / "j.html").read_text("utf-8")


def test_a_note_is_in_both_languages(tmp_path: Path) -> None:
    noted = dataclasses.replace(synthetic().maps[0], note="learned on 90 landmarks; something new")
    path = atlas.write_atlas(dataclasses.replace(synthetic(), maps=(noted,)), tmp_path / "k.html")
    assert words_of(path)["maps"][0]["note"] == {
        "en": "learned on 90 landmarks; something new",
        "ja": "90 枚の代表で学習。something new",
    }


def test_nan_becomes_null(tmp_path: Path) -> None:
    mapset = synthetic()
    cluster = dataclasses.replace(mapset.clusters[0], silhouette=float("nan"))
    mapset = dataclasses.replace(mapset, clusters=(cluster, *mapset.clusters[1:]))
    assert words_of(atlas.write_atlas(mapset, tmp_path / "d.html"))["clusters"][0]["silhouette"] is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"maps": ()}, "no images or no maps"),
        ({"labels": np.full(400, 9)}, "outside its 4 classes"),
        ({"extra_colours": {"error": np.zeros(3, int)}}, "3 values for 400 images"),
    ],
)
def test_refusals(tmp_path: Path, change: dict, message: str) -> None:
    with pytest.raises(KuzushijiError, match=message):
        atlas.write_atlas(dataclasses.replace(synthetic(), **change), tmp_path / "e.html")
    assert not list(tmp_path.iterdir())


def test_points_must_fit_and_be_finite(tmp_path: Path) -> None:
    mapset = synthetic()
    for points, message in ((np.zeros((3, 2)), "do not fit"), (np.full((400, 2), np.nan), "not finite")):
        broken = dataclasses.replace(mapset, maps=(dataclasses.replace(mapset.maps[0], points=points),))
        with pytest.raises(KuzushijiError, match=message):
            atlas.write_atlas(broken, tmp_path / "f.html")


def test_no_place_to_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(KuzushijiError, match="cannot write the atlas"):
        atlas.write_atlas(synthetic(), tmp_path / "file" / "a.html")


def test_all_points_in_one_place_can_be_drawn() -> None:
    packed, _, half = payload.quantise(np.ones((5, 2)))
    assert half == 1.0
    assert np.all(packed == 32767)


def test_class_records() -> None:
    ka = class_record("か", 3)
    assert (ka["u"], ka["r"], ka["n"]) == ("U+304B", "ka", 3)
    assert "が" in ka["a"]
    assert any(parent == "可" for _, _, parent, _ in ka["j"])
    assert "mountain" in class_record("山", 1)["g"]
    assert class_record("a word", 1) == {"c": "a word", "n": 1}


def test_scripts_are_joined_without_modules() -> None:
    text = bundle.script()
    assert not re.search(r"^\s*(import|export) ", text, re.MULTILINE)
    assert text.index("const $dom =") < text.index("const $main =")


def test_nothing_of_the_page_asks_a_network() -> None:
    page = bundle.page("t", "en", "")
    assert not re.search(
        r"""(?:src|href)=["'](?!data:)|https?://(?!www\.w3\.org/2000/svg)|fetch\(|XMLHttp""", page
    )
    assert "default-src 'none'" in page
