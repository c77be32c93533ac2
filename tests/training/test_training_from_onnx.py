"""A shipped file's weights back in a network that can learn, on small networks made here."""

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.training.examples.assembly import Part
from kuzushiji.training.fitting.initial_weights import start_from
from kuzushiji.training.fitting.loop import embeddings, logits
from kuzushiji.training.shipping import export
from kuzushiji.training.shipping.class_prior import with_prior
from kuzushiji.weights import ModelInfo

OPTIONS = {"widths": [8, 40], "tail": 0, "features": 6, "cosine_scale": 5.0}


def network(size=16, classes=3, stem=(36,), **options):
    from kuzushiji import models

    return models.create("residual", classes, size, stem=list(stem), **{**OPTIONS, **options})


def moved(model):
    """Normalizations away from their start, as training moves them."""
    rng = np.random.default_rng(0)
    for w in model.weights:
        if any(part in w.path for part in ("gamma", "beta", "moving")):
            w.assign(rng.uniform(0.5, 1.5, w.shape))
    return model


def glyphs(size=16, n=64):
    return Part(np.random.default_rng(1).integers(0, 256, (n, size, size), np.uint8), np.zeros(n, np.int64))


@pytest.fixture(scope="module")
def trained():
    import keras

    keras.utils.set_random_seed(0)
    return moved(network())


def written(model, path, **kind):
    info = ModelInfo("tiny", ("あ", "い", "う"), model.input_shape[-1])
    export.write_onnx(model, info, path, **kind)
    return path


def saved(model, path):
    """As an ONNX file or a Keras one, by the name's ending."""
    if path.suffix == ".onnx":
        return written(model, path)
    model.save(path)
    return path


def test_the_network_answers_as_the_file_does_without_what_was_added_to_its_logits(trained, tmp_path):
    path = written(with_prior(trained, np.array([1.0, 0.0, -1.0])), tmp_path / "m.onnx")
    again = network()
    start_from(again, path, glyphs().images)
    np.testing.assert_allclose(logits(again, glyphs()), logits(trained, glyphs()), atol=1e-4)


@pytest.mark.filterwarnings("ignore")  # onnxruntime's quantization reads numpy in an old way
def test_from_a_file_in_8_bit_integers_up_to_their_rounding(trained, tmp_path):
    path = written(trained, tmp_path / "m.onnx", half=True, glyphs=glyphs(n=512).images)
    again = network()
    start_from(again, path, glyphs().images)
    near = np.abs(logits(again, glyphs()) - logits(trained, glyphs())).max()
    far = np.abs(logits(moved(network()), glyphs()) - logits(trained, glyphs())).max()
    assert 0 < near < 0.2 < far


def test_normalizations_have_the_statistics_of_the_glyphs(trained, tmp_path):
    import keras

    from kuzushiji.models.layers import BatchNormalization

    again = network()
    start_from(again, written(trained, tmp_path / "m.onnx"), glyphs().images)
    first = next(layer for layer in again.layers if isinstance(layer, BatchNormalization))
    before = keras.Model(again.inputs, first.input)
    x = before.predict_on_batch(glyphs().images[:, None].astype(np.float32) / 255)
    np.testing.assert_allclose(first.get_weights()[2], x.mean((0, 2, 3)), atol=1e-4)
    np.testing.assert_allclose(first.get_weights()[3], x.var((0, 2, 3)), rtol=1e-3)


def test_a_head_for_other_classes_stays_and_another_network_is_refused(trained, tmp_path):
    path = written(trained, tmp_path / "m.onnx")
    many = network(classes=5)
    head = many.get_layer("logits").get_weights()[0]
    start_from(many, path, glyphs().images)
    np.testing.assert_array_equal(many.get_layer("logits").get_weights()[0], head)
    np.testing.assert_allclose(embeddings(many, glyphs()), embeddings(trained, glyphs()), atol=1e-4)
    for other in (network(stem=(5,)), network(stem=(36, 36))):
        with pytest.raises(KuzushijiError, match="another network"):
            start_from(other, path, glyphs().images)


@pytest.mark.parametrize("scale", [5.0, 0.0], ids=["cosine head", "dense head"])
@pytest.mark.parametrize("kind", ["run", "onnx"])
def test_classes_that_both_know_keep_their_weights_in_the_head(tmp_path, kind, scale):
    import keras

    keras.utils.set_random_seed(0)
    source = moved(network(cosine_scale=scale))  # for あ, い, う
    source.get_layer("logits").set_weights(
        [np.random.default_rng(2).normal(size=w.shape) for w in source.get_layer("logits").get_weights()]
    )
    path = written(source, tmp_path / "m.onnx")
    if kind == "run":
        path = tmp_path
        source.save(tmp_path / "model.keras")
        (tmp_path / "result.json").write_text('{"model": {"classes": ["あ", "い", "う"]}}', encoding="utf-8")
    other = network(classes=4, cosine_scale=scale)
    chance = other.get_layer("logits").get_weights()
    start_from(other, path, glyphs().images, ("う", "え", "あ", "お"))
    np.testing.assert_allclose(
        logits(other, glyphs())[:, [0, 2]], logits(source, glyphs())[:, [2, 0]], atol=1e-4
    )
    for now, before in zip(other.get_layer("logits").get_weights(), chance, strict=True):
        np.testing.assert_array_equal(now[..., [1, 3]], before[..., [1, 3]])


@pytest.mark.parametrize("kind", ["keras", "onnx"])
def test_a_network_that_ends_otherwise_takes_what_both_begin_with(trained, tmp_path, kind):
    import keras

    path = saved(trained, tmp_path / f"m.{kind}")
    short = network(widths=[8], blocks=[1], tail=12, features=0, cosine_scale=0.0)
    head = short.get_layer("logits").get_weights()
    with pytest.raises(KuzushijiError, match="another network"):
        start_from(short, path, glyphs().images)
    start_from(short, path, glyphs().images, trunk=True)

    def seen(model):
        """After the first stage, which both have."""
        first = next(layer for layer in model.layers if isinstance(layer, keras.layers.Add))
        return keras.Model(model.inputs, first.output).predict_on_batch(glyphs().images[:, None] / 255)

    np.testing.assert_allclose(seen(short), seen(trained), atol=1e-4)
    for now, before in zip(short.get_layer("logits").get_weights(), head, strict=True):
        np.testing.assert_array_equal(now, before)
    with pytest.raises(KuzushijiError, match="another network"):
        start_from(network(stem=(5,)), path, glyphs().images, trunk=True)
