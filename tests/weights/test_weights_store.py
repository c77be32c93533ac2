import hashlib

import pytest

from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.weights import find, names, store


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty folder in the place of the shipped files, and how to put one there."""
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.setattr(store, "FILES", folder)

    def put(name, content=b"model", digest=None):
        path = folder / f"{name}-{digest or hashlib.sha256(content).hexdigest()[:8]}.onnx"
        path.write_bytes(content)
        return path

    return put


def test_names_are_sorted_and_find_gives_their_files(shelf):
    reader, kmnist = shelf("reader", b"r"), shelf("kmnist", b"k")
    assert names() == ("kmnist", "reader")
    assert find("reader") == reader
    assert find("kmnist") == kmnist


def test_default_is_the_reader_and_kmnist_until_there_is_one(shelf):
    with pytest.raises(KuzushijiError, match="no default model"):
        store.default()
    shelf("kmnist")
    assert store.default() == "kmnist"
    shelf("reader")
    assert store.default() == "reader"


def test_a_file_that_is_not_what_its_name_says_is_damaged(shelf):
    shelf("kmnist", digest="00000000")
    with pytest.raises(KuzushijiError, match="damaged"):
        names()


def test_two_files_of_one_name_are_refused(shelf):
    shelf("kmnist", b"old")
    shelf("kmnist", b"new")
    with pytest.raises(KuzushijiError, match="two files"):
        find("kmnist")


def test_other_files_on_the_shelf_are_no_models(shelf, tmp_path):
    (tmp_path / "files" / "kmnist.md").write_text("card")
    (tmp_path / "files" / "kmnist.onnx").write_text("no digest")
    assert names() == ()


def test_a_shipped_name_wins_over_a_folder_of_that_name(shelf, tmp_path, monkeypatch):
    shipped = shelf("kmnist")
    run = tmp_path / "kmnist"
    run.mkdir()
    (run / "model.onnx").write_bytes(b"own")
    monkeypatch.chdir(tmp_path)
    assert find("kmnist") == shipped
    assert find("./kmnist").read_bytes() == b"own"


def test_paths_run_folders_and_what_is_not_there(tmp_path):
    model = tmp_path / "run" / "model.onnx"
    model.parent.mkdir()
    with pytest.raises(KuzushijiError, match=r"no model\.onnx"):
        find(model.parent)
    model.write_bytes(b"")
    assert find(model.parent) == model
    assert find(str(model)) == model
    with pytest.raises(UsageError, match="no model 'nonsense': shipped are"):
        find("nonsense")


def test_a_keras_file_is_no_model_here_and_the_line_names_the_command(tmp_path):
    keras = tmp_path / "model.keras"
    keras.write_bytes(b"k")
    with pytest.raises(KuzushijiError, match=r"model\.keras is a Keras file; .*kuzushiji export"):
        find(keras)
    with pytest.raises(KuzushijiError, match=r"has no model\.onnx; .*kuzushiji export"):
        find(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(KuzushijiError, match="has not ended: kuzushiji train --resume"):
        find(tmp_path)


def test_the_shipped_files_are_what_their_names_say_and_have_cards():
    for name in names():
        assert (store.FILES / f"{name}.md").is_file(), f"no card for {name}"
