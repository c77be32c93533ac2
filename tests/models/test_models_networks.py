import numpy as np
import pytest

from kuzushiji import models
from kuzushiji.errors import UsageError
from kuzushiji.models.cost import cost
from kuzushiji.models.layers import BatchNormalization


@pytest.mark.parametrize(
    ("architecture", "size", "options"),
    [
        ("tutorial", 28, {}),
        ("residual", 28, {}),
        ("residual", 28, {"tail": 0, "pool": "average"}),
        ("residual", 28, {"tail": 0, "separable": 5}),
        (
            "residual",
            64,
            {
                "stem_stride": 2,
                "widths": [8, 8, 16],
                "blocks": [1, 0, 2],
                "pool": "quarters",
                "features": 12,
                "cosine_scale": 16.0,
            },
        ),
    ],
)
def test_networks_give_logits_an_embedding_and_survive_saving(architecture, size, options, tmp_path):
    import keras

    model = models.create(architecture, 7, size, **options)
    glyphs = np.random.default_rng(0).random((3, 1, size, size), np.float32)
    logits = model.predict_on_batch(glyphs)
    assert logits.shape == (3, 7)
    assert logits.dtype == np.float32
    assert model.get_layer("embedding").output.shape[1] > 1
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.predict_on_batch(glyphs), logits, atol=1e-6)


def test_cosine_logits_are_bounded_by_the_scale():
    model = models.create("residual", 5, 28, cosine_scale=3.0, widths=[8, 8], tail=8)
    logits = model.predict_on_batch(np.random.default_rng(0).random((4, 1, 28, 28), np.float32))
    assert np.abs(logits).max() <= 3.0 + 1e-5


def test_separable_blocks_are_counted_by_hand():
    options = {"stem": [4], "widths": [6, 8], "blocks": [1, 1], "tail": 0, "separable": 5}
    model = models.create("residual", 10, 28, **options)
    stem, first, head = 9 * 4, 9 * 4 * 6, 8 * 10
    down = 25 * 6 + 6 * 8
    blocks = [25 * w + 2 * w * 2 * w for w in (6, 8)]
    normalized = 4 + 6 + (12 + 6) + 8 + (16 + 8)
    kernels = stem + first + down + sum(blocks) + head
    assert cost(model).parameters == kernels + 4 * normalized + 10
    at_14, at_7 = first + blocks[0], blocks[1] + 6 * 8 + 25 * 6
    assert cost(model).macs == stem * 28**2 + at_14 * 14**2 + at_7 * 7**2 + head


def test_unknown_names_and_options_are_named():
    with pytest.raises(UsageError, match="residual"):
        models.create("resnet", 10, 28)
    with pytest.raises(UsageError, match="wdith"):
        models.create("residual", 10, 28, wdith=3)
    with pytest.raises(UsageError, match="pool"):
        models.create("residual", 10, 28, pool="sum")


def test_cost_of_a_network_counted_by_hand():
    model = models.create("tutorial", 10, 28)
    conv = 26 * 26 * 32 * 9 + 24 * 24 * 64 * 9 * 32
    dense = 12 * 12 * 64 * 128 + 128 * 10
    assert cost(model).macs == conv + dense
    assert cost(model).parameters == (32 * 9 + 32) + (64 * 9 * 32 + 64) + (9216 * 128 + 128) + 1290


@pytest.mark.parametrize(("shape", "axis"), [((6, 4, 5, 5), 1), ((6, 5, 5, 4), -1), ((6, 4), -1)])
def test_fused_normalization_agrees_with_keras(shape, axis):
    """Output, gradients and moving averages of a training step."""
    import keras
    import torch

    rng = np.random.default_rng(0)
    x = rng.normal(2, 3, shape).astype(np.float32)
    weight = torch.tensor(rng.normal(size=shape).astype(np.float32))
    seen = []
    for kind in (BatchNormalization, keras.layers.BatchNormalization):
        layer = kind(axis=axis, momentum=0.8)
        layer.build(shape)
        t = torch.tensor(x, requires_grad=True)
        y = layer(t, training=True)
        (y * weight).sum().backward()
        # PyTorch keeps the unbiased variance, Keras the biased one.
        seen.append(
            (y.detach().numpy(), t.grad.numpy(), layer.moving_mean.numpy(), layer.moving_variance.numpy())
        )
    n = x.size / 4
    for ours, theirs in zip(seen[0][:3], seen[1][:3], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)
    np.testing.assert_allclose((seen[0][3] - 0.8) * (n - 1) / n, seen[1][3] - 0.8, atol=1e-4)
