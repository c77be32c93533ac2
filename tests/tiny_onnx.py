"""Tiny ONNX models for tests, laid out as a real one: they correlate the glyph with templates."""

from pathlib import Path

import numpy as np

from kuzushiji.weights import ModelInfo


def write_matcher(path: Path, templates: np.ndarray, classes, sharpness=20.0, metadata=None, **info) -> Path:
    """Writes a model whose logits are the cosines with the templates, times sharpness.

    Args:
        path: where to.
        templates: uint8 (classes, size, size), one glyph a class.
        classes: the characters.
        sharpness: what a perfect match scores.
        metadata: JSON to store instead of the right one; "" for none.
        info: further fields of `ModelInfo`.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    count, size = len(templates), templates.shape[1]
    flat = templates.reshape(count, -1).astype(np.float32)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    nodes = [
        helper.make_node("Flatten", ["glyphs"], ["flat"]),
        helper.make_node("LpNormalization", ["flat"], ["unit"], axis=1, p=2),
        helper.make_node("MatMul", ["unit", "templates"], ["embedding"]),
        helper.make_node("Mul", ["embedding", "sharpness"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "matcher",
        [helper.make_tensor_value_info("glyphs", TensorProto.FLOAT, ["n", 1, size, size])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", count]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", count]),
        ],
        [
            numpy_helper.from_array(np.ascontiguousarray(flat.T), "templates"),
            numpy_helper.from_array(np.array([sharpness], np.float32), "sharpness"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    if metadata is None:
        fields = {"name": "tiny", "size": size, **info}
        metadata = ModelInfo(classes=tuple(classes), **fields).to_json()
    if metadata:
        helper.set_model_props(model, {"kuzushiji": metadata})
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    return path
