import os
import subprocess
import sys

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.weights import ModelInfo, names, open_model
from kuzushiji.weights import model as module
from kuzushiji.weights.model import translate


def test_each_glyph_is_read_as_its_own_class(tiny_model, glyphs):
    model = open_model(tiny_model(), threads=1)
    assert model.logits(glyphs).argmax(axis=1).tolist() == [0, 1, 2]
    assert model.info.classes == ("か", "き", "く")


def test_logits_are_the_cosines_of_the_scaled_glyph(tiny_model, glyphs):
    faint = glyphs // 3
    logits = open_model(tiny_model(), threads=1).logits(faint)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, 20 * np.eye(3), atol=1e-4)


def test_probabilities_are_a_softmax_over_the_temperature(tiny_model, glyphs):
    model = open_model(tiny_model(temperature=4.0), threads=1)
    scores = np.exp(model.logits(glyphs) / 4.0)
    np.testing.assert_allclose(model.probabilities(glyphs), scores / scores.sum(1, keepdims=True), rtol=1e-5)


def test_huge_logits_do_not_overflow(tiny_model, glyphs):
    p = open_model(tiny_model(sharpness=1e6), threads=1).probabilities(glyphs)
    np.testing.assert_allclose(p, np.eye(3), atol=1e-6)


def test_shifts_average_the_logits_of_the_moved_glyphs(tiny_model, glyphs, tmp_path):
    plain = open_model(tiny_model(path=tmp_path / "a.onnx"), threads=1)
    moved = open_model(tiny_model(path=tmp_path / "b.onnx", shifts=((0, 0), (3, 0), (0, -2))), threads=1)
    views = [glyphs, translate(glyphs, 3, 0), translate(glyphs, 0, -2)]
    wanted = np.mean([plain.logits(view) for view in views], axis=0)
    np.testing.assert_allclose(moved.logits(glyphs), wanted, rtol=1e-5)
    assert not np.allclose(moved.logits(glyphs), plain.logits(glyphs))


def test_any_number_of_glyphs_in_small_batches(tiny_model, glyphs, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 4)
    model = open_model(tiny_model(), threads=1)
    many = glyphs[np.arange(11) % 3]
    assert model.logits(many).argmax(axis=1).tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]
    assert model.logits(many[:0]).shape == (0, 3)
    assert model.probabilities(many[:0]).shape == (0, 3)
    assert model.embed(many).shape == (11, 3)


@pytest.mark.parametrize(
    "bad",
    [np.zeros((2, 28, 28), np.float32), np.zeros((28, 28), np.uint8), np.zeros((2, 28, 29), np.uint8)],
)
def test_glyphs_of_another_kind_are_refused(tiny_model, bad):
    with pytest.raises(KuzushijiError, match="takes uint8 glyphs"):
        open_model(tiny_model(), threads=1).logits(bad)


def test_translate_moves_black_in():
    image = np.arange(1, 10, dtype=np.uint8).reshape(1, 3, 3)
    assert translate(image, 1, -1)[0].tolist() == [[0, 0, 0], [2, 3, 0], [5, 6, 0]]
    assert translate(image, 0, 0) is image


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ("", "not one of ours"),
        ("{}", "lacks name"),
        (ModelInfo("x", ("か", "き"), 28).to_json(), "3 outputs for 2 classes"),
        (ModelInfo("x", ("か", "き", "く"), 64).to_json(), r"not \(n, 1, 64, 64\)"),
    ],
)
def test_a_foreign_onnx_file_is_refused_with_its_name(tiny_model, metadata, says):
    path = tiny_model(metadata=metadata)
    with pytest.raises(KuzushijiError, match=says) as caught:
        open_model(path, threads=1)
    assert str(path) in str(caught.value)


def test_a_file_that_is_no_onnx_is_refused(tmp_path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a graph")
    with pytest.raises(KuzushijiError, match="not an ONNX model") as caught:
        open_model(path)
    assert "\n" not in str(caught.value)


def test_shipped_models_load_and_answer_in_their_classes():
    for name in names():
        model = open_model(name, threads=1)
        assert model.info.name == name
        side = model.info.size
        p = model.probabilities(np.zeros((2, side, side), np.uint8))
        assert p.shape == (2, len(model.info.classes))
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-4)


def test_reading_leaves_nothing_in_the_home_and_tells_nobody(tiny_model, tmp_path):
    """ONNX Runtime would make an identifier of the device there, and report with it."""
    home = tmp_path / "home"
    home.mkdir()
    read = "import sys; from kuzushiji import Reader; print(Reader(sys.argv[1]).read(sys.argv[2])[0].sure)"
    picture = tmp_path / "blank.pgm"
    picture.write_bytes(b"P5 28 28 255 " + bytes(784))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-c", read, tiny_model(), picture],
        env={**kept, "HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "False\n", done.stderr
    assert list(home.rglob("*")) == []
