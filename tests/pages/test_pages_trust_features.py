"""Trust: what is gathered about an answer, and a fitted model that reads back."""

import json
import math

import pytest

from kuzushiji.pages import trust
from kuzushiji.pages.context import Spot
from kuzushiji.pages.context.alignment import Span


def test_features_gather_the_opinions_on_a_label():
    spot = Spot(3, Span(0, 2, 1, 0, 4), 0.7, ((3, 0.7), (5, 0.2)), ((3, 0.8), (5, 0.1)), 0.1)
    found = trust.Features.of(spot, [(5, 0.6), (3, 0.3)], {3: 0.65, 5: 0.35}, {3: 0.8, 5: 0.15}, 3)
    assert found == trust.Features(0.7, 0.3, 0.65, 0.8, pytest.approx(0.65))
    unseen = trust.Features.of(spot, [], {}, {3: 0.8}, 7)
    assert unseen == trust.Features(0.0, 0.0, 0.0, 0.0, pytest.approx(-0.8))
    assert all(map(math.isfinite, unseen.values()))
    assert len(unseen.values()) == len(trust.NAMES)


def test_a_stored_model_reads_back(tmp_path, monkeypatch):
    monkeypatch.setattr(trust, "_FILE", tmp_path / "trust.json")
    one, two = (trust.Trust(0.1 * k, (0.2, 0.3, -0.1, 0.5, k), 0.9) for k in (1, 2))
    trust.save(one, context=True)
    trust.save(two, context=False)
    assert (trust.shipped(True), trust.shipped(False)) == (one, two)
    assert list(json.loads((tmp_path / "trust.json").read_text())["alone"]["weights"]) == list(trust.NAMES)
