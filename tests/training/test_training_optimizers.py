"""Which weights decay, and how fast."""

import numpy as np
import pytest

from kuzushiji.training.fitting import optimizers
from kuzushiji.training.fitting.optimizers import HEAD_DECAY
from kuzushiji.training.recipe import Fit


def decay(optimizer: str, weight_decay: float) -> dict[str, float]:
    """What a step without a gradient takes from each kind of weight, as a share, per learning rate."""
    from kuzushiji import models  # isort: skip  (chooses Keras' backend)
    import keras

    model = models.create("residual", 3, 16, stem=[4], widths=[4], blocks=[1], tail=0)
    for variable in model.trainable_variables:
        variable.assign(np.ones(variable.shape))
    made = optimizers.make(Fit(optimizer=optimizer, learning_rate=0.5, weight_decay=weight_decay))
    made.build(model.trainable_variables)
    still = [keras.ops.zeros_like(variable) for variable in model.trainable_variables]
    made.apply_gradients(zip(still, model.trainable_variables, strict=True))
    kinds = {}
    for variable in model.trainable_variables:
        kind = "head" if "logits/kernel" in variable.path else variable.path.rpartition("/")[2]
        kinds[kind] = float((1 - keras.ops.convert_to_numpy(variable).mean()) / 0.5)
    return kinds


@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "muon"])
def test_kernels_decay_and_biases_and_normalizations_do_not(optimizer):
    found = decay(optimizer, 0.01)
    assert found["kernel"] == pytest.approx(0.01, rel=1e-3)
    assert found["head"] == pytest.approx(HEAD_DECAY if optimizer == "muon" else 0.01, rel=1e-3)
    assert {found[kind] for kind in ("gamma", "beta", "bias")} == {0.0}


@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "muon"])
def test_without_weight_decay_nothing_decays(optimizer):
    assert set(decay(optimizer, 0.0).values()) == {0.0}
