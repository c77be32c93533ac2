"""The small CNN with which every Keras tutorial begins, in the variant of Kuzushiji-MNIST's own benchmark."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from kuzushiji.models.registry import register


@register
def tutorial(
    classes: int, size: int, widths: tuple[int, int] = (32, 64), dense: int = 128, dropout: float = 0.5
) -> Any:
    """Two convolutions, one pooling, dropout, a dense layer: 1.2 M parameters at 28 px.

    Source of the shape: the "Keras simple CNN" benchmark of the Kuzushiji-MNIST repository (94.63 % after 12
    epochs of Adadelta without augmentation). See `kuzushiji.models.registry.create` for arguments and result.
    """
    glyphs = keras.Input((1, size, size), name="glyphs")
    x = glyphs
    for width in widths:
        x = layers.Conv2D(width, 3, activation="relu", data_format="channels_first")(x)
    x = layers.MaxPooling2D(2, data_format="channels_first")(x)
    x = layers.Dropout(dropout / 2)(x)
    x = layers.Flatten(data_format="channels_first")(x)
    x = layers.Dense(dense, activation="relu", name="embedding")(x)
    x = layers.Dropout(dropout)(x)
    return keras.Model(glyphs, layers.Dense(classes, name="logits")(x), name="tutorial")
