"""From a Keras model to the ONNX file that is shipped, checked number by number against Keras."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kuzushiji._files import replacing
from kuzushiji.errors import KuzushijiError, need
from kuzushiji.training.examples.assembly import assemble
from kuzushiji.training.shipping.half_precision import halve
from kuzushiji.training.shipping.quantize import quantize, sample
from kuzushiji.weights import ModelInfo
from kuzushiji.weights.info import METADATA_KEY
from kuzushiji.weights.model import softmax

if TYPE_CHECKING:
    from kuzushiji.training.fitting.run_folder import Run

TOLERANCE = 1e-5
"""Largest allowed difference between the softmax probabilities of Keras and of ONNX Runtime."""
HALF_TOLERANCE = 0.02
"""The same, where the weights are then stored in half precision."""
INT8_AGREEMENT = 0.97
"""Least share of glyphs on which a file in 8-bit integers must name the class that Keras names."""


@dataclass(frozen=True)
class Fidelity:
    """How well a file keeps to its Keras model.

    Attributes:
        difference: the largest difference between their probabilities.
        agreement: share of the glyphs for which both have the same class first.
    """

    difference: float
    agreement: float


def convert(
    model: Any, size: int, path: Path, half: bool = False, glyphs: np.ndarray | None = None
) -> tuple[Any, Fidelity]:
    """Converts a model to ONNX and compares the two; `stamp` writes the result, as often as wanted.

    Args:
        model: a ``keras.Model`` from `kuzushiji.models.create`: float32 (n, 1, size, size) to logits.
        size: side of its glyphs, pixels.
        path: of the file to come, for messages.
        half: store the weights in half precision (see `halve`).
        glyphs: uint8 (n, size, size), training glyphs to round the convolutions to 8-bit integers by (see
            `quantize`); None leaves them in floating point.

    Returns:
        An ``onnx.ModelProto``, and how it compares with the model: over ``glyphs``, or 64 of noise where
        there are none.

    Raises:
        KuzushijiError: in single precision the difference is above `TOLERANCE`, in half precision above
            `HALF_TOLERANCE`, or in 8-bit integers the agreement is below `INT8_AGREEMENT`.
    """
    onnx = need("onnx", extra="train")
    need("onnxscript", extra="train")
    with tempfile.TemporaryDirectory() as folder:
        raw, small = Path(folder) / "raw.onnx", Path(folder) / "small.onnx"
        _from_keras(model, raw)
        _simplify(raw, small)
        proto = onnx.load(str(small))
    _name_outputs(proto.graph, ("logits", "embedding"))
    noise = np.random.default_rng(0).integers(0, 256, (64, size, size), np.uint8)
    found = _checked(compare(model, proto.SerializeToString(), noise), TOLERANCE, 0, path)
    if glyphs is not None:
        proto = quantize(proto, glyphs)
    if half:
        proto = halve(proto)
    if glyphs is not None:
        found = _checked(compare(model, proto.SerializeToString(), glyphs), 1, INT8_AGREEMENT, path)
    elif half:
        found = _checked(compare(model, proto.SerializeToString(), noise), HALF_TOLERANCE, 0, path)
    proto.doc_string = ""
    proto.producer_name, proto.producer_version = "kuzushiji", ""
    return proto, found


def stamp(proto: Any, info: ModelInfo, path: Path) -> None:
    """Writes a converted model with what it says about itself, by atomic rename.

    Args:
        proto: from `convert`; its metadata is replaced.
        info: classes, temperature, threshold and the rest.
        path: where to.
    """
    onnx = need("onnx", extra="train")
    onnx.helper.set_model_props(proto, {METADATA_KEY: info.to_json()})
    with replacing(path) as part:
        part.write_bytes(proto.SerializeToString())


def write_onnx(
    model: Any, info: ModelInfo, path: Path, half: bool = False, glyphs: np.ndarray | None = None
) -> Fidelity:
    """Converts a model and writes it with its metadata: `convert` and `stamp` in one.

    Args:
        model: see `convert`.
        info: what the file says about itself.
        path: where to.
        half: see `convert`.
        glyphs: see `convert`.

    Returns:
        How the file compares with the model.

    Raises:
        KuzushijiError: see `convert`; nothing is written.
    """
    proto, found = convert(model, info.size, path, half, glyphs)
    stamp(proto, info, path)
    return found


def _checked(found: Fidelity, most: float, least: float, path: Path) -> Fidelity:
    if not found.difference <= most:
        raise KuzushijiError(
            f"{path}: ONNX and Keras differ by {found.difference:.1e} in probability; not written"
        )
    if found.agreement < least:
        raise KuzushijiError(
            f"{path}: in 8-bit integers {found.agreement:.1%} of the glyphs keep their class; not written: "
            "export.int8=false"
        )
    return found


def compare(model: Any, onnx_bytes: bytes, glyphs: np.ndarray) -> Fidelity:
    """Compares a Keras model and an ONNX file on glyphs uint8 (n, size, size)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(onnx_bytes, providers=["CPUExecutionProvider"])
    x = glyphs[:, None].astype(np.float32) / 255
    blocks = [x[i : i + 64] for i in range(0, len(x), 64)]
    ours = softmax(np.concatenate([session.run(["logits"], {"glyphs": b})[0] for b in blocks]))
    theirs = softmax(np.concatenate([model.predict_on_batch(b) for b in blocks]))
    same = ours.argmax(1) == theirs.argmax(1)
    return Fidelity(float(np.abs(ours - theirs).max()), float(same.mean()))


