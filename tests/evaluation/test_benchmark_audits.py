"""The audit benchmark on made data: rows of one data set replace each other, planted labels are counted."""

import csv

import numpy as np

from benchmark_support import benchmark
from kuzushiji.datasets import Dataset
from kuzushiji.evaluation.audit import audit
from kuzushiji.evaluation.audit.material import Material

audits = benchmark("audits")


def rows(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def made(name: str) -> Material:
    """Upright and level bars with noise, 200 of each, of which the first two are labelled wrongly."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 40, (400, 28, 28), np.uint8)
    labels = np.arange(400) % 2
    for image, label in zip(images, labels, strict=True):
        at = rng.integers(6, 20)
        image[(slice(None), slice(at, at + 4)) if label else (slice(at, at + 4), slice(None))] = 230
    labels[:2] = 1 - labels[:2]
    return Material(name, (Dataset(name, "train", images, labels, ("一", "丨")),))


def test_a_second_audit_takes_the_place_of_the_first(tmp_path):
    audits.record(audit(made("b")), tmp_path)
    audits.record(audit(made("a")), tmp_path)
    once = (tmp_path / "audit.csv").read_text(), (tmp_path / "audit_suspects.csv").read_text()
    audits.record(audit(made("b")), tmp_path)
    assert ((tmp_path / "audit.csv").read_text(), (tmp_path / "audit_suspects.csv").read_text()) == once
    counts = rows(tmp_path / "audit.csv")
    assert [r["dataset"] for r in counts] == sorted(r["dataset"] for r in counts)
    assert [r["count"] for r in counts if r["finding"] == "suspects with all votes for one other"] == [
        "2"
    ] * 2
    clear = rows(tmp_path / "audit_suspects.csv")
    assert [(r["dataset"], r["index"]) for r in clear if r["dataset"] == "a"] in (
        [("a", "0"), ("a", "1")],
        [("a", "1"), ("a", "0")],
    )
    assert {(r["label"], r["suggested"]) for r in clear} == {("一", "丨"), ("丨", "一")}


def test_planted_labels_are_found_and_counted():
    found = list(audits.planted(made("a")))
    assert {r["seed"] for r in found} == set(range(audits.DRAWS))
    assert all(r["planted"] == 4 for r in found)
    whole = [r for r in found if r["first"] == 1000]
    assert [r["found"] for r in whole] == [4] * audits.DRAWS  # two that were wrong before do not count
    assert all(r["found"] == r["suggested right"] for r in whole)
