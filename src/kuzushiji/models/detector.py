"""The character detector: a small fully convolutional network that marks the middle of each character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from kuzushiji.models.layers import BatchNormalization, Convolution

STRIDE = 4
"""Pixels of the page per cell of the output."""
CHANNELS = 6
"""Heat of main text and of ruby (logits), log width, log height (cells), offset to the right, offset down."""


@keras.saving.register_keras_serializable(package="kuzushiji")
class Doubled(layers.Layer):
    """Enlarges a map twice by repetition."""

    def call(self, x: Any) -> Any:
        """Maps (n, c, h, w) to (n, c, 2 h, 2 w)."""
        if keras.backend.backend() == "torch":  # one operation in the exported file
            import torch

            return torch.nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
        return ops.repeat(ops.repeat(x, 2, axis=2), 2, axis=3)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(n, c, h, w) to (n, c, 2 h, 2 w)."""
        n, c, h, w = input_shape
        return n, c, h and 2 * h, w and 2 * w


def detector_network(
    widths: Sequence[int] = (24, 48, 112, 144), blocks: Sequence[int] = (1, 2, 1), head: int = 24
) -> Any:
    """Builds the network: after CenterNet (Zhou et al. 2019, arXiv:1904.07850), much smaller.

    A stem of stride 4, then three stages that halve the map; the way back adds the coarse maps, which know
    what is a column, to the fine ones, which know where a stroke is.

    Args:
        widths: channels at strides 4, 8, 16 and 32.
        blocks: residual blocks at strides 8, 16 and 32.
        head: channels of the last map.

    Returns:
        A ``keras.Model`` from ink float32 (n, 1, h, w), sides multiples of 32, to float32
        (n, CHANNELS, h / 4, w / 4).
    """
    ink = keras.Input((1, None, None), name="ink")
    x = _convolve(ink, widths[0], 4, kernel=7)
    maps = [x]
    for width, count in zip(widths[1:], blocks, strict=True):
        x = _convolve(x, width, 2)
        for _ in range(count):
            x = layers.ReLU()(layers.Add()([x, _plain(_convolve(x, width), width)]))
        maps.append(x)
    fine, eighth, sixteenth, coarse = maps
    x = layers.ReLU()(layers.Add()([sixteenth, Doubled()(Convolution(widths[2], 1)(coarse))]))
    x = _convolve(x, widths[2])
    x = layers.ReLU()(layers.Add()([eighth, Doubled()(Convolution(widths[1], 1)(x))]))
    x = layers.ReLU()(layers.Add()([Convolution(head, 1)(fine), Doubled()(Convolution(head, 1)(x))]))
    x = _convolve(x, head)
    start = keras.initializers.RandomNormal(stddev=0.03)
    out = Convolution(CHANNELS, 1, kernel_initializer=start, bias_initializer=_Start(), name="maps")(x)
    return keras.Model(ink, out, name="detector")


@keras.saving.register_keras_serializable(package="kuzushiji")
class _Start(keras.initializers.Initializer):
    """Few characters at first, of about eight cells."""

    def __call__(self, shape: Any, dtype: Any = None, **_: Any) -> Any:
        return ops.convert_to_tensor([-3.5, -3.5, 1.9, 2.1, 0.0, 0.0], dtype=dtype or "float32")

    def get_config(self) -> dict[str, Any]:
        return {}


def _convolve(x: Any, width: int, stride: int = 1, kernel: int = 3) -> Any:
    """Convolution, batch normalization, ReLU."""
    return layers.ReLU()(_plain(x, width, stride, kernel))


def _plain(x: Any, width: int, stride: int = 1, kernel: int = 3) -> Any:
    x = Convolution(width, kernel, strides=stride, use_bias=False, kernel_initializer="he_normal")(x)
    return BatchNormalization(axis=1, momentum=0.97, epsilon=1e-5)(x)
