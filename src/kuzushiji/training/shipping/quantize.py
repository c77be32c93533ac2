"""Convolutions of an ONNX file in 8-bit integers: a quarter of their bytes, and faster.

Weights are rounded channel by channel, activations to the range that they have on training glyphs (static
post-training quantization: Jacob et al. 2018, arXiv:1712.05877; Krishnamoorthi 2018, arXiv:1806.08342). A
convolution and the ReLU behind it are rounded once, to the range that passes the ReLU: half as far as a
rounding of each would, and nothing is turned back to floating point between two convolutions. The first
convolution, which reads the grey values, the sums of residual blocks and the head stay in floating point.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.errors import need
from kuzushiji.training.examples.assembly import Part

GLYPHS = 1024
"""Training glyphs that the ranges of the activations are taken from."""
NARROW = 20
"""Convolutions of fewer input channels stay in floating point."""
BATCH = 64


def sample(part: Part, seed: int) -> np.ndarray:
    """The glyphs that ranges are taken from, uint8 (at most `GLYPHS`, size, size), the same for a seed."""
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(part))[:GLYPHS])
    return np.asarray(part.images[chosen])


def quantize(proto: Any, glyphs: np.ndarray) -> Any:
    """Rounds the convolutions of a graph to 8 bits.

    Weights take 7 of them: two products of 8 x 8 bits overflow the 16-bit sums of processors without integer
    dot products (AVX2).

    Args:
        proto: an ``onnx.ModelProto`` with the input ``glyphs``; it is left as it is.
        glyphs: uint8 (n, size, size), such as the model will read.

    Returns:
        Another ``onnx.ModelProto``, without the metadata of the first.
    """
    onnx = need("onnx", extra="train")
    from onnxruntime import quantization as q

    class Reader(q.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.starts = iter(range(0, len(glyphs), BATCH))

        def get_next(self) -> dict[str, np.ndarray] | None:
            start = next(self.starts, None)
            if start is None:
                return None
            return {"glyphs": glyphs[start : start + BATCH, None].astype(np.float32) / 255}

    with tempfile.TemporaryDirectory() as folder, _quiet():
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "int8.onnx"
        onnx.save(proto, str(whole))
        q.quantize_static(
            str(whole),
            str(small),
            Reader(),
            quant_format=q.QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            weight_type=q.QuantType.QInt8,
            activation_type=q.QuantType.QUInt8,
            op_types_to_quantize=["Conv", "Relu"],
            nodes_to_exclude=_narrow(proto.graph),
        )
        return onnx.load(str(small))


def _narrow(graph: Any) -> list[str]:
    """Names of the convolutions that stay in floating point."""
    channels = {tensor.name: tensor.dims[1] for tensor in graph.initializer if len(tensor.dims) == 4}
    return [node.name for node in graph.node if node.op_type == "Conv" and channels[node.input[1]] < NARROW]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the advice that ONNX Runtime's quantization gives about steps that were taken already."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
