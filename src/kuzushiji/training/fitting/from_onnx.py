"""Weights of an ONNX file put back into the Keras network that it was made of, to train it further.

Export folds each batch normalization into the layer before it and may store weights in half precision or in
8-bit integers. Going back, the normalization takes the statistics that the layer's outputs have on given
glyphs, and undoes them exactly: the network answers as the file does, up to that rounding, and learns like
any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.errors import need

_LINEAR = ("Conv", "Gemm", "MatMul")


def unfold(model: Any, path: Path, glyphs: np.ndarray, trunk: bool = False) -> list[np.ndarray]:
    """Gives a network the weights of an ONNX file, but for the head.

    Args:
        model: from `kuzushiji.models.create`.
        path: an ``.onnx`` file written by ``kuzushiji export``.
        glyphs: uint8 (n, size, size), some hundred training glyphs at the network's size; the normalizations'
            statistics are theirs.
        trunk: take what the file begins with, up to the first layer of another shape.

    Returns:
        The head's weights (features, classes) and biases (classes,), without what the file adds to its logits
        (see `kuzushiji.training.shipping.class_prior`).

    Raises:
        ValueError: the file is of another network.
    """
    from keras import layers

    stored = linear_layers(path)
    mine = [x for x in model.layers if isinstance(x, layers.Conv2D | layers.Dense) and x.name != "logits"]
    *body, head = stored
    body = [(_as_keras(kernel), bias) for kernel, bias in body]
    if trunk:
        same = beginning([layer.kernel.shape for layer in mine], [kernel.shape for kernel, _ in body])
        mine, body = mine[:same], body[:same]
    if len(body) != len(mine) or not body:
        raise ValueError
    pairs = []
    for layer, (kernel, bias) in zip(mine, body, strict=True):
        (follower,) = (node.operation for node in layer._outbound_nodes)
        layer.set_weights([kernel, bias] if layer.use_bias else [kernel])
        if not layer.use_bias:
            pairs.append((follower, bias))
    _normalize(model, pairs, glyphs)
    return list(head)


def beginning(mine: Iterable[Any], theirs: Iterable[Any]) -> int:
    """How many layers two networks begin with alike, by the shapes of their weights, layer by layer.

    >>> beginning([(3, 3), (5, 5), (2, 2)], [(3, 3), (5, 5), (4, 4), (2, 2)])
    2
    """
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(mine, theirs, strict=False)))


def linear_layers(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of an ONNX file's convolutions and matrices, in order, float32.

    Convolutions are (out, in, h, w), matrices (in, out); a matrix without a bias has zeros.
    """
    onnx = need("onnx", extra="train")
    graph = onnx.load(str(path)).graph
    values = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:  # weights are cast or rescaled before they are used
        if node.op_type == "Cast" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]].astype(np.float32)
        if node.op_type == "DequantizeLinear" and node.input[0] in values:
            values[node.output[0]] = _rescaled(*(values[name] for name in node.input))
    found = []
    for node in graph.node:
        if node.op_type in _LINEAR and node.input[1] in values:
            weights = values[node.input[1]].astype(np.float32)
            width = weights.shape[0] if node.op_type == "Conv" else weights.shape[1]
            bias = values[node.input[2]] if len(node.input) > 2 else np.zeros(width)
            found.append((weights, np.asarray(bias, np.float32)))
    return found


def _rescaled(rounded: np.ndarray, scale: np.ndarray, zero: np.ndarray) -> np.ndarray:
    """DequantizeLinear, whose scales stand for the first axis (output channels) where there are several."""
    shape = (-1,) + (1,) * (rounded.ndim - 1) if scale.ndim else ()
    whole = rounded.astype(np.float32) - zero.astype(np.float32).reshape(shape)
    return np.asarray(whole * scale.reshape(shape), np.float32)


def _as_keras(kernel: np.ndarray) -> np.ndarray:
    return kernel.transpose(2, 3, 1, 0) if kernel.ndim == 4 else kernel


def _normalize(model: Any, pairs: Sequence[tuple[Any, np.ndarray]], glyphs: np.ndarray) -> None:
    """Sets each normalization so that, with the statistics of ``glyphs``, it only adds its bias."""
    import keras

    for layer, bias in pairs:
        one = np.ones_like(bias)
        layer.set_weights([one, bias, 0 * one, one - layer.epsilon])
    before = keras.Model(model.input, [layer.input for layer, _ in pairs])
    outputs = before.predict_on_batch(glyphs[:, None].astype(np.float32) / 255)
    for (layer, bias), x in zip(pairs, outputs if len(pairs) > 1 else [outputs], strict=True):
        axes = tuple(k for k in range(x.ndim) if k != layer.axis % x.ndim)
        mean, variance = x.mean(axes), x.var(axes)
        layer.set_weights([np.sqrt(variance + layer.epsilon), bias + mean, mean, variance])
