"""A model that is still Keras is exported before a command opens it."""

from pathlib import Path

from kuzushiji.cli._models import as_onnx


def test_only_what_is_still_keras_is_exported(tmp_path, monkeypatch):
    run, done = tmp_path / "run", tmp_path / "done"
    for folder in (run, done):
        folder.mkdir()
        (folder / "model.keras").write_bytes(b"k")
    (done / "model.onnx").write_bytes(b"o")
    seen: list[Path] = []

    def to_onnx(path):
        seen.append(path)
        return path / "new.onnx" if path.is_dir() else path.with_suffix(".onnx")

    monkeypatch.setattr("kuzushiji.training.shipping.export.to_onnx", to_onnx)
    for untouched in ("kmnist", str(done), str(done / "model.onnx"), str(tmp_path / "not there.keras")):
        assert as_onnx(untouched) == untouched
    assert seen == []
    assert as_onnx(str(run)) == str(run / "new.onnx")
    assert as_onnx(f"kmnist+{run / 'model.keras'}") == f"kmnist+{run / 'model.onnx'}"
    assert seen == [run, run / "model.keras"]


def test_a_shipped_name_wins_over_a_folder_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kmnist").mkdir()
    (tmp_path / "kmnist" / "model.keras").write_bytes(b"k")
    assert as_onnx("kmnist") == "kmnist"