def to_onnx(path: Path) -> Path:
    """Exports a ``.keras`` file, or a run folder's, to an ``.onnx`` file of its name beside it.

    Where a newer one is there already, it is left as it is.

    Raises:
        KuzushijiError: the file is no Keras model of this package, or lies in no finished run's folder, whose
            files tell the classes.
    """
    from kuzushiji.training.fitting.run_folder import Run

    source = path / "model.keras" if path.is_dir() else path
    out = source.with_suffix(".onnx")
    if out.is_file() and out.stat().st_mtime >= source.stat().st_mtime:
        return out
    export_run(Run.open(source.parent), out, source)
    return out


def export_run(run: Run, out: Path, source: Path | None = None) -> Fidelity:
    """Writes a finished run's model as ONNX, as its recipe has it.

    Args:
        run: the run.
        out: where to.
        source: another ``.keras`` file of the run than ``model.keras``.

    Returns:
        See `write`.

    Raises:
        KuzushijiError: the run has not ended, its model cannot be opened, for ``export.int8`` its data are
            not here, or see `write`.
    """
    from kuzushiji.models.keras_file import open_keras

    source = source or run.folder / "model.keras"
    if not source.is_file() or not (run.folder / "result.json").is_file():
        raise KuzushijiError(f"{run.folder} has not ended: kuzushiji train --resume {run.folder}")
    info = ModelInfo.from_json(json.dumps(run.read("result.json")["model"]))
    recipe = run.recipe
    glyphs = None
    if recipe.export.int8:
        glyphs = sample(assemble(recipe.data).train, recipe.fit.seed)
    return write_onnx(open_keras(source), info, out, recipe.export.half, glyphs)


def _from_keras(model: Any, path: Path) -> None:
    """Exports logits and embedding of the folded model."""
    import keras

    from kuzushiji.training.shipping.fold_normalization import fold

    folded = fold(model)
    both = keras.Model(folded.input, [folded.output, folded.get_layer("embedding").output])
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # about tracing, and names of inputs; the result is compared below
        both.predict_on_batch(np.zeros((2, *model.input_shape[1:]), np.float32))
        both.export(str(path), format="onnx", verbose=False)


def _simplify(raw: Path, small: Path) -> None:
    """Lets ONNX Runtime remove what does nothing (casts, identities); operators stay standard."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(small)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(raw), options, providers=["CPUExecutionProvider"])


def _name_outputs(graph: Any, names: tuple[str, ...]) -> None:
    """Gives the graph's outputs their names, and one symbolic batch size to every input and output."""
    renamed = {old.name: new for old, new in zip(graph.output, names, strict=True)}
    for node in graph.node:
        node.input[:] = [renamed.get(x, x) for x in node.input]
        node.output[:] = [renamed.get(x, x) for x in node.output]
    for value in graph.output:
        value.name = renamed[value.name]
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "n"
