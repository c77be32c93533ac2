"""Batch normalization folded into the convolution before it: the same function in fewer operations."""

from __future__ import annotations

from typing import Any

import numpy as np


def fold(model: Any) -> Any:
    """A copy of a Keras model for inference only, without its batch normalizations.

    A normalization that alone follows a bias-free convolution or dense layer becomes that layer's weights
    and bias (exact up to rounding); others stay as they are.

    Args:
        model: a functional ``keras.Model``.

    Returns:
        A ``keras.Model`` of the same inputs, outputs and layer names.
    """
    import keras

    from kuzushiji.models.layers import Nothing

    pairs = _pairs(model)
    folded = {normalization: linear for linear, normalization in pairs.items()}

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        if layer.name in pairs:
            return type(layer).from_config({**config, "use_bias": True})
        if layer.name in folded:
            return Nothing(name=layer.name)
        return type(layer).from_config(config)

    bare = keras.Model(model.input, model.output)  # without the compiled loss, which need not be clonable
    copy = keras.models.clone_model(bare, clone_function=clone)
    for layer in model.layers:
        if layer.name in pairs:
            copy.get_layer(layer.name).set_weights(_merged(layer, model.get_layer(pairs[layer.name])))
        elif layer.name not in folded:
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    return copy


def _pairs(model: Any) -> dict[str, str]:
    """Names of linear layers, each with the name of the normalization that can be folded into it."""
    from keras import layers

    found = {}
    for layer in model.layers:
        if not isinstance(layer, layers.Conv2D | layers.Dense) or layer.use_bias:
            continue
        followers = [node.operation for node in layer._outbound_nodes]
        if len(followers) == 1 and isinstance(followers[0], layers.BatchNormalization):
            found[layer.name] = followers[0].name
    return found


def _merged(linear: Any, normalization: Any) -> list[np.ndarray]:
    """Kernel and bias of the two layers together."""
    (kernel,) = linear.get_weights()
    gamma, beta, mean, variance = normalization.get_weights()
    factor = gamma / np.sqrt(variance + normalization.epsilon)
    return [kernel * factor, beta - mean * factor]
