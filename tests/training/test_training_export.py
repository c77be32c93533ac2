import json

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.training.examples.assembly import Assembled, Part
from kuzushiji.training.fitting.run_folder import Run
from kuzushiji.training.recipe import Export, Fit, Recipe
from kuzushiji.training.shipping import export
from kuzushiji.training.shipping.fold_normalization import fold
from kuzushiji.training.shipping.quantize import sample
from kuzushiji.weights import ModelInfo, open_model

INFO = ModelInfo("tiny", ("あ", "い", "う"), 16, temperature=1.5, sure_threshold=0.7)


@pytest.fixture(scope="module")
def model():
    """A small network whose normalizations have moved from their start, as training moves them."""
    import keras

    from kuzushiji import models

    keras.utils.set_random_seed(0)
    made = models.create("residual", 3, 16, stem=[4], widths=[6, 8], tail=8, features=5, cosine_scale=4.0)
    rng = np.random.default_rng(0)
    for w in made.weights:
        if any(part in w.path for part in ("gamma", "beta", "moving")):
            w.assign(rng.uniform(0.5, 1.5, w.shape))
    return made


def test_folding_keeps_the_function_and_drops_the_normalizations(model):
    from kuzushiji.models.layers import BatchNormalization

    folded = fold(model)
    x = np.random.default_rng(1).random((5, 1, 16, 16), np.float32)
    np.testing.assert_allclose(folded.predict_on_batch(x), model.predict_on_batch(x), atol=1e-5)
    assert any(isinstance(layer, BatchNormalization) for layer in model.layers)
    assert not any(isinstance(layer, BatchNormalization) for layer in folded.layers)


def test_folding_keeps_the_function_of_depthwise_blocks():
    from kuzushiji import models
    from kuzushiji.models.layers import BatchNormalization

    made = models.create("residual", 3, 16, stem=[4], widths=[6, 8], tail=0, separable=3)
    rng = np.random.default_rng(0)
    for w in made.weights:
        if any(part in w.path for part in ("gamma", "beta", "moving")):
            w.assign(rng.uniform(0.5, 1.5, w.shape))
    folded = fold(made)
    x = rng.random((5, 1, 16, 16), np.float32)
    np.testing.assert_allclose(folded.predict_on_batch(x), made.predict_on_batch(x), atol=1e-5)
    assert not any(isinstance(layer, BatchNormalization) for layer in folded.layers)


def test_onnx_agrees_with_keras_and_carries_its_metadata(model, tmp_path):
    path = tmp_path / "m.onnx"
    assert export.write_onnx(model, INFO, path).difference <= 1e-5
    opened = open_model(path, threads=1)
    assert opened.info == INFO
    glyphs = np.random.default_rng(2).integers(0, 256, (7, 16, 16), np.uint8)
    np.testing.assert_allclose(
        opened.logits(glyphs), model.predict_on_batch(glyphs[:, None] / np.float32(255)), atol=1e-4
    )
    assert opened.embed(glyphs).shape == (7, 5)
    assert not list(tmp_path.glob("*.part"))


def test_half_precision_takes_half_the_bytes_and_reads_the_same(tmp_path):
    import keras

    from kuzushiji import models

    keras.utils.set_random_seed(1)
    wide = models.create("residual", 3, 16, stem=[8], widths=[32, 64], tail=0, features=32, cosine_scale=4.0)
    whole, half = tmp_path / "whole.onnx", tmp_path / "half.onnx"
    export.write_onnx(wide, INFO, whole)
    assert 0 < export.write_onnx(wide, INFO, half, half=True).difference < export.HALF_TOLERANCE
    assert half.stat().st_size < 0.6 * whole.stat().st_size
    glyphs = np.random.default_rng(2).integers(0, 256, (64, 16, 16), np.uint8)
    a, b = (open_model(path, threads=1).probabilities(glyphs) for path in (whole, half))
    np.testing.assert_allclose(a, b, atol=0.02)


