import numpy as np
import pytest

from kuzushiji import models

keras = pytest.importorskip("keras")
from kuzushiji.errors import UsageError  # noqa: E402
from kuzushiji.models.layers import Convolution, in_bfloat16  # noqa: E402


@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": 3},
        {"kernel_size": 3, "strides": 2, "use_bias": False},
        {"kernel_size": 5, "strides": 2, "activation": "relu"},
        {"kernel_size": (1, 3), "dilation_rate": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("side", [7, 8])
def test_it_is_keras_convolution_after_zero_padding(options, side):
    glyphs = np.random.default_rng(0).normal(size=(2, 3, side, side)).astype(np.float32)
    ours = Convolution(4, **options)
    got = keras.ops.convert_to_numpy(ours(glyphs))
    theirs = keras.layers.Conv2D(4, data_format="channels_first", **options)
    rows, columns = ours.margin
    padded = np.pad(glyphs, ((0, 0), (0, 0), (rows, rows), (columns, columns)))
    theirs.build(padded.shape)
    theirs.set_weights(ours.get_weights())
    np.testing.assert_allclose(got, keras.ops.convert_to_numpy(theirs(padded)), atol=1e-5)
    assert got.shape == ours.compute_output_shape(glyphs.shape)


def test_gradients_are_kerass():
    import torch

    if keras.backend.backend() != "torch":
        pytest.skip("the fast path is PyTorch's")
    glyphs = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    ours = Convolution(4, strides=2)
    ours(glyphs).square().sum().backward()
    theirs = keras.layers.Conv2D(4, 3, 2, data_format="channels_first")
    theirs.build((2, 3, 10, 10))
    theirs.set_weights(ours.get_weights())
    theirs(torch.nn.functional.pad(glyphs, (1, 1, 1, 1))).square().sum().backward()
    np.testing.assert_allclose(ours.kernel.value.grad, theirs.kernel.value.grad, rtol=1e-4, atol=1e-4)


def test_it_is_saved_and_opened_as_it_was(tmp_path):
    glyphs = keras.Input((1, 9, 9))
    model = keras.Model(glyphs, Convolution(2, 3, strides=2, use_bias=False)(glyphs))
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    x = np.random.default_rng(1).normal(size=(3, 1, 9, 9)).astype(np.float32)
    np.testing.assert_allclose(again.predict_on_batch(x), model.predict_on_batch(x), atol=1e-6)
    assert again.output_shape == (None, 2, 5, 5)


def test_a_kernel_without_a_centre_is_refused():
    with pytest.raises(ValueError, match="odd sides"):
        Convolution(2, 4)


def small_network():
    keras.utils.set_random_seed(0)
    return models.create("residual", 5, 16, stem=[8], widths=[8, 16], tail=0, features=8, dropout=0.0)


def test_in_bfloat16_training_differs_by_rounding_and_reading_not_at_all():
    glyphs = np.random.default_rng(0).random((32, 1, 16, 16), np.float32)
    whole, short = small_network(), small_network()
    in_bfloat16(short)
    np.testing.assert_array_equal(short.predict_on_batch(glyphs), whole.predict_on_batch(glyphs))
    exact, rounded = (np.array(m(glyphs, training=True).detach()) for m in (whole, short))
    assert rounded.dtype == np.float32
    apart = np.abs(rounded - exact).max() / np.abs(exact).max()
    assert 0 < apart < 0.05
    assert {w.dtype for w in short.weights} == {"float32"}


def test_in_bfloat16_gradients_are_float32_and_point_the_same_way():
    import torch

    glyphs = np.random.default_rng(0).random((32, 1, 16, 16), np.float32)
    labels = torch.arange(32) % 5
    directions = []
    for model in (small_network(), small_network()):
        if directions:
            in_bfloat16(model)
        torch.nn.functional.cross_entropy(model(glyphs, training=True), labels).backward()
        gradients = [w.value.grad for w in model.trainable_weights]
        assert {g.dtype for g in gradients} == {torch.float32}
        directions.append(torch.cat([g.ravel() for g in gradients]))
    assert torch.nn.functional.cosine_similarity(*directions, dim=0) > 0.98


def test_a_convolution_with_a_bias_is_not_for_bfloat16():
    glyphs = keras.Input((1, 9, 9))
    with pytest.raises(UsageError, match="without a bias; stem has one"):
        in_bfloat16(keras.Model(glyphs, Convolution(2, name="stem")(glyphs)))
