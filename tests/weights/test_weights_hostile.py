"""Models of strangers: what is wrong with one is one line, when it is opened or when it runs."""

import json
import time

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.reading import Reader
from kuzushiji.weights import ModelInfo, open_model
from kuzushiji.weights import model as module

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

FLOAT = TensorProto.FLOAT


def model_of(
    path, nodes, constants=None, *, kind=FLOAT, shape=("n", 1, 28, 28), gives=("n", 2), metadata=None
):
    """Writes an ONNX model from ``glyphs`` to ``logits`` of two classes, made of the given nodes."""
    graph = helper.make_graph(
        nodes,
        "hostile",
        [helper.make_tensor_value_info("glyphs", FLOAT, shape)],
        [helper.make_tensor_value_info("logits", kind, gives)],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    info = metadata or ModelInfo("hostile", ("か", "き"), 28).to_json()
    helper.set_model_props(model, {"kuzushiji": info})
    onnx.save(model, path)
    return path


def sums(*after):
    """Two logits from each glyph, then further nodes from ``raw`` to ``logits``."""
    return [
        helper.make_node("Flatten", ["glyphs"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["raw"]),
        *after,
    ]


WEIGHTS = {"weights": np.ones((784, 2), np.float32)}
DIVIDE = helper.make_node("Div", ["raw", "raw"], ["logits"])  # 0/0 on an empty glyph
SAME = helper.make_node("Identity", ["raw"], ["logits"])


def endless():
    """A loop whose condition stays true."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["on"]),
            helper.make_node("Add", ["before", "before"], ["after"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", FLOAT, ["n", 2]),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", FLOAT, ["n", 2]),
        ],
    )
    return helper.make_node("Loop", ["", "true", "raw"], ["logits"], body=body)


def test_logits_that_are_not_numbers(tmp_path):
    path = model_of(tmp_path / "nan.onnx", sums(DIVIDE), WEIGHTS)
    with pytest.raises(KuzushijiError, match=r"nan\.onnx: its logits are not numbers"):
        open_model(path)


def test_logits_that_are_not_numbers_for_some_pictures_only(tmp_path, monkeypatch):
    root = helper.make_node("Log", ["shifted"], ["logits"])  # of a negative number, for a bright glyph
    nodes = sums(helper.make_node("Sub", ["one", "raw"], ["shifted"]), root)
    model = open_model(model_of(tmp_path / "a.onnx", nodes, {**WEIGHTS, "one": np.ones(1, np.float32)}))
    with pytest.raises(KuzushijiError, match="not numbers"):
        model.probabilities(np.full((1, 28, 28), 255, np.uint8))


def test_an_endless_loop_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FIRST_RUN", 0.5)
    constants = {**WEIGHTS, "true": np.array(True)}
    path = model_of(tmp_path / "loop.onnx", sums(endless()), constants)
    start = time.monotonic()
    with pytest.raises(KuzushijiError, match=r"loop\.onnx: the model fails on a glyph: it took over 0.5 s"):
        open_model(path, threads=1)
    assert time.monotonic() - start < 60


def test_logits_of_another_type_or_shape(tmp_path):
    text = helper.make_node("Cast", ["raw"], ["logits"], to=TensorProto.STRING)
    with pytest.raises(KuzushijiError, match=r"its logits are tensor\(string\), not float32"):
        open_model(model_of(tmp_path / "text.onnx", sums(text), WEIGHTS, kind=TensorProto.STRING))
    wide = {"weights": np.ones((784, 5), np.float32)}
    with pytest.raises(KuzushijiError, match=r"shape \(1, 5\)|5 outputs for 2 classes"):
        open_model(model_of(tmp_path / "wide.onnx", sums(SAME), wide, gives=("n", "m")))
    with pytest.raises(KuzushijiError, match="its input is"):
        open_model(model_of(tmp_path / "flat.onnx", sums(SAME), WEIGHTS, shape=("n", 784)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"temperature": 1e-300}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": 1e300}, "temperature"),
        ({"temperature": 10**400}, "wrong type"),
        ({"look_alikes": {"か": 7}}, "look_alikes"),
        ({"look_alikes": ["か"]}, "look_alikes"),
        ({"look_alikes": {"か": [[]]}}, "look_alikes"),
        ({"size": 10**30}, "size"),
        ({"shifts": [[1]]}, "wrong type"),
        ({"classes": [[]]}, "wrong type"),
    ],
)
def test_metadata_that_mean_nothing(tmp_path, change, words):
    info = json.loads(ModelInfo("hostile", ("か", "き"), 28).to_json()) | change
    path = model_of(tmp_path / "odd.onnx", sums(SAME), WEIGHTS, metadata=json.dumps(info))
    with pytest.raises(KuzushijiError, match=words) as caught:
        Reader(path)
    assert "odd.onnx" in str(caught.value)


@pytest.mark.parametrize("metadata", ["[" * 50_000, '{"name": ' * 50_000, "[]", "no"])
def test_metadata_that_are_no_object(tmp_path, metadata):
    path = model_of(tmp_path / "deep.onnx", sums(SAME), WEIGHTS, metadata=metadata)
    with pytest.raises(KuzushijiError, match=r"deep\.onnx: model metadata"):
        open_model(path)
