"""Weights of an ONNX file stored in half precision: half the bytes, the same arithmetic.

Large initializers become float16 followed by a cast back, which ONNX Runtime folds away when it loads the
file; every operation still runs in float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kuzushiji.errors import need

LEAST = 1024
"""Initializers with fewer numbers than this stay as they are: nothing is gained on biases."""


def halve(proto: Any) -> Any:
    """Stores the large float32 initializers of a graph as float16.

    Args:
        proto: an ``onnx.ModelProto``; it is changed.

    Returns:
        The same object.
    """
    onnx = need("onnx", extra="train")
    casts = []
    for tensor in proto.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < LEAST:
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *proto.graph.node]
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)
    return proto
