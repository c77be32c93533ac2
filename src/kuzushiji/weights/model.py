"""A model on onnxruntime: glyphs in, calibrated probabilities out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji._machine import cores
from kuzushiji.errors import KuzushijiError
from kuzushiji.weights.info import METADATA_KEY, ModelInfo
from kuzushiji.weights.store import FILES, find

BATCH = 64
"""Glyphs in one call of onnxruntime: enough to keep the cores busy, few enough to bound its memory."""
LONGEST_RUN = 120.0
"""Seconds after which a call is ended, of a model that is not shipped: a graph may hold an endless loop."""
FIRST_RUN = 30.0
"""The same for the one glyph on which such a model is tried when it is opened."""


def open_model(name_or_path: str | Path, threads: int | None = None) -> Model:
    """Opens a shipped model by name, or one's own by path.

    Args:
        name_or_path: see `kuzushiji.weights.find`.
        threads: CPU threads for one call; None for all that this process may use.

    Raises:
        UsageError: no such model.
        KuzushijiError: the file is not an ONNX model, or not one of this package.
    """
    return Model(find(name_or_path), threads=threads)


class Model:
    """One network in memory; safe to share between threads.

    Its graph takes ``glyphs`` float32 (n, 1, size, size) in [0, 1], white ink on black, and gives ``logits``
    float32 (n, classes) and ``embedding`` float32 (n, d).
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        """Loads a model.

        Args:
            path: an ``.onnx`` file written by ``kuzushiji export``.
            threads: CPU threads for one call; None for all that this process may use.

        Raises:
            KuzushijiError: the file cannot be loaded, or is no model of this package.
        """
        self.path = path
        self._session = _session(path, threads or cores())
        props = self._session.get_modelmeta().custom_metadata_map
        if METADATA_KEY not in props:
            raise KuzushijiError(
                f"{path}: an ONNX model, but not one of ours (no {METADATA_KEY!r} metadata); "
                "make one with kuzushiji export RUN"
            )
        try:
            self.info = ModelInfo.from_json(props[METADATA_KEY])
            _ = self.info.look_alikes  # what is wrong with them is said now
        except KuzushijiError as e:
            raise KuzushijiError(f"{path}: {e}") from e
        self._check_graph()
        if path.parent != FILES:
            self._try()

    def logits(self, glyphs: np.ndarray) -> np.ndarray:
        """Scores before the softmax, averaged over ``info.shifts`` when there are some.

        Args:
            glyphs: uint8 (n, size, size), white ink (255) on black (0).

        Returns:
            float32 (n, classes).

        Raises:
            KuzushijiError: another shape or dtype.
        """
        return self._views(glyphs, self.info.shifts or ((0, 0),))

    def probabilities(self, glyphs: np.ndarray) -> np.ndarray:
        """Calibrated probabilities: float32 (n, classes), each row summing to 1; see `logits`."""
        return self.calibrated(self.logits(glyphs))

    def calibrated(self, logits: np.ndarray) -> np.ndarray:
        """The probabilities that logits float32 (n, classes) of this model stand for, of the same shape."""
        return softmax(logits / np.float32(self.info.temperature))

    def embed(self, glyphs: np.ndarray) -> np.ndarray:
        """The last layer before the logits, unshifted: float32 (n, d).

        Args:
            glyphs: uint8 (n, size, size), white ink (255) on black (0).

        Raises:
            KuzushijiError: another shape or dtype, or a model without that output.
        """
        self._need_embedding()
        return self._run(self._checked(glyphs), "embedding")

    def logits_and_embeddings(self, glyphs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both outputs, in one run where the model averages over no shifts; see `logits` and `embed`."""
        if self.info.shifts not in ((), ((0, 0),)):
            return self.logits(glyphs), self.embed(glyphs)
        self._need_embedding()
        logits, embeddings = self._run_all(self._checked(glyphs), ("logits", "embedding"))
        return logits, embeddings

    def _need_embedding(self) -> None:
        if "embedding" not in self._outputs:
            raise KuzushijiError(f"{self.path}: this model has no output named embedding")

    def _views(self, glyphs: np.ndarray, shifts: Sequence[tuple[int, int]]) -> np.ndarray:
        glyphs = self._checked(glyphs)
        total = self._run(translate(glyphs, *shifts[0]), "logits")
        for shift in shifts[1:]:
            total += self._run(translate(glyphs, *shift), "logits")
        return total / np.float32(len(shifts))

    def _run(self, glyphs: np.ndarray, output: str) -> np.ndarray:
        return self._run_all(glyphs, (output,))[0]

    def _run_all(self, glyphs: np.ndarray, outputs: Sequence[str]) -> list[np.ndarray]:
        parts = []
        for start in range(0, len(glyphs), BATCH):
            batch = glyphs[start : start + BATCH, None].astype(np.float32)
            batch *= np.float32(1 / 255)
            parts.append(self._call(outputs, batch, self._longest))
        if not parts:
            return [np.empty((0, self._width(output)), np.float32) for output in outputs]
        if len(parts) == 1:
            return list(parts[0])
        return [np.concatenate(each) for each in zip(*parts, strict=True)]

    def _call(self, outputs: Sequence[str], batch: np.ndarray, seconds: float) -> list[np.ndarray]:
        """Outputs for one batch, checked: what a graph promises is not what it has to give."""
        try:
            found = self._within(seconds, list(outputs), {"glyphs": batch})
        except Exception as e:  # onnxruntime raises a dozen classes that share only Exception
            raise KuzushijiError(f"{self.path}: the model fails on a glyph: {_first_line(e)}") from e
        for name, each in zip(outputs, found, strict=True):
            rows = each.shape[0] if isinstance(each, np.ndarray) and each.ndim == 2 else None
            if rows != len(batch) or (name == "logits" and each.shape[1] != len(self.info.classes)):
                shape = getattr(each, "shape", type(each).__name__)
                raise KuzushijiError(f"{self.path}: its {name} of {len(batch)} glyphs have the shape {shape}")
            if not np.isfinite(each).all():
                raise KuzushijiError(f"{self.path}: its {name} are not numbers (NaN or infinite)")
        return list(found)

    def _within(self, seconds: float, outputs: list[str], inputs: dict[str, np.ndarray]) -> Any:
        if seconds == float("inf"):
            return self._session.run(outputs, inputs)
        import threading

        import onnxruntime as ort

        options = ort.RunOptions()
        ended = threading.Timer(seconds, setattr, (options, "terminate", True))
        ended.daemon = True
        ended.start()
        try:
            return self._session.run(outputs, inputs, options)
        except Exception as e:
            if options.terminate:
                raise TimeoutError(f"it took over {seconds:g} s") from e
            raise
        finally:
            ended.cancel()

    def _try(self) -> None:
        """Reads one empty glyph: what is wrong with a stranger's model is said before the first picture."""
        self._longest = LONGEST_RUN
        glyph = np.zeros((1, 1, self.info.size, self.info.size), np.float32)
        self._call([name for name in ("logits", "embedding") if name in self._outputs], glyph, FIRST_RUN)

    def _width(self, output: str) -> int:
        width = self._outputs[output][-1] if self._outputs[output] else None
        return width if isinstance(width, int) else 0

    def _checked(self, glyphs: np.ndarray) -> np.ndarray:
        side = self.info.size
        if glyphs.dtype != np.uint8 or glyphs.ndim != 3 or glyphs.shape[1:] != (side, side):
            raise KuzushijiError(
                f"model {self.info.name} takes uint8 glyphs of shape (n, {side}, {side}), "
                f"not {glyphs.dtype} {glyphs.shape}; see kuzushiji.to_glyph"
            )
        return glyphs

    def _check_graph(self) -> None:
        self._longest = float("inf")
        self._outputs: dict[str, list[Any]] = {o.name: o.shape for o in self._session.get_outputs()}
        types = {o.name: o.type for o in (*self._session.get_inputs(), *self._session.get_outputs())}
        inputs = {i.name: i.shape for i in self._session.get_inputs()}
        side = self.info.size
        if "logits" not in self._outputs or list(inputs) != ["glyphs"]:
            raise KuzushijiError(
                f"{self.path}: its graph is not glyphs -> logits; make it with kuzushiji export"
            )
        used = {name: types[name] for name in ("glyphs", "logits", "embedding") if name in types}
        if wrong := [name for name, kind in used.items() if kind != "tensor(float)"]:
            raise KuzushijiError(f"{self.path}: its {wrong[0]} are {types[wrong[0]]}, not float32")
        shape = inputs["glyphs"]
        if (
            len(shape) != 4
            or isinstance(shape[0], int)
            or any(isinstance(s, int) and s != side for s in shape[2:])
        ):
            raise KuzushijiError(f"{self.path}: its input is {shape}, not (n, 1, {side}, {side})")
        if self._width("logits") not in (0, len(self.info.classes)):
            raise KuzushijiError(
                f"{self.path}: {self._width('logits')} outputs for {len(self.info.classes)} classes"
            )


def translate(glyphs: np.ndarray, down: int, right: int) -> np.ndarray:
    """Moves glyphs within their frame; what comes in is black, what leaves is lost.

    Args:
        glyphs: (n, h, w), any dtype.
        down: pixels down; negative for up.
        right: pixels to the right; negative for left.

    Returns:
        An array of the same shape and dtype; the input itself where there is nothing to move.

    >>> translate(np.array([[[1, 2], [3, 4]]], np.uint8), 0, 1)[0].tolist()
    [[0, 1], [0, 3]]
    """
    if not (down or right):
        return glyphs
    moved = np.zeros_like(glyphs)
    height, width = glyphs.shape[1:]
    rows, columns = _overlap(down, height), _overlap(right, width)
    moved[:, rows[0], columns[0]] = glyphs[:, rows[1], columns[1]]
    return moved


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities of logits, float (n, classes): each row positive and summing to 1, of the same dtype.

    >>> softmax(np.array([[1000.0, 1000.0]])).tolist()
    [[0.5, 0.5]]
    """
    p = logits - logits.max(axis=1, keepdims=True)
    np.exp(p, out=p)
    return p / p.sum(axis=1, keepdims=True)


def _overlap(step: int, length: int) -> tuple[slice, slice]:
    """Where to write and where to read along one axis."""
    return slice(max(step, 0), length + min(step, 0)), slice(max(-step, 0), length - max(step, 0))


def _session(path: Path, threads: int) -> Any:
    import onnxruntime as ort  # not at the top: `names` and `ModelInfo` need no runtime

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # its warnings are about graphs that we did not write
    # Spinning threads take the cores from the ones that decode images.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as e:  # onnxruntime raises a dozen classes that share only Exception
        raise KuzushijiError(f"{path}: not an ONNX model that onnxruntime can load: {_first_line(e)}") from e


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
