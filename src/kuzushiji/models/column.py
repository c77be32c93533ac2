"""The column network: the reader's own convolutions, slid along a straightened column, with a wider view."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from kuzushiji.models.layers import Convolution

FEATURES = 256
"""Width of an embedding, as the reader has it."""
OUTPUTS = ("logits", "boxes", "marks")
"""Names of the outputs, in order."""


@keras.saving.register_keras_serializable(package="kuzushiji")
class ColumnQuarters(layers.Layer):
    """The reader's pooling by quarters, at every frame of a column.

    The reader halves its last 4 x 4 map to 2 x 2. Along a column the four rows of that map are the frames at
    -3, -1, 1 and 3; the upper two are averaged, and the lower two.
    """

    def call(self, x: Any) -> Any:
        """Maps float (n, c, t, 4) to (n, 4 c, t, 1): the order of the reader's flattened 2 x 2 map."""
        x = (x[..., 0::2] + x[..., 1::2]) / 2
        padded = ops.pad(x, ((0, 0), (0, 0), (3, 3), (0, 0)))
        up = (padded[:, :, :-6] + padded[:, :, 2:-4]) / 2
        down = (padded[:, :, 4:-2] + padded[:, :, 6:]) / 2
        parts = [up[..., 0:1], up[..., 1:2], down[..., 0:1], down[..., 1:2]]
        return ops.concatenate(parts, axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(n, c, t, 4) to (n, 4 c, t, 1)."""
        n, c, t, _ = input_shape
        return (n, 4 * (c or 0), t, 1)


@keras.saving.register_keras_serializable(package="kuzushiji")
class FrameHead(layers.Layer):
    """Class logits by cosine, as the reader's head, with the blank's logit before them."""

    def __init__(self, classes: int, scale: float = 20.0, **options: Any) -> None:
        super().__init__(**options)
        self.classes = classes
        self.scale = scale

    def build(self, input_shape: Any) -> None:
        """Makes directions float32 (features, classes) and offsets float32 (classes,)."""
        features = input_shape[0][-1]
        self.directions = self.add_weight(
            shape=(features, self.classes), initializer="glorot_normal", name="kernel"
        )
        self.offset = self.add_weight(shape=(self.classes,), initializer="zeros", name="offset")

    def call(self, inputs: Any) -> Any:
        """Maps embeddings (n, t, d) and blank logits (n, t, 1) to logits (n, t, 1 + classes)."""
        embedding, blank = inputs
        norm = ops.rsqrt(ops.sum(embedding * embedding, axis=-1, keepdims=True) + 1e-6)
        logits = self.scale * ops.matmul(embedding * norm, self.directions) + self.offset
        return ops.concatenate([blank, logits], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """(n, t, d), (n, t, 1) to (n, t, 1 + classes)."""
        return (*input_shape[0][:-1], 1 + self.classes)

    def get_config(self) -> dict[str, Any]:
        """For saving."""
        return {**super().get_config(), "classes": self.classes, "scale": self.scale}


def column_network(
    classes: int, width: int = 56, context: int = 192, dilations: tuple[int, ...] = (2, 4, 8)
) -> Any:
    """Builds the network.

    Args:
        classes: number of classes, the blank not counted.
        width: of a strip, pixels.
        context: channels of the layers that look along the column.
        dilations: of those layers, in frames of 8 px.

    Returns:
        A ``keras.Model`` from float32 (n, 1, 8 t, width) to ``logits`` (n, t, 1 + classes) with the blank
        first, ``boxes`` (n, t, 4) and ``marks`` (n, t, 2): coded as in
        `kuzushiji.images.page.strip`.
    """
    inputs = keras.Input((1, None, width), name="strips")
    x = _relu(Convolution(24, 5, strides=2, name="stem"), inputs)
    x = _stage(x, 48, (2, 2), (1, 1), "a")
    x = _stage(x, 96, (2, 2), (1, 1), "b")
    x = _stage(x, 192, (1, 2), (2, 1), "c")
    view = ColumnQuarters(name="quarters")(x)
    embedding = Convolution(FEATURES, 1, name="embedding_convolution")(view)
    halves = layers.Permute((3, 1, 2), name="halves")(_halved(x))
    halves = layers.Reshape((384, -1, 1), name="halves_flat")(halves)
    h = layers.Concatenate(axis=1)([embedding, halves])
    h = _relu(Convolution(context, (3, 1), name="look"), h)
    for dilation in dilations:
        more = Convolution(context, (3, 1), dilation_rate=(dilation, 1), name=f"look_{dilation}")
        h = layers.Add()([h, _relu(more, h)])
    change = Convolution(FEATURES, 1, kernel_initializer="zeros", name="change")(h)
    embedding = _frames(layers.Add()([embedding, change]), FEATURES, "embedding")
    blank = Convolution(1, 1, bias_initializer=keras.initializers.Constant(9.0), name="blank")(h)
    logits = FrameHead(classes, name="logits")([embedding, _frames(blank, 1, "blank_frames")])
    boxes = _frames(Convolution(4, 1, name="box_convolution")(h), 4, "boxes")
    marks = _frames(Convolution(2, 1, name="mark_convolution")(h), 2, "marks")
    return keras.Model(inputs, [logits, boxes, marks], name="column")


def _relu(layer: Any, x: Any) -> Any:
    return layers.ReLU()(layer(x))


def _stage(x: Any, width: int, strides: tuple[int, int], dilation: tuple[int, int], name: str) -> Any:
    x = _relu(Convolution(width, 3, strides=strides, name=f"{name}0"), x)
    y = _relu(Convolution(width, 3, dilation_rate=dilation, name=f"{name}1"), x)
    y = _relu(Convolution(width, 3, dilation_rate=dilation, name=f"{name}2"), y)
    return layers.Add()([x, y])


def _halved(x: Any) -> Any:
    """(n, c, t, 4) to (n, c, t, 2) by averages."""
    return layers.AveragePooling2D((1, 2), data_format="channels_first")(x)


def _frames(x: Any, channels: int, name: str) -> Any:
    """(n, c, t, 1) to (n, t, c)."""
    x = layers.Reshape((channels, -1))(x)
    return layers.Permute((2, 1), name=name)(x)
