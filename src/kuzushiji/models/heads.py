"""Classifier heads for long-tailed classes."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kuzushiji")
class CosineHead(keras.layers.Layer):
    """Logits = scale x cosine between the features and one learned direction a class.

    A frequent class cannot win by a long weight vector, which is what lifts rare classes (Gidaris and
    Komodakis 2018, arXiv:1804.09458).
    """

    def __init__(self, classes: int, scale: float = 20.0, **options: Any) -> None:
        super().__init__(**options)
        self.classes = classes
        self.scale = scale

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the directions, float32 (features, classes)."""
        self.directions = self.add_weight(
            shape=(input_shape[-1], self.classes), initializer="glorot_normal", name="kernel"
        )

    def call(self, features: Any) -> Any:
        """Maps features (n, d) to logits (n, classes) in [-scale, scale]."""
        return self.scale * ops.matmul(_unit(features, -1), _unit(self.directions, 0))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(n, d) to (n, classes)."""
        return (*input_shape[:-1], self.classes)

    def get_config(self) -> dict[str, Any]:
        """For saving."""
        return {**super().get_config(), "classes": self.classes, "scale": self.scale}


@keras.saving.register_keras_serializable(package="kuzushiji")
class Offset(keras.layers.Layer):
    """Adds a constant to each logit; it is set, not learned."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the constants, float32 (classes,), zero until they are set."""
        self.offset = self.add_weight(
            shape=(input_shape[-1],), initializer="zeros", trainable=False, name="offset"
        )

    def call(self, logits: Any) -> Any:
        """Maps logits (n, classes) to the same with the constants added."""
        return logits + self.offset


def _unit(x: Any, axis: int) -> Any:
    return x * ops.rsqrt(ops.sum(x * x, axis=axis, keepdims=True) + 1e-6)
