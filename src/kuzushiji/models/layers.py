"""Keras layers at PyTorch's speed: the same numbers, weights and files as their parents'."""

from __future__ import annotations

from typing import Any

import keras

from kuzushiji.errors import UsageError


@keras.saving.register_keras_serializable(package="kuzushiji")
class Convolution(keras.layers.Conv2D):
    """``keras.layers.Conv2D`` of channels-first glyphs with as much zero padding on every side as keeps a map
    of stride 1 at its size, so that a stride halves evenly.

    On PyTorch the padding is the convolution's own (Keras pads by a copy) and images lie channels-last in
    memory, which the CPU kernels prefer: together a quarter more images a second
    (``benchmarks/training_step.py``).

    Attributes:
        bfloat16: training passes compute in that precision (see `in_bfloat16`); not saved.
    """

    bfloat16 = False

    def __init__(self, filters: int, kernel_size: int | tuple[int, int] = 3, **options: Any) -> None:
        fixed = {"padding": "valid", "data_format": "channels_first"}
        super().__init__(filters, kernel_size, **{**options, **fixed})
        if any(side % 2 == 0 for side in self.kernel_size):
            raise ValueError(f"kernel_size is {kernel_size}; a centred kernel has odd sides")

    @property
    def margin(self) -> tuple[int, int]:
        """Rows and columns of zeros on each side."""
        (h, w), (dh, dw) = self.kernel_size, self.dilation_rate
        return dh * (h // 2), dw * (w // 2)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Maps float (n, c, h, w) to (n, filters, ceil(h / stride), ceil(w / stride))."""
        rows, columns = self.margin
        if keras.backend.backend() != "torch" or inputs.device.type == "meta":
            zeros = ((0, 0), (0, 0), (rows, rows), (columns, columns))
            return super().call(keras.ops.pad(inputs, zeros))
        import torch

        kernel = self.kernel.value.permute(3, 2, 0, 1)
        inputs = inputs.contiguous(memory_format=torch.channels_last)
        kernel = kernel.contiguous(memory_format=torch.channels_last)
        if self.bfloat16 and training:
            inputs, kernel = inputs.bfloat16(), kernel.bfloat16()
            if self._has_small_maps(inputs):
                from kuzushiji.models import small_maps

                return self.activation(small_maps.convolve(inputs, kernel, self.strides, self.margin))
        return self.activation(
            torch.nn.functional.conv2d(
                inputs,
                kernel,
                self.bias.value if self.use_bias else None,
                self.strides,
                self.margin,
                self.dilation_rate,
                self.groups,
            )
        )

    def _has_small_maps(self, inputs: Any) -> bool:
        """Whether `kuzushiji.models.small_maps` knows this convolution and is the faster one."""
        from kuzushiji.models.small_maps import LARGEST

        plain = self.groups == 1 and self.dilation_rate == (1, 1) and not self.use_bias
        sides = self.compute_output_shape(tuple(inputs.shape))[2:]
        return plain and all(side is not None and side <= LARGEST for side in sides)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(n, c, h, w) to (n, filters, ...); an unknown side stays unknown."""
        sides = zip(input_shape[2:], self.strides, strict=True)
        return (input_shape[0], self.filters, *(s and (s - 1) // stride + 1 for s, stride in sides))


@keras.saving.register_keras_serializable(package="kuzushiji")
class BatchNormalization(keras.layers.BatchNormalization):
    """``keras.layers.BatchNormalization`` whose training pass uses the backend's fused kernel on PyTorch.

    Keras composes the statistics and their gradient from single operations on the torch backend, which costs
    a sixth of a training step on two cores (``benchmarks/training_step.py``). Weights and saved files are
    those of the parent, and so are the numbers but for the running variance, in which PyTorch divides by
    n - 1 where Keras divides by n; on other backends, in inference and in export it is the parent.
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


def in_bfloat16(model: Any) -> None:
    """Lets the training passes of a network's convolutional part run in bfloat16 from now on.

    Convolutions and what lies between them take half the bits; weights, their gradients and updates,
    statistics, dense layers, logits and loss stay float32, and so does reading (mixed precision; Micikevicius
    et al. 2018, arXiv:1710.03740). With AVX512-BF16 or AMX on the processor a training step takes little more
    than half the time; without them it takes longer.

    Args:
        model: from `kuzushiji.models.create`; layers that are not of this package stay as they are.

    Raises:
        UsageError: Keras does not run on PyTorch, or a convolution has a bias (which is float32).
    """
    if keras.backend.backend() != "torch":
        raise UsageError(f"fit.bfloat16 needs Keras on PyTorch, not on {keras.backend.backend()}")
    passing = (keras.layers.ReLU, keras.layers.Add, BatchNormalization)
    for layer in model.layers:
        if isinstance(layer, Convolution):
            if layer.use_bias:
                raise UsageError(f"fit.bfloat16 is for convolutions without a bias; {layer.name} has one")
            layer.bfloat16 = True
        if isinstance(layer, (Convolution, *passing)):
            layer.autocast = False  # Keras' own: every layer would first make float32 of what it is given
