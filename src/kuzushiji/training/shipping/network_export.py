"""From a page network in Keras to the ONNX file that is shipped, compared output by output."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji._files import replacing
from kuzushiji.errors import KuzushijiError, need
from kuzushiji.training.shipping.export import _simplify
from kuzushiji.training.shipping.half_precision import halve
from kuzushiji.weights.info import METADATA_KEY

_LARGE = 500_000  # weights of a matrix that is stored in 8 bits
TOLERANCE = 2e-3
"""Largest allowed difference between an output of Keras and of the file in single precision."""


def write_network(
    network: Any,
    path: Path,
    info: Mapping[str, Any],
    outputs: Sequence[str],
    example: np.ndarray,
    half: bool = True,
) -> float:
    """Writes a fully convolutional network as ONNX, by atomic rename.

    Args:
        network: a ``keras.Model`` of one input; Keras must run on PyTorch.
        path: where to.
        info: what the file says about itself, as JSON.
        outputs: names of its outputs.
        example: float32 (n, 1, h, w), an input to compare on.
        half: store the weights in half precision.

    Returns:
        The largest difference of an output between Keras and the file as written.

    Raises:
        KuzushijiError: in single precision it is above `TOLERANCE`; nothing is written.
    """
    onnx = need("onnx", extra="train")
    import torch

    name = network.input.name.split(":")[0]
    theirs = _outputs(network, example)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about tracing; the result is compared below
        raw, small = Path(folder) / "raw.onnx", Path(folder) / "small.onnx"
        axes = {name: {0: "n", 2: "h", 3: "w"}} | {o: {0: "n"} for o in outputs}
        network.eval()
        torch.onnx.export(
            _Plain(network),
            (torch.from_numpy(example),),
            str(raw),
            input_names=[name],
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        _simplify(raw, small)
        proto = onnx.load(str(small))
    difference = _difference(proto, name, outputs, example, theirs)
    if not difference <= TOLERANCE:
        raise KuzushijiError(f"{path}: ONNX and Keras differ by {difference:.1e}; not written")
    if half:
        proto = halve(_rounded_head(proto))
        difference = _difference(proto, name, outputs, example, theirs)
    proto.doc_string = ""
    proto.producer_name, proto.producer_version = "kuzushiji", ""
    onnx.helper.set_model_props(proto, {METADATA_KEY: json.dumps(dict(info), ensure_ascii=False)})
    with replacing(path) as part:
        part.write_bytes(proto.SerializeToString())
    return difference


def _rounded_head(proto: Any) -> Any:
    """Stores matrices of over half a million weights in 8 bits, with one scale for each of their columns."""
    onnx = need("onnx", extra="train")
    nodes = []
    for tensor in list(proto.graph.initializer):
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < _LARGE:
            continue
        scale = np.maximum(np.abs(values).max(axis=0), 1e-8).astype(np.float32) / 127
        whole = np.rint(values / scale).astype(np.int8)
        name = tensor.name
        proto.graph.initializer.remove(tensor)
        proto.graph.initializer.extend(
            [
                onnx.numpy_helper.from_array(whole, f"{name}.int8"),
                onnx.numpy_helper.from_array(scale, f"{name}.scale"),
            ]
        )
        inputs = [f"{name}.int8", f"{name}.scale"]
        nodes.append(onnx.helper.make_node("DequantizeLinear", inputs, [name], axis=1))
    both = [*nodes, *proto.graph.node]
    del proto.graph.node[:]
    proto.graph.node.extend(both)
    return proto


def _Plain(network: Any) -> Any:  # noqa: N802  (makes an instance of a class that needs torch)
    import torch

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, x: Any) -> Any:
            found = self.network(x, training=False)
            return tuple(found) if isinstance(found, list | tuple) else found

    return Plain()


def _outputs(network: Any, example: np.ndarray) -> list[np.ndarray]:
    found = network(example, training=False)
    found = found if isinstance(found, list | tuple) else [found]
    from keras import ops

    return [ops.convert_to_numpy(o) for o in found]


def _difference(
    proto: Any, name: str, outputs: Sequence[str], example: np.ndarray, theirs: Sequence[np.ndarray]
) -> float:
    import onnxruntime

    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    ours = session.run(list(outputs), {name: example})
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))
