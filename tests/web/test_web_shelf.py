"""Known glyphs beside a reading, when a data set is on this machine."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from web_support import client_of, ink, png

from kuzushiji.datasets import Dataset, ImageView
from kuzushiji.images import to_glyph
from kuzushiji.web.shelf import Shelf

PNG = {"content-type": "image/png"}


def dataset(lazy: bool) -> Dataset:
    """Twenty uprights and three bars, one of them slanting."""
    upright = to_glyph(np.asarray(ink("し")), 28)
    bar = to_glyph(np.asarray(ink("一")), 28)
    images = np.stack([upright] * 20 + [bar, bar.T, np.roll(bar, 6, axis=0)])
    rows = np.arange(len(images))
    labels = np.array([1] * 20 + [0] * 3)
    return Dataset("mine", "train", ImageView(images, rows) if lazy else images, labels, ("一", "し"))


@pytest.mark.parametrize("lazy", [False, True])
def test_the_nearest_come_first(lazy: bool) -> None:
    shelf = Shelf(each=5)
    shelf.fill([dataset(lazy)])
    bar = to_glyph(np.asarray(ink("一")), 64)
    near = shelf.nearest(bar, "一", 2)
    assert near.shape == (2, 28, 28)
    assert (near[0] == to_glyph(np.asarray(ink("一")), 28)).all()
    assert len(shelf.nearest(bar, "し", 12)) == 5
    assert len(shelf.nearest(bar, "春", 12)) == 0


def test_they_come_with_the_reading_when_asked_for(engine: Any) -> None:
    shelf = Shelf()
    shelf.fill([dataset(False)])
    with client_of(engine, shelf=shelf) as client:
        body = png(ink("一"))
        (plain,) = client.post("/api/read", content=body, headers=PNG).json()["readings"]
        assert "evidence" not in plain["candidates"][0]
        (reading,) = client.post("/api/read?evidence=2&top=5", content=body, headers=PNG).json()["readings"]
        first = reading["candidates"][0]
        assert first["char"] == "一"
        assert len(first["evidence"]) == 2
        picture = Image.open(io.BytesIO(base64.b64decode(first["evidence"][0].split(",")[1])))
        assert picture.size == (28, 28)
        assert "evidence" not in reading["candidates"][4]
        assert client.post("/api/read?evidence=13", content=body, headers=PNG).status_code == 422


def test_an_empty_cache_is_an_empty_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path))
    shelf = Shelf()
    shelf.start().join(30)
    assert len(shelf) == 0


def test_look_alikes_come_from_the_model(engine: Any) -> None:
    with client_of(engine) as client:
        assert client.get("/api/characters/し").json()["look_alikes"] == ["一"]
        assert client.get("/api/characters/春").json()["look_alikes"] == []
