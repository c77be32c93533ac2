"""A small residual CNN, built from scratch: the family of all shipped models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kuzushiji.models.heads import CosineHead
from kuzushiji.models.layers import BatchNormalization, Convolution
from kuzushiji.models.registry import register


def _convolve(x: Any, width: int, stride: int = 1) -> Any:
    """Convolution 3 x 3, batch normalization, ReLU."""
    x = Convolution(width, strides=stride, use_bias=False, kernel_initializer="he_normal")(x)
    x = BatchNormalization(axis=1, momentum=0.9, epsilon=1e-5)(x)
    return layers.ReLU()(x)


@register
def residual(
    classes: int,
    size: int,
    stem: Sequence[int] = (24,),
    stem_stride: int = 1,
    widths: Sequence[int] = (48, 96),
    blocks: Sequence[int] = (1, 1),
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
        widths: channels of each stage.
        blocks: residual blocks (two convolutions and a sum) of each stage.
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
        x = _convolve(x, width, stem_stride if i == 0 else 1)
    for width, count in zip(widths, blocks, strict=True):
        x = _convolve(x, width, 2)
        for _ in range(count):
            x = layers.Add()([x, _convolve(_convolve(x, width), width)])
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
