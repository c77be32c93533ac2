"""The one layer Keras lacks here: batch normalization at PyTorch's speed."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="kuzushiji")
class BatchNormalization(keras.layers.BatchNormalization):
    """``keras.layers.BatchNormalization`` whose training pass uses the backend's fused kernel on PyTorch.

    Keras composes the statistics and their gradient from single operations on the torch backend, which costs
    a sixth of a training step on two cores (``benchmarks/training_step.py``). Numbers, weights and saved
    files are those of the parent; on other backends, in inference and in export it is the parent.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalizes float (n, c, h, w) (``axis=1``) or (n, h, w, c) (``axis=-1``)."""
        if keras.backend.backend() != "torch" or not training or mask is not None:
            return super().call(inputs, training=training, mask=mask)
        import torch

        if inputs.device.type == "meta":
            return super().call(inputs, training=training, mask=mask)
        last = self.axis in (-1, inputs.ndim - 1) and inputs.ndim > 2
        x = inputs.movedim(-1, 1) if last else inputs
        y = torch.nn.functional.batch_norm(
            x,
            self.moving_mean.value,
            self.moving_variance.value,
            self.gamma.value if self.scale else None,
            self.beta.value if self.center else None,
            training=True,
            momentum=1 - self.momentum,
            eps=self.epsilon,
        )
        return y.movedim(1, -1) if last else y


@keras.saving.register_keras_serializable(package="kuzushiji")
class Nothing(keras.layers.Layer):
    """Gives its input back; stands where a folded normalization stood, so it takes the same arguments."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Returns ``inputs``."""
        return inputs
