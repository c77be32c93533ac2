import warnings

import numpy as np
import pytest

from kuzushiji.datasets.registry import K49, K49_CLASSES, K49_TRAIN_COUNTS
from kuzushiji.training.shipping import class_prior, export
from kuzushiji.weights import ModelInfo, open_model


def test_the_official_counts_are_those_of_the_published_training_part():
    assert len(K49_TRAIN_COUNTS) == len(K49_CLASSES)
    assert sum(K49_TRAIN_COUNTS) == K49.counts["train"]


def test_kana_of_a_sample_weigh_as_in_the_whole_set():
    found = class_prior.log_prior(("お", "あ", "猫"), np.array([6000, 80, 10]))
    assert found[0] == found[1]  # 6,000 images each in Kuzushiji-49
    assert found[2] == pytest.approx(np.log(10 / 12010), abs=1e-5)


def test_a_class_without_images_keeps_a_chance():
    assert np.isfinite(class_prior.log_prior(("猫", "犬"), np.array([0, 9]))).all()


def test_the_shipped_file_has_the_prior_in_its_logits(tmp_path):
    import keras

    from kuzushiji import models

    keras.utils.set_random_seed(0)
    model = models.create("residual", 3, 16, stem=[4], widths=[6, 8], tail=0, features=5, cosine_scale=4.0)
    offset = np.array([1.0, -2.0, 0.5])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # Keras' about the structure of the inputs
        class_prior.with_prior(model, offset).predict_on_batch(np.zeros((1, 1, 16, 16), np.float32))
        keras.Model(model.inputs, model.outputs).save(tmp_path / "old.keras")
        from kuzushiji.models.keras_file import open_keras

        open_keras(tmp_path / "old.keras").predict_on_batch(np.zeros((1, 1, 16, 16), np.float32))
    info = ModelInfo("tiny", ("あ", "い", "う"), 16)
    plain, shifted = tmp_path / "plain.onnx", tmp_path / "shifted.onnx"
    export.write_onnx(model, info, plain)
    assert (
        export.write_onnx(class_prior.with_prior(model, offset), info, shifted).difference <= export.TOLERANCE
    )
    glyphs = np.random.default_rng(2).integers(0, 256, (7, 16, 16), np.uint8)
    a, b = (open_model(path, threads=1) for path in (plain, shifted))
    np.testing.assert_allclose(b.logits(glyphs), a.logits(glyphs) + offset, atol=1e-4)
    np.testing.assert_allclose(b.embed(glyphs), a.embed(glyphs), atol=1e-5)
