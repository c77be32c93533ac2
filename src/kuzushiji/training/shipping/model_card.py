"""What a run leaves to read: ``result.json``, ``curves.png`` and ``MODEL_CARD.md``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kuzushiji.datasets import LICENCE
from kuzushiji.datasets.registry import PUBLISHED
from kuzushiji.models.cost import cost
from kuzushiji.training.examples.assembly import Assembled
from kuzushiji.training.fitting.run_folder import Run
from kuzushiji.training.recipe import Recipe
from kuzushiji.training.shipping.calibrate import Calibration
from kuzushiji.training.shipping.export import Fidelity
from kuzushiji.training.shipping.quantize import GLYPHS
from kuzushiji.weights import ModelInfo


def result(
    run: Run, model: Any, data: Assembled, info: ModelInfo, found: Calibration | None, fidelity: Fidelity
) -> dict[str, Any]:
    """All figures of a finished run, as plain values."""
    spent = cost(model)
    lines = run.metrics()
    return {
        "model": json.loads(info.to_json()),
        "parameters": spent.parameters,
        "macs": spent.macs,
        "bytes": (run.folder / "model.onnx").stat().st_size,
        "training_images": len(data.written),
        "typeset_images": data.typeset,
        "epochs": len(lines),
        "training_seconds": sum(m.seconds for m in lines),
        "onnx_difference": fidelity.difference,
        "onnx_agreement": fidelity.agreement,
        "calibration": asdict(found) if found else None,
    }


def curves(run: Run) -> Path:
    """Draws loss and held-out accuracy over the epochs as ``curves.png``."""
    from matplotlib.figure import Figure

    lines = run.metrics()
    epochs = [m.epoch for m in lines]
    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(epochs, [m.loss for m in lines], label="training (augmented)")
    left.plot(epochs, [m.validation_loss for m in lines], label="held out")
    left.set(xlabel="epoch", ylabel="loss, nats")
    right.plot(epochs, [100 * m.validation_accuracy for m in lines], label="accuracy, held out")
    right.plot(
        epochs, [100 * m.validation_balanced_accuracy for m in lines], label="balanced accuracy, held out"
    )
    right.set(xlabel="epoch", ylabel="per cent")
    for axes in (left, right):
        axes.legend(frameon=False, fontsize="small")
        axes.grid(alpha=0.3)
    path = run.folder / "curves.png"
    figure.savefig(path, dpi=120)
    return path


def write(run: Run) -> Path:
    """Writes ``MODEL_CARD.md`` from what the folder holds; ``NOTES.md`` tells what happened to the run."""
    tree, recipe, environment = run.read("result.json"), run.recipe, run.read("environment.json")
    info = tree["model"]
    owed = info["attribution"]  # and with it the published sets' licence, which asks for the same
    books = all(source.partition("/")[0] in PUBLISHED for source in recipe.data.sources)
    notes = run.folder / "NOTES.md"
    lines = [
        "---",
        *([f"license: {LICENCE.lower().replace(' ', '-')}"] if owed else []),
        "library_name: kuzushiji",
        "---",
        f"# {info['name']}",
        "",
        f"Reads {len(info['classes'])} classes of single kuzushiji characters from {info['size']} x "
        f"{info['size']} glyphs.",
        "",
        "| | |",
        "|---|---|",
        f"| architecture | `{recipe.model.architecture}`, {tree['parameters']:,} parameters, "
        f"{tree['macs'] / 1e6:.1f} M multiply-accumulates a glyph and view, {tree['bytes']:,} bytes |",
        f"| views at reading time | {max(1, len(info['shifts']))} |",
        f"| trained on | {info['trained_on']}: {tree['training_images']:,} images, {_typeset(tree, recipe)}"
        f"{tree['epochs']} epoch(s), {tree['training_seconds'] / 60:.0f} minutes |",
        f"| hardware | {environment['processor']}, {environment['cores']} core(s); Keras "
        f"{environment['packages'].get('keras')} on {environment['backend']} |",
        f"| seed | {recipe.fit.seed} |",
        *([f"| started from | `{recipe.model.weights}` |"] if recipe.model.weights else []),
        f"| ONNX against Keras | {_fidelity(tree, recipe)} |",
        f"| licence | {LICENCE if owed else 'its owner chooses: nothing but own data went into it'} |",
        *([f"| data | {owed} |"] if owed else []),
        "",
        '## Probability and "sure"',
        "",
        *_calibration(tree["calibration"], recipe),
        "",
        "## Limits",
        "",
        "It answers with one of its classes whatever it is shown; what is not sure should be looked "
        "at. It has been "
        "measured on the data sets named above only"
        f"{', which come from a few dozen printed and hand-written books' if books else ''}.",
        "",
        *(["## Notes", "", notes.read_text(encoding="utf-8").strip(), ""] if notes.is_file() else []),
        "## Recipe",
        "",
        "```json",
        json.dumps(recipe.to_dict(), indent=1, ensure_ascii=False),
        "```",
        "",
    ]
    path = run.folder / "MODEL_CARD.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _calibration(found: dict[str, Any] | None, recipe: Recipe) -> list[str]:
    if not found:
        return ["Nothing was held out: probabilities are uncalibrated, and nothing is ever called sure."]
    figures = found["figures"]
    right = figures["accuracy"]
    of_these = f", of which {100 * figures['sure_precision']['value']:.2f} % are right"
    return [
        f"Temperature {found['temperature']:.3f} and threshold {found['threshold']:.4f}, fitted on "
        f"{found['n']:,} images that {_held_out(recipe)}. There: accuracy "
        f"{100 * right['value']:.2f} % ({100 * right['low']:.2f} to {100 * right['high']:.2f}); sure for "
        f"{100 * figures['sure_coverage']:.1f} %{of_these if figures['sure_coverage'] else ''}.",
    ]


def _typeset(tree: dict[str, Any], recipe: Recipe) -> str:
    """What the typefaces added, in words that end with a comma; nothing where there are none."""
    glyphs = tree.get("typeset_images", 0)
    if not glyphs:
        return ""
    faces = ", ".join(Path(face).stem for face in recipe.data.typefaces)
    others = (
        f" (and other characters of these in {recipe.data.outside:.0%} of each batch, as none of the classes)"
    )
    return f"and {glyphs:,} glyphs of the typefaces {faces}{others if recipe.data.outside else ''}, "


def _fidelity(tree: dict[str, Any], recipe: Recipe) -> str:
    """How the file compares with the network that was trained, in words."""
    if recipe.export.int8:
        return (
            f"convolutions in 8-bit integers; {tree['onnx_agreement']:.1%} of {GLYPHS:,} training glyphs "
            "keep their class"
        )
    return f"largest difference in probability {tree['onnx_difference']:.1e}"


def _held_out(recipe: Recipe) -> str:
    """What the calibration was fitted on, in words."""
    again = recipe.export.calibration_epochs
    clusters = "held out as whole clusters of look-alike shapes"
    how = {
        "shifted": f"this run {clusters}",
        "own": f"are its sources' own validation splits, or else {clusters}",
    }
    words = how.get(recipe.data.validation, f"are {recipe.data.validation}")
    if again:
        words = f"a second training of {again} epochs {clusters}"
    return f"{words}, each augmented as in training" if recipe.export.calibration_augment else words