def strokes(n: int) -> np.ndarray:
    """Bars at random places and angles, uint8 (n, 16, 16)."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:16, :16] - 7.5
    angle, offset = rng.uniform(0, np.pi, (n, 1, 1)), rng.uniform(-4, 4, (n, 1, 1))
    away = np.abs(np.cos(angle) * y + np.sin(angle) * x - offset)
    return (255 * np.clip(2.5 - away, 0, 1)).astype(np.uint8)


@pytest.fixture
def wide():
    """A network that spreads the bars over all three classes."""
    import keras

    from kuzushiji import models

    keras.utils.set_random_seed(2)
    options = {"stem": [16], "widths": [48, 64], "tail": 0, "pool": "quarters", "features": 8}
    made = models.create("residual", 3, 16, **options, cosine_scale=4.0)
    counts = np.bincount(made.predict_on_batch(strokes(200)[:, None] / np.float32(255)).argmax(1))
    assert counts.min() > 40
    return made


def test_8_bit_integers_take_a_quarter_of_the_bytes_and_read_the_same(wide, tmp_path):
    import onnx

    whole, small = tmp_path / "whole.onnx", tmp_path / "int8.onnx"
    export.write_onnx(wide, INFO, whole)
    found = export.write_onnx(wide, INFO, small, half=True, glyphs=strokes(200))
    assert found.agreement > export.INT8_AGREEMENT
    assert small.stat().st_size < 0.35 * whole.stat().st_size
    kernels = [tensor for tensor in onnx.load(small).graph.initializer if len(tensor.dims) == 4]
    assert sum(tensor.data_type == onnx.TensorProto.INT8 for tensor in kernels) == len(kernels) - 2
    opened = open_model(small, threads=1)
    assert opened.info == INFO
    a, b = open_model(whole, threads=1).probabilities(strokes(200)), opened.probabilities(strokes(200))
    assert 0 < np.abs(a - b).max() < 0.05
    assert opened.embed(strokes(5)).shape == (5, 8)


def test_8_bit_integers_that_change_the_classes_are_not_written(wide, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "quantize", lambda proto, glyphs: _other_head(proto))
    with pytest.raises(KuzushijiError, match=r"keep their class; not written: export\.int8=false"):
        export.write_onnx(wide, INFO, tmp_path / "m.onnx", glyphs=strokes(200))
    assert not list(tmp_path.iterdir())


def _other_head(proto):
    """The same graph with its first convolution's weights turned round."""
    import onnx

    for tensor in proto.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.ndim == 4:
            tensor.CopyFrom(onnx.numpy_helper.from_array(-values[:, :, ::-1].copy(), tensor.name))
            return proto
    raise AssertionError("no convolution")


def test_a_file_that_differs_is_not_written(model, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "compare", lambda *args: export.Fidelity(1e-3, 1.0))
    with pytest.raises(KuzushijiError, match="differ"):
        export.write_onnx(model, INFO, tmp_path / "m.onnx")
    assert not (tmp_path / "m.onnx").exists()


def test_compare_sees_a_difference(model, tmp_path):
    path = tmp_path / "m.onnx"
    export.write_onnx(model, INFO, path)
    head = model.get_layer("logits").directions
    before = head.numpy().copy()
    head.assign(before[:, ::-1].copy())
    try:
        assert export.compare(model, path.read_bytes(), strokes(64)).difference > 1e-3
    finally:
        head.assign(before)


def test_a_keras_file_of_a_run_is_exported_once(model, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "result.json").write_text(json.dumps({"model": json.loads(INFO.to_json())}))
    model.save(tmp_path / "model.keras")
    path = export.to_onnx(tmp_path / "model.keras")
    stamp = path.stat().st_mtime_ns
    assert open_model(path, threads=1).info == INFO
    assert export.to_onnx(tmp_path).stat().st_mtime_ns == stamp


def test_another_keras_file_of_the_folder_gets_a_file_of_its_own(model, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "result.json").write_text(json.dumps({"model": json.loads(INFO.to_json())}))
    model.save(tmp_path / "other.keras")
    (tmp_path / "model.onnx").write_bytes(b"of another network, and newer")
    path = export.to_onnx(tmp_path / "other.keras")
    assert path.name == "other.onnx"
    assert open_model(path, threads=1).info == INFO


def test_an_export_rounds_by_the_glyphs_that_the_training_rounded_by(model, tmp_path, monkeypatch):
    """Those of the training part, from which seed 0 holds out, whatever the run's."""
    run = Run.begin(Recipe(fit=Fit(seed=3), export=Export(int8=True)), tmp_path)
    run.write("result.json", {"model": json.loads(INFO.to_json())})
    model.save(tmp_path / "model.keras")
    train, seeds, given = Part(strokes(20), np.zeros(20, np.int64)), [], []

    def assembled(data, seed=0):
        seeds.append(seed)
        return Assembled(INFO.classes, train, None)

    monkeypatch.setattr(export, "assemble", assembled)
    monkeypatch.setattr(export, "write_onnx", lambda *args: given.append(args[-1]))
    export.export_run(run, tmp_path / "again.onnx")
    assert seeds == [0]
    np.testing.assert_array_equal(given[0], sample(train, 3))


def test_a_foreign_file_is_named(tmp_path):
    from kuzushiji.models.keras_file import open_keras

    (tmp_path / "x.keras").write_bytes(b"no")
    with pytest.raises(KuzushijiError, match=r"x\.keras"):
        open_keras(tmp_path / "x.keras")
