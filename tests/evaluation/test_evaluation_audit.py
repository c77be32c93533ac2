"""The audit finds what was planted, and little else."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from html_checks import checked

from kuzushiji._vectors import nearest
from kuzushiji.datasets import Dataset
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.evaluation.audit import COLUMNS, Audit, audit, write_csv, write_page
from kuzushiji.evaluation.audit.findings import blanks, correlation, exact_duplicates, suspects
from kuzushiji.evaluation.audit.material import Material, gather, shrunk
from kuzushiji.evaluation.features import PCA, hog, pixels
from kuzushiji.evaluation.voting import vote

CLASSES = ("か", "き", "く")


def stroke(kind: int, rng: np.random.Generator, size: int = 28) -> np.ndarray:
    """A thick line, upright, level or aslant, at a random place, with some noise around it."""
    y, x = np.mgrid[:size, :size]
    a, b = rng.uniform(0.3, 0.7, 2) * size
    distance = [np.abs(x - a), np.abs(y - b), np.abs(x - a + y - b) / 1.4][kind]
    ink = np.clip(255 * (rng.uniform(2, 3.5) - distance), 0, 255)
    return np.clip(ink + rng.normal(0, 20, (size, size)), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def planted() -> Material:
    """Two splits with 3 wrong labels, 2 identical and 2 nearly identical images across them, 2 empty ones."""
    rng = np.random.default_rng(0)
    labels = np.arange(150) % 3
    train = np.stack([stroke(k, rng) for k in labels])
    test = np.stack([stroke(k, rng) for k in labels[:60]])
    said = labels.copy()
    said[[10, 20, 30]] = (said[[10, 20, 30]] + 1) % 3
    test[5], test[6] = train[5], train[6]
    test[8] = np.clip(np.roll(train[8], 1, axis=1).astype(int) + rng.integers(-9, 9, (28, 28)), 0, 255)
    test[9] = np.clip(train[9] * 0.9, 0, 255)
    train[40] = 0
    test[40] = 0
    test[40, 3, 3:5] = 255
    return Material(
        "own",
        (Dataset("own", "train", train, said, CLASSES), Dataset("own", "test", test, labels[:60], CLASSES)),
    )


@pytest.fixture(scope="module")
def found(planted: Material) -> Audit:
    return audit(planted)


def test_wrong_labels_are_the_first_suspects(found: Audit) -> None:
    first = {s.index for s in found.suspects[:5]}
    assert {10, 20, 30} <= first
    truth = {10: 1, 20: 2, 30: 0}
    assert all(s.suggested == truth[s.index] for s in found.suspects if s.index in truth)
    assert all(s.other > s.own for s in found.suspects)


def test_duplicates_are_found_once_each(found: Audit) -> None:
    assert {(p.first, p.second) for p in found.exact} == {(5, 155), (6, 156)}
    near = {(p.first, p.second) for p in found.near}
    assert {(8, 158), (9, 159)} <= near
    assert not near & {(5, 155), (6, 156)}
    assert len(found.across(found.exact)) == 2
    assert found.conflicting(found.exact) == []


def test_empty_images_are_not_called_duplicates(found: Audit) -> None:
    assert [(b.index, b.black) for b in found.blanks] == [(40, True), (190, False)]
    again = Material(
        "own", (Dataset("own", "all", np.zeros((5, 28, 28), np.uint8), np.zeros(5, int), ("か",)),)
    )
    assert exact_duplicates(again) == []
    assert len(blanks(again)) == 5


def test_counts_csv_and_page_agree(found: Audit, tmp_path) -> None:
    write_csv(found, tmp_path / "new" / "audit.csv")
    write_page(found, tmp_path / "audit.html")
    rows = list(csv.DictReader((tmp_path / "new" / "audit.csv").read_text(encoding="utf-8").splitlines()))
    counts = found.counts()
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == (
        counts["suspects"] + counts["exact duplicates"] + counts["near duplicates"] + counts["black"] + 1
    )
    twin = next(r for r in rows if r["finding"] == "exact duplicate")
    assert (twin["split"], twin["index"], twin["other_split"], twin["other_index"]) == (
        "train",
        "5",
        "test",
        "5",
    )
    assert twin["codepoint"] == f"U+{ord(twin['label']):04X}"
    text = checked((tmp_path / "audit.html").read_text(encoding="utf-8"))
    assert "Labels that look wrong" in text
    assert "test 5" in text
    assert "CODH" not in text  # one's own pictures are nobody else's
    write_page(replace(found, material=replace(found.material, name="k49")), tmp_path / "k49.html")
    assert "created by CODH" in checked((tmp_path / "k49.html").read_text(encoding="utf-8"))


def test_small_classes_are_not_judged() -> None:
    labels = np.array([0] * 20 + [1] * 4)
    distances = np.ones((24, 10), np.float32)
    indices = np.tile(np.arange(10), (24, 1))
    assert suspects(labels, distances, indices) == []
    more = np.array([0] * 20 + [1] * 5)
    everyone = suspects(more, np.ones((25, 10), np.float32), np.tile(np.arange(10), (25, 1)))
    assert {s.index for s in everyone} == set(range(20, 25))
    assert all((s.own, s.suggested) == (0, 0) for s in everyone)


def test_unanimous_suspects_are_ranked_by_distance_not_by_rounding() -> None:
    rng = np.random.default_rng(0)
    labels = np.array([0] * 20 + [1] * 40)
    distances = np.sort(rng.uniform(0.5, 2, (60, 10)).astype(np.float32), axis=1)
    ranked = suspects(labels, distances, np.tile(np.arange(10), (60, 1)))
    assert [s.index for s in ranked] == (20 + distances[20:, 0].argsort()).tolist()


def test_material_counts_through_its_splits(planted: Material) -> None:
    assert len(planted) == 210
    assert planted.place(0) == ("train", 0)
    assert planted.place(150) == ("test", 0)
    np.testing.assert_array_equal(planted[np.array([209, 0])][1], planted.parts[0].images[0])
    np.testing.assert_array_equal(planted[148:152], planted[np.arange(148, 152)])
    with pytest.raises(IndexError):
        planted.place(210)


def test_gather_takes_what_splits_there_are(monkeypatch, planted: Material) -> None:
    def load(name: str, split: str = "train", drop_black: bool = True) -> Dataset:
        asked.append((split, drop_black))
        return planted.parts[0]

    asked: list[tuple[str, bool]] = []
    monkeypatch.setattr("kuzushiji.datasets.load", load, raising=False)
    gather("kkanji")
    assert asked == [("train", False), ("validation", False), ("test", False)]
    asked.clear()
    gather("kmnist")
    assert [split for split, _ in asked] == ["train", "test"]


def test_gather_refuses_splits_of_two_sizes(tmp_path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    for split, size in (("train", 28), ("test", 64)):
        np.savez(folder / f"x-{split}-imgs.npz", np.zeros((3, size, size), np.uint8))
        np.savez(folder / f"x-{split}-labels.npz", np.arange(3))
    with pytest.raises(KuzushijiError, match=r"one size, not train 28 x 28 and test 64 x 64"):
        gather(folder)


def test_gather_takes_a_folder_without_parts_as_one(monkeypatch, planted: Material, tmp_path) -> None:
    def load(name: str, split: str = "train") -> Dataset:
        asked.append(split)
        if split != "all":
            raise UsageError(f"no split {split}")
        return planted.parts[0]

    asked: list[str] = []
    monkeypatch.setattr("kuzushiji.datasets.load", load, raising=False)
    assert len(gather(tmp_path)) == 150
    assert asked == ["train", "all"]
    with pytest.raises(UsageError):
        gather("no-such-data")


def test_correlation_forgives_one_pixel_and_no_more() -> None:
    x = np.zeros((1, 28, 28), np.uint8)
    x[0, 10:18, 12:14] = 255
    assert correlation(x, np.roll(x, (1, -1), axis=(1, 2)))[0] > 0.999
    assert correlation(x, np.roll(x, 3, axis=2))[0] < 0.7
    assert correlation(x, np.zeros_like(x))[0] == 0


def test_shrunk_averages() -> None:
    big = np.zeros((1, 64, 64), np.uint8)
    big[0, :2, :2] = [[0, 100], [100, 200]]
    assert shrunk(big)[0, 0, 0] == 100
    assert shrunk(big[:, :28, :28]).shape == (1, 28, 28)


def test_hog_sees_direction_not_brightness() -> None:
    upright, level = np.zeros((2, 1, 28, 28), np.uint8)
    upright[0, :, 12:16] = 200
    level[0, 12:16, :] = 200
    h, v, dim = hog(level), hog(upright), hog(upright // 2)
    assert np.abs(v - dim).max() < 1e-3
    assert np.abs(v - h).max() > 0.3
    assert np.isfinite(hog(np.zeros((1, 28, 28), np.uint8))).all()


def test_pca_agrees_with_numpy() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, 6, 6), dtype=np.uint8)
    fitted = PCA.fit(images, pixels, 5)
    x = pixels(images) - pixels(images).mean(axis=0)
    _, singular, axes = np.linalg.svd(x, full_matrices=False)
    np.testing.assert_allclose(fitted.variance, singular[:5] ** 2 / 300, rtol=1e-3)
    np.testing.assert_allclose(np.abs(fitted(images)), np.abs(x @ axes[:5].T), atol=1e-3)
    assert fitted.total == pytest.approx((singular**2).sum() / 300, rel=1e-3)


@pytest.mark.parametrize("skip_self", [False, True])
def test_nearest_in_blocks_is_nearest(monkeypatch, skip_self: bool) -> None:
    monkeypatch.setattr("kuzushiji._vectors.ROWS", 7)
    monkeypatch.setattr("kuzushiji._vectors.COLUMNS", 11)
    x = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    distances, indices = nearest(x, x, 4, skip_self=skip_self)
    full = np.linalg.norm(x[:, None] - x, axis=2)
    if skip_self:
        np.fill_diagonal(full, np.inf)
    np.testing.assert_array_equal(indices, np.argsort(full, axis=1)[:, :4])
    np.testing.assert_allclose(distances, np.sort(full, axis=1)[:, :4], atol=2e-3)


def test_fewer_rows_than_neighbours() -> None:
    x = np.eye(3, dtype=np.float32)
    assert nearest(x, x, 10)[1].shape == (3, 3)
    assert nearest(x, x, 10, skip_self=True)[1].shape == (3, 2)


def test_vote_weighs_by_distance() -> None:
    votes = vote(np.array([[0.0, 1.0, 1.0]]), np.array([[2, 1, 1]]), 3)
    assert votes.argmax() == 2
    assert votes.sum() == pytest.approx(1)


def test_command(monkeypatch, planted: Material, tmp_path, capsys) -> None:
    from kuzushiji.cli import main

    monkeypatch.setattr("kuzushiji.evaluation.audit.material.gather", lambda name: planted)
    files = tmp_path / "a.html", tmp_path / "a.csv"
    assert main(["audit", "own", "--json", "-o", str(files[0]), "--csv", str(files[1])]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["dataset"], out["images"], out["exact duplicates across splits"]) == ("own", 210, 2)
    assert all(f.stat().st_size > 500 for f in files)


def test_three_equal_images_are_no_near_duplicates() -> None:
    rng = np.random.default_rng(1)
    images = np.stack([stroke(k, rng) for k in np.arange(60) % 3])
    images[[20, 40]] = images[2]
    material = Material("own", (Dataset("own", "all", images, np.arange(60) % 3, CLASSES),))
    result = audit(material)
    assert {(p.first, p.second) for p in result.exact} == {(2, 20), (2, 40)}
    assert not {(p.first, p.second) for p in result.near} & {(2, 20), (2, 40), (20, 40)}
