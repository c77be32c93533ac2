"""Known glyphs beside a reading, when a data set is on this machine."""

from __future__ import annotations

import base64
import io
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from web_support import client_of, ink, png

from kuzushiji import datasets
from kuzushiji.datasets import Dataset, ImageView
from kuzushiji.images import to_glyph
from kuzushiji.web.engine import ReaderEngine

PNG = {"content-type": "image/png"}


def dataset(lazy: bool) -> Dataset:
    """Twenty uprights and three bars, one of them slanting."""
    upright = to_glyph(np.asarray(ink("し")), 28)
    bar = to_glyph(np.asarray(ink("一")), 28)
    images = np.stack([upright] * 20 + [bar.T, bar, np.roll(bar, 6, axis=0)])
    labels = np.array([1] * 20 + [0] * 3)
    kept = ImageView(images, np.arange(len(images))) if lazy else images
    return Dataset("mine", "train", kept, labels, ("一", "し"))


@pytest.fixture(params=[False, True], ids=["in memory", "on disk"])
def informed(request: Any, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReaderEngine:
    """An engine on a machine that has a data set."""
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path))
    monkeypatch.setattr(datasets, "on_this_machine", lambda: iter([dataset(request.param)]))
    engine = ReaderEngine(tiny_model, threads=1)
    engine.learn_known().join(30)
    return engine


def test_the_nearest_come_first(informed: ReaderEngine) -> None:
    bar = to_glyph(np.asarray(ink("一")), informed.size)
    bars, uprights, none = informed.known(bar, ["一", "し", "春"], 12)
    np.testing.assert_array_equal(bars[0], to_glyph(np.asarray(ink("一")), 28))
    assert (len(bars), len(uprights), none) == (3, 12, [])


def test_they_come_with_the_reading_when_asked_for(informed: ReaderEngine) -> None:
    with client_of(informed) as client:
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


def test_without_data_there_are_readings_alone(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path))
    caplog.set_level(logging.INFO, "kuzushiji.web")
    engine = ReaderEngine(tiny_model, threads=1)
    engine.learn_known().join(30)
    assert "no training glyphs on this machine" in caplog.text
    with client_of(engine) as client:
        body = png(ink("一"))
        (reading,) = client.post("/api/read?evidence=2", content=body, headers=PNG).json()["readings"]
        assert reading["candidates"][0]["char"] == "一"
        assert "evidence" not in reading["candidates"][0]


def test_look_alikes_come_from_the_model(engine: Any) -> None:
    with client_of(engine) as client:
        assert client.get("/api/characters/し").json()["look_alikes"] == ["一"]
        assert client.get("/api/characters/春").json()["look_alikes"] == []
