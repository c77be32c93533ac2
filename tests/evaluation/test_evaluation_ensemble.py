"""Several models as one: probabilities averaged by character, nothing that does not fit let in."""

import numpy as np
import pytest

from kuzushiji.datasets import Dataset
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.evaluation import evaluate
from kuzushiji.evaluation.ensemble import Ensemble, open_models
from kuzushiji.weights import Model, open_model


@pytest.fixture
def two(tiny_model, tmp_path, glyphs):
    """The same three classes in another order and with another temperature, and glyphs to read."""
    first = tiny_model(path=tmp_path / "a.onnx", name="a", temperature=2.0, sure_threshold=0.6)
    second = tiny_model(
        templates=glyphs[[2, 0, 1]],
        classes=("く", "か", "き"),
        path=tmp_path / "b.onnx",
        name="b",
        sure_threshold=0.8,
        shifts=((0, 0), (1, 0)),
    )
    return first, second


@pytest.fixture
def noisy(glyphs) -> np.ndarray:
    images = np.repeat(glyphs, 5, axis=0)
    images[np.random.default_rng(0).random(images.shape) < 0.3] = 128
    return images


def test_calibrated_probabilities_are_averaged_by_character(two, noisy) -> None:
    a, b = map(open_model, two)
    both = open_models(f"{two[0]}+{two[1]}")
    assert isinstance(both, Ensemble)
    expected = (a.probabilities(noisy) + b.probabilities(noisy)[:, [1, 2, 0]]) / 2
    np.testing.assert_allclose(both.probabilities(noisy), expected, atol=1e-6)
    np.testing.assert_allclose(both.probabilities(noisy).sum(axis=1), 1, rtol=1e-6)
    assert both.info.classes == ("か", "き", "く")
    assert both.info.name == "a + b"
    assert both.info.sure_threshold == 0.8


def test_embeddings_stand_side_by_side_at_length_one(two, noisy) -> None:
    embedding = open_models(f"{two[0]}+{two[1]}").embed(noisy)
    assert embedding.shape == (len(noisy), 6)
    assert embedding.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embedding[:, 3:], axis=1), 1, rtol=1e-5)


def test_evaluate_takes_it_like_one_model(two, noisy) -> None:
    data = Dataset("own", "all", noisy, np.repeat([2, 0, 1], 5), ("き", "く", "か"))
    words = f"{two[0]}+{two[1]}"
    result = evaluate(words, data)
    assert result.accuracy.value == 1.0
    assert result.to_json()["members"] == [str(two[0]), str(two[1])]
    assert "members" not in evaluate(two[0], data).to_json()


def test_members_of_one_name_are_counted(tiny_model, tmp_path) -> None:
    paths = [tiny_model(path=tmp_path / f"seed{i}.onnx", name="kmnist", sharpness=5.0 + i) for i in range(3)]
    assert open_models("+".join(map(str, paths))).info.name == "kmnist ×3"


def test_a_file_whose_name_has_a_plus_is_that_file(tiny_model, tmp_path) -> None:
    path = tiny_model(path=tmp_path / "a+b.onnx")
    assert isinstance(open_models(str(path)), Model)
    assert isinstance(open_models(path), Model)


def test_what_does_not_fit_is_one_error_that_names_it(two, tiny_model, tmp_path) -> None:
    other = tiny_model(classes=("か", "き", "け"), path=tmp_path / "other.onnx")
    larger = tiny_model(size=32, path=tmp_path / "larger.onnx")
    with pytest.raises(KuzushijiError, match=r"other\.onnx.*lacks く and has け"):
        open_models(f"{two[0]}+{other}")
    with pytest.raises(KuzushijiError, match=r"larger\.onnx: 3 classes at 32 pixels"):
        open_models(f"{two[0]}+{larger}")
    with pytest.raises(KuzushijiError, match="stands twice"):
        open_models(f"{two[0]}+{two[1]}+{two[0]}")
    with pytest.raises(UsageError, match="is missing beside"):
        open_models(f"{two[0]}+")
    with pytest.raises(UsageError, match="no model 'none'"):
        open_models(f"{two[0]}+none")
    with pytest.raises(KuzushijiError, match="two models or more"):
        Ensemble([open_model(two[0])])
