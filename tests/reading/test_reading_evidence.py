import errno

import numpy as np
import pytest

from kuzushiji import datasets
from kuzushiji.datasets import Dataset
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.reading import Reader
from kuzushiji.reading.evidence import Evidence
from kuzushiji.weights import open_model


@pytest.fixture
def known(glyphs):
    """か and き, five copies of each with more and more noise, and a character that the model lacks."""
    rng = np.random.default_rng(0)
    images = np.repeat(glyphs, 5, axis=0).astype(int)
    images += rng.integers(0, 60, images.shape) * np.tile(np.arange(5), 3)[:, None, None]
    labels = np.repeat([1, 0, 2], 5)
    return Dataset("mine", "train", np.clip(images, 0, 255).astype(np.uint8), labels, ("き", "か", "猫"))


@pytest.fixture
def model(tiny_model):
    return open_model(tiny_model(), threads=1)


def test_the_nearest_come_first_and_are_of_the_character_asked_for(model, known, glyphs):
    evidence = Evidence(model, [known])
    near = evidence.nearest(model.embed(glyphs[:1])[0], "か", 3)
    assert [known.classes[known.labels[k.index]] for k in near] == ["か"] * 3
    assert near[0].index == 0  # the copy without noise
    assert near[0].similarity == pytest.approx(1, abs=1e-3)
    assert near[0].similarity >= near[1].similarity >= near[2].similarity
    np.testing.assert_array_equal(near[1].glyph, known.images[near[1].index])


def test_what_the_model_or_the_shelf_lacks_has_no_evidence(model, known, glyphs):
    evidence = Evidence(model, [known])
    assert len(evidence) == 10  # not the cat
    assert evidence.nearest(model.embed(glyphs[:1])[0], "く", 3) == ()


def test_a_frequent_character_is_looked_through_in_part(model, known):
    assert len(Evidence(model, [known], each=2)) == 4


def test_embeddings_are_kept_and_made_anew_when_the_glyphs_change(model, known, tmp_path):
    counted = []
    first = Evidence(model, [known], folder=tmp_path, progress=lambda *step: counted.append(step))
    again = Evidence(model, [known], folder=tmp_path, progress=lambda *step: counted.append(step))
    assert counted == [(10, 10)]
    query = model.embed(known.images[:1])[0]
    assert [k.index for k in again.nearest(query, "か", 5)] == [
        k.index for k in first.nearest(query, "か", 5)
    ]
    Evidence(model, [known], each=3, folder=tmp_path, progress=lambda *step: counted.append(step))
    assert counted == [(10, 10), (6, 6)]
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:50])
    Evidence(model, [known], folder=tmp_path, progress=lambda *step: counted.append(step))
    assert counted[2:] == [(10, 10)]


def test_where_nothing_can_be_kept_the_glyphs_are_shown_all_the_same(
    model, known, tmp_path, capsys, monkeypatch
):
    (tmp_path / "file").write_text("")
    full = tmp_path / "full"

    def no_room(file, array, **how):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", no_room)
    for folder, why in ((tmp_path / "file" / "evidence", "irectory"), (full, "No space left on device")):
        evidence = Evidence(model, [known], folder=folder)
        assert len(evidence.nearest(model.embed(known.images[:1])[0], "か", 3)) == 3
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith(f"kuzushiji: note: cannot write {folder}")
        assert why in line
    assert not list(full.iterdir())


def test_without_glyphs_there_is_one_clear_line(model):
    with pytest.raises(KuzushijiError, match=r"no training glyphs on this machine.*kuzushiji data get"):
        Evidence(model, [])


def test_a_reader_lays_evidence_beside_its_best_candidates(tiny_model, known, glyphs, monkeypatch, tmp_path):
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path))
    monkeypatch.setattr(datasets, "on_this_machine", lambda: iter([known]))
    reader = Reader(tiny_model(), threads=1)
    bad, good = reader.read([b"no picture", glyphs[1]], evidence=2)
    assert bad.error
    assert [len(c.evidence) for c in good.candidates] == [2, 2, 0]  # く has none
    told = good.to_json()["candidates"]
    assert told[0]["evidence"][0].keys() == {"dataset", "split", "index", "similarity"}
    assert "evidence" not in told[2]
    assert list((tmp_path / "evidence").glob("tiny-*.npy"))
    assert not reader.read(glyphs[1])[0].candidates[0].evidence


def test_a_reader_on_an_empty_machine_says_so(tiny_model, glyphs, monkeypatch, tmp_path):
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path))
    reader = Reader(tiny_model(), threads=1)
    with pytest.raises(KuzushijiError, match="no training glyphs"):
        reader.read(glyphs[0], evidence=1)
    with pytest.raises(UsageError, match="negative"):
        reader.read(glyphs[0], evidence=-1)
