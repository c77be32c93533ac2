"""Whose data a run's weights come of."""

import json

import pytest

from kuzushiji.datasets import ATTRIBUTION
from kuzushiji.training.fitting.initial_weights import attribution
from kuzushiji.training.recipe import from_dict


def of(sources=("./mine",), weights="", **tables):
    return attribution(
        from_dict({"data": {"sources": list(sources)}, "model": {"weights": weights}, **tables})
    )


def test_own_data_from_chance_owes_nothing():
    assert of() == of(["./kmnist", "/data/k49"]) == ""


@pytest.mark.parametrize("source", ["kmnist", "kkanji/half-train"])
def test_a_published_source_is_named(source):
    assert of(["./mine", source]) == ATTRIBUTION


def test_what_a_run_starts_from_and_its_teacher_pass_on_what_they_owe(tmp_path, tiny_model):
    assert of(weights="kmnist") == of(fit={"teacher": "kmnist"}) == ATTRIBUTION
    assert of(weights=str(tiny_model(attribution="somebody"))) == "somebody"
    for owed in ("", ATTRIBUTION):
        (tmp_path / "result.json").write_text(json.dumps({"model": {"attribution": owed}}), encoding="utf-8")
        assert of(weights=str(tmp_path)) == of(weights=str(tmp_path / "model.keras")) == owed
    assert of(weights=str(tmp_path / "gone")) == ATTRIBUTION  # who cannot be asked may owe it
