"""A tiny model and pictures for the tests of the page and its server: signs that a person could draw."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

SIZE = 64
CLASSES = ("一", "し", "の", "十", "へ")


def ink(char: str, side: int = 120) -> Image.Image:
    """Dark on pale, as a person would draw it: a bar, an upright with a head, a ring, a cross, a roof."""
    big = 4 * side
    image = Image.new("L", (big, big), 228)
    draw = ImageDraw.Draw(image)
    low, mid, high, width = 0.15 * big, 0.5 * big, 0.85 * big, round(big * 0.06)
    lines = {
        "一": [[(low, mid), (high, mid)]],
        "し": [[(mid, low), (mid, high)], [(mid + 0.02 * big, low), (mid + 0.02 * big, mid)]],
        "十": [[(low, mid), (high, mid)], [(mid, low), (mid, high)]],
        "へ": [[(low, high), (mid, 0.3 * big), (high, high)]],
    }
    for line in lines.get(char, []):
        draw.line(line, 35, width, joint="curve")
    if char == "の":
        draw.ellipse([low, low, high, high], outline=35, width=width)
    return image.resize((side, side), Image.Resampling.BOX)


def png(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def page() -> Image.Image:
    """A page, 800 by 600, with the five signs in a row: the n-th fills the box 40 + 150 n, 60, 120, 120."""
    sheet = Image.new("L", (800, 600), 228)
    for n, char in enumerate(CLASSES):
        sheet.paste(ink(char, 120), (40 + 150 * n, 60))
    return sheet


def make_model(path: Path, classes: tuple[str, ...] = CLASSES) -> Path:
    """Writes an ONNX model that compares a glyph with one template a class (cosine, sharpened)."""
    from onnx import TensorProto, helper, numpy_helper, save

    from kuzushiji.images import to_glyph
    from kuzushiji.weights.info import METADATA_KEY, ModelInfo

    templates = np.stack([to_glyph(np.asarray(ink(c)), SIZE).reshape(-1) for c in classes]).astype(np.float32)
    templates -= templates.mean(axis=1, keepdims=True)
    templates /= np.linalg.norm(templates, axis=1, keepdims=True) + 1e-6
    nodes = [
        helper.make_node("Flatten", ["glyphs"], ["flat"]),
        helper.make_node("ReduceMean", ["flat", "one"], ["mean"], keepdims=1),
        helper.make_node("Sub", ["flat", "mean"], ["centred"]),
        helper.make_node("ReduceL2", ["centred", "one"], ["norm"], keepdims=1),
        helper.make_node("Add", ["norm", "tiny"], ["safe"]),
        helper.make_node("Div", ["centred", "safe"], ["embedding"]),
        helper.make_node("MatMul", ["embedding", "templates"], ["cosine"]),
        helper.make_node("Mul", ["cosine", "sharp"], ["logits"]),
    ]
    constants = {
        "one": np.array([1], np.int64),
        "tiny": np.array([1e-6], np.float32),
        "sharp": np.array([12], np.float32),
        "templates": np.ascontiguousarray(templates.T),
    }
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("glyphs", TensorProto.FLOAT, ["n", 1, SIZE, SIZE])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(classes)]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", SIZE * SIZE]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    info = ModelInfo("tiny", classes, SIZE, sure_threshold=0.8, more={"look_alikes": {"し": ["一"]}})
    helper.set_model_props(model, {METADATA_KEY: info.to_json()})
    save(model, path)
    return path


def client_of(engine: Any, **options: Any) -> Any:
    """A client of an application around an engine, as a browser on this machine would reach it."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a newer client is recommended; httpx is what the others use too
        from starlette.testclient import TestClient

    from kuzushiji.web.app import create_app

    app = create_app(engine, **options)
    return TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)


class StandIn:
    """An engine without a model: every glyph is あ; it can be slow, and it can fail."""

    name, size, classes, look_alikes = "stand-in", SIZE, ("あ", "い"), MappingProxyType({})

    def __init__(self, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.seconds = seconds
        self.error = error
        self.sizes: list[int] = []

    def read_glyphs(self, glyphs: np.ndarray, top: int) -> list[dict[str, Any]]:
        self.sizes.append(len(glyphs))
        time.sleep(self.seconds)
        if self.error:
            raise self.error
        a = {"char": "あ", "codepoint": "U+3042", "probability": 0.9}
        i = {"char": "い", "codepoint": "U+3044", "probability": 0.1}
        return [{"candidates": [a, i][:top], "sure": True, "reasons": [], "reason_codes": []} for _ in glyphs]

    def known(self, glyph: np.ndarray, chars: Sequence[str], count: int) -> list[list[np.ndarray]]:
        return [[] for _ in chars]


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application on a free loopback port, in a thread, as the command serves it; gives its address."""
    import uvicorn

    from kuzushiji.web.guard.connections import uvicorn_options

    options = uvicorn_options(app.state.limits)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="on", **options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
