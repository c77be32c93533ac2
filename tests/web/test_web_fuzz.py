"""Whatever comes as an image is answered, never with a crash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_support import client_of, ink, png

PICTURES = [png(ink("の", 40), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")]
# Pillow says what is wrong with such files; that is its business.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@pytest.fixture(scope="module")
def one_client(engine: Any) -> Iterator[Any]:
    with client_of(engine) as client:
        yield client


def answered(answer: Any) -> None:
    assert answer.status_code in (200, 413, 415, 422), answer.text
    if answer.status_code != 200:
        assert "\n" not in answer.json()["error"]


@RELAXED
@given(
    picture=st.sampled_from(PICTURES),
    at=st.floats(0, 1),
    bytes_=st.binary(min_size=1, max_size=12),
    cut=st.booleans(),
)
def test_a_damaged_picture(one_client: Any, picture: bytes, at: float, bytes_: bytes, cut: bool) -> None:
    place = int(at * len(picture))
    damaged = picture[:place] + bytes_ + (b"" if cut else picture[place + len(bytes_) :])
    answered(one_client.post("/api/read", content=damaged, headers={"content-type": "image/png"}))


@RELAXED
@given(
    box=st.tuples(*[st.floats(-60, 60)] * 2, *[st.floats(1, 200)] * 2, st.floats(-720, 720)),
    threshold=st.integers(1, 254),
    invert=st.booleans(),
)
def test_any_box(one_client: Any, box: tuple[float, ...], threshold: int, invert: bool) -> None:
    place = ",".join(f"{value:.3f}" for value in box)
    query = f"box={place}&threshold={threshold}&invert={str(invert).lower()}&evidence=2"
    answer = one_client.post(f"/api/read?{query}", content=PICTURES[0], headers={"content-type": "image/png"})
    assert answer.status_code == 200
    (reading,) = answer.json()["readings"]
    assert ("error" in reading) != ("candidates" in reading)
