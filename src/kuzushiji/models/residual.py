"""A small residual CNN, built from scratch: the family of all shipped models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kuzushiji.models.heads import CosineHead
from kuzushiji.models.layers import BatchNormalization, Convolution
from kuzushiji.models.registry import register


def _convolve(x: Any, width: int, stride: int = 1, kernel: int = 3) -> Any:
    """Convolution, batch normalization, ReLU."""
    x = Convolution(width, kernel, strides=stride, use_bias=False, kernel_initializer="he_normal")(x)
    x = BatchNormalization(axis=1, momentum=0.9, epsilon=1e-5)(x)
    return layers.ReLU()(x)


def _plain(x: Any, width: int) -> Any:
    """What a residual block adds: two convolutions 3 x 3."""
    return _convolve(_convolve(x, width), width)


def _separable(x: Any, width: int, kernel: int) -> Any:
    """What a residual block adds where parameters are short: a depthwise convolution looks about, two 1 x 1
    mix the channels, by way of twice as many (after Sandler et al. 2018, arXiv:1801.04381, with the wide part
    behind the depthwise convolution, as Liu et al. 2022, arXiv:2201.03545, have it)."""
    x = _convolve(_depthwise(x, kernel), 2 * width, kernel=1)
    x = Convolution(width, 1, use_bias=False, kernel_initializer="he_normal")(x)
    return BatchNormalization(axis=1, momentum=0.9, epsilon=1e-5)(x)


def _depthwise(x: Any, kernel: int, stride: int = 1) -> Any:
    channels = x.shape[1]
    return Convolution(
        channels,
        kernel,
        strides=stride,
        groups=channels,
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)


@register
def residual(
    classes: int,
    size: int,
    stem: Sequence[int] = (24,),
    stem_stride: int = 1,
    stem_kernel: int = 3,
    widths: Sequence[int] = (48, 96),
    blocks: Sequence[int] = (1, 1),
    separable: int = 0,
    tail: int = 96,
    pool: str = "max",
    features: int = 0,
    dropout: float = 0.2,
    cosine_scale: float = 0.0,
) -> Any:
    """Stem, then one stage for each width: a convolution of stride 2 and residual blocks.

    Args:
        classes: number of classes.
        size: side of the input, pixels.
        stem: widths of the convolutions before the first stage.
        stem_stride: stride of the first of them (2 makes every later layer four times cheaper).
        stem_kernel: side of its kernel.
        widths: channels of each stage.
        blocks: residual blocks (two convolutions and a sum) of each stage.
        separable: above 0, the side of the depthwise convolutions that take the place of whole ones in the
            blocks and at the start of all stages but the first: a quarter of the parameters, and at equal
            multiply-accumulates slower on a CPU.
        tail: width of one more convolution at the end; 0 for none.
        pool: ``max`` or ``average`` over the whole map, or ``quarters``: 2 x 2 averages, flattened.
        features: width of a dense embedding after pooling; 0 for none.
        dropout: rate before the head.
        cosine_scale: above 0, the head compares directions (see `CosineHead`) with this scale.

    Returns:
        See `kuzushiji.models.registry.create`.
    """
    glyphs = keras.Input((1, size, size), name="glyphs")
    x = glyphs
    for i, width in enumerate(stem):
        x = _convolve(x, width, *((stem_stride, stem_kernel) if i == 0 else ()))
    for i, (width, count) in enumerate(zip(widths, blocks, strict=True)):
        if separable and i > 0:
            x = _convolve(_depthwise(x, separable, 2), width, kernel=1)
        else:
            x = _convolve(x, width, 2)
        for _ in range(count):
            added = _separable(x, width, separable) if separable else _plain(x, width)
            x = layers.Add()([x, added])
    if tail:
        x = _convolve(x, tail)
    x = _pool(x, pool, name="" if features else "embedding")
    if features:
        x = layers.Dense(features, use_bias=False)(x)
        x = BatchNormalization(axis=-1, momentum=0.9, epsilon=1e-5, name="embedding")(x)
    x = layers.Dropout(dropout)(x)
    head = (
        CosineHead(classes, cosine_scale, name="logits")
        if cosine_scale
        else layers.Dense(classes, name="logits")
    )
    return keras.Model(glyphs, head(x), name="residual")


def _pool(x: Any, kind: str, name: str) -> Any:
    named = {"name": name} if name else {}
    if kind == "max":
        return layers.GlobalMaxPooling2D(data_format="channels_first", **named)(x)
    if kind == "average":
        return layers.GlobalAveragePooling2D(data_format="channels_first", **named)(x)
    if kind == "quarters":
        side = x.shape[-1] // 2
        x = layers.AveragePooling2D(side, data_format="channels_first")(x)
        return layers.Flatten(data_format="channels_first", **named)(x)
    raise TypeError(f"pool is {kind!r}, not max, average or quarters")
