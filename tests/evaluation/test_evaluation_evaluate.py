"""evaluate: classes matched by character, sizes brought together, nothing counted twice."""

import json

import numpy as np
import pytest

from kuzushiji.datasets import Dataset
from kuzushiji.errors import KuzushijiError
from kuzushiji.evaluation import evaluate
from kuzushiji.evaluation.predictions import embeddings, predict
from kuzushiji.weights import ModelInfo
from kuzushiji.weights.info import NEVER


class Fixed:
    """A model that ignores the picture and reads its answer off the first pixel."""

    def __init__(self, classes: str, size: int = 28) -> None:
        self.info = ModelInfo("fixed", tuple(classes), size, sure_threshold=0.6)

    def probabilities(self, glyphs: np.ndarray) -> np.ndarray:
        p = np.full((len(glyphs), len(self.info.classes)), 0.1, np.float32)
        p[np.arange(len(glyphs)), glyphs[:, 0, 0] % len(self.info.classes)] = 0.7
        return p / p.sum(axis=1, keepdims=True)

    def embed(self, glyphs: np.ndarray) -> np.ndarray:
        return glyphs[:, 0, :4].astype(np.float32)


def marked(pixels: list[int], labels: list[int], classes: str, size: int = 28) -> Dataset:
    images = np.zeros((len(pixels), size, size), np.uint8)
    images[:, 0, 0] = pixels
    return Dataset("own", "all", images, np.array(labels), tuple(classes))


def test_classes_are_matched_by_character_not_by_index() -> None:
    data = marked([0, 1, 2], [2, 1, 0], "あいう")
    result = evaluate(Fixed("ういあ"), data)
    assert result.accuracy.value == 1.0
    assert result.predictions.classes == ("あ", "い", "う")
    assert result.predictions.ranks.tolist() == [0, 0, 0]


def test_a_larger_model_answers_with_all_its_classes_unless_told_otherwise() -> None:
    data = marked([0, 3, 4], [0, 1, 1], "あい")
    model = Fixed("あかきいく")
    open_world = evaluate(model, data)
    assert open_world.predictions.classes == ("あ", "い", "か", "き", "く")
    assert open_world.predictions.predicted.tolist() == [0, 1, 4]
    assert open_world.accuracy.value == pytest.approx(2 / 3)
    assert open_world.per_class.guessed.tolist() == [1, 1, 0, 0, 1]
    closed = evaluate(model, data, only_dataset_classes=True)
    assert set(closed.predictions.predicted) <= {0, 1}
    np.testing.assert_allclose(closed.predictions.top_probability.sum(axis=1), 1, rtol=1e-5)
    assert closed.to_json()["only_dataset_classes"] is True


def test_a_smaller_model_is_wrong_about_what_it_does_not_know_and_says_so() -> None:
    data = marked([0, 1, 0], [0, 1, 2], "あいう")
    result = evaluate(Fixed("あい"), data)
    assert result.accuracy.value == pytest.approx(2 / 3)
    assert result.top5.value == pytest.approx(2 / 3)
    assert result.to_json()["unknown_to_model"] == ["う"]


def test_nothing_in_common_or_nothing_at_all_is_an_error() -> None:
    with pytest.raises(KuzushijiError, match="knows none of the 1 classes"):
        evaluate(Fixed("かき"), marked([0], [0], "あ"))
    with pytest.raises(KuzushijiError, match="has no images"):
        evaluate(Fixed("あ"), marked([], [], "あ"))


def test_batches_give_what_one_image_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    data = marked(rng.integers(0, 7, 50).tolist(), rng.integers(0, 7, 50).tolist(), "あいうえおかき")
    whole = predict(Fixed("あいうえおかき"), data)
    seen: list[int] = []
    monkeypatch.setattr("kuzushiji.evaluation.predictions.BATCH", 8)
    parts = predict(Fixed("あいうえおかき"), data, progress=seen.append)
    np.testing.assert_array_equal(whole.top, parts.top)
    np.testing.assert_array_equal(whole.ranks, parts.ranks)
    assert seen == [8, 16, 24, 32, 40, 48, 50]


def test_other_sizes_are_brought_to_the_models() -> None:
    data = marked([0, 1], [0, 1], "あい", size=32)
    data.images[:, 4:-4, 4:-4] = 255
    assert embeddings(Fixed("あい", size=28), data.images).shape == (2, 4)


def test_shipped_runtime_end_to_end(tiny_model, glyphs) -> None:
    noisy = np.repeat(glyphs, 20, axis=0)
    noisy[np.random.default_rng(0).random(noisy.shape) < 0.05] = 128
    data = Dataset("own", "all", noisy, np.repeat([2, 0, 1], 20), ("き", "く", "か"))
    result = evaluate(tiny_model(sure_threshold=0.5), data)
    out = json.loads(json.dumps(result.to_json()))
    assert out["n"] == 60
    assert out["accuracy"]["value"] == 1.0
    assert 0.9 < out["accuracy"]["low"] < 1.0
    assert {"dataset", "split", "balanced_accuracy", "macro_f1", "top5", "ece", "aurc", "sure"} <= out.keys()
    assert "bins" not in out  # one's own data without a training part


def test_sure_figures() -> None:
    data = marked([0, 1, 0], [0, 1, 1], "あい")
    result = evaluate(Fixed("あい"), data)
    assert result.sure_coverage.value == 1.0  # 0.7 / 0.8 is over 0.6
    assert result.sure_precision is not None
    assert result.sure_precision.value == pytest.approx(2 / 3)


def test_a_model_without_a_threshold_is_sure_of_nothing_not_even_at_a_probability_of_one(tiny_model, glyphs):
    result = evaluate(
        tiny_model(sharpness=200.0, sure_threshold=NEVER),
        Dataset("own", "all", glyphs, np.arange(len(glyphs)), ("か", "き", "く")),
    )
    assert result.predictions.confidence.max() == 1
    assert result.sure_coverage.value == 0
    assert result.sure_precision is None


@pytest.mark.data
def test_training_counts_make_the_bins(real_data, monkeypatch, tmp_path) -> None:
    from kuzushiji.evaluation.evaluation import training_counts

    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path))
    monkeypatch.setenv("KUZUSHIJI_MIRROR", real_data.as_uri())
    monkeypatch.delenv("KUZUSHIJI_OFFLINE")
    from kuzushiji.datasets import load

    counts = training_counts(load("kmnist", "test"))
    assert counts is not None
    assert counts.tolist() == [6000] * 10
