"""The column network begins with what the reader of single characters has learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.errors import need
from kuzushiji.training.fitting.from_onnx import linear_layers


def start_from_reader(model: Any, reader: Path) -> None:
    """Gives the convolutions, the embedding and the head of a column network the reader's weights.

    Args:
        model: from `column_network`; its first classes must be the reader's, in order.
        reader: the reader's ``.onnx`` file.

    Raises:
        ValueError: the file is of another network.
    """
    stored = linear_layers(reader)
    names = ["stem"] + [f"{stage}{k}" for stage in "abc" for k in range(3)]
    if len(stored) < len(names) + 2:
        raise ValueError(f"{reader}: {len(stored)} layers, not those of the reader")
    for name, (kernel, bias) in zip(names, stored, strict=False):
        model.get_layer(name).set_weights([np.transpose(kernel, (2, 3, 1, 0)), bias])
    kernel, bias = stored[len(names)]
    model.get_layer("embedding_convolution").set_weights([kernel[None, None], bias])
    directions, _ = stored[len(names) + 1]
    head = model.get_layer("logits")
    mine, shift = (w.copy() for w in head.get_weights())
    known = directions.shape[1]
    mine /= np.linalg.norm(mine, axis=0, keepdims=True)
    mine[:, :known] = directions / np.linalg.norm(directions, axis=0, keepdims=True)
    shift[:known], shift[known:] = offsets(reader), -2.0
    head.set_weights([mine, shift])


def offsets(path: Path) -> np.ndarray:
    """What a reader's ONNX file adds to its logits (`kuzushiji.models.heads.Offset`), float32 (classes,)."""
    onnx = need("onnx", extra="train")
    for tensor in onnx.load(str(path)).graph.initializer:
        if "offset" in tensor.name and len(tensor.dims) == 1:
            return np.asarray(onnx.numpy_helper.to_array(tensor), np.float32)
    raise ValueError(f"{path}: no offset in this file")
