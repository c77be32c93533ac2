"""A whole run: recipe in, run folder out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji._files import remove_parts
from kuzushiji.datasets.cache import locked
from kuzushiji.errors import KuzushijiError
from kuzushiji.training.examples.assembly import Assembled, Part, assemble
from kuzushiji.training.examples.teacher import open_teacher
from kuzushiji.training.fitting.initial_weights import (
    attribution,
    keep_start,
    mix_in_start,
    network,
    shapes_of,
)
from kuzushiji.training.fitting.loop import EpochRecord, Loop, Progress
from kuzushiji.training.fitting.run_folder import Run
from kuzushiji.training.recipe import Recipe
from kuzushiji.training.recipe_check import check
from kuzushiji.training.shipping import export, model_card
from kuzushiji.training.shipping.calibrate import Calibration, calibrate
from kuzushiji.training.shipping.class_prior import is_kana, log_prior, with_prior
from kuzushiji.training.shipping.prototypes import use_prototypes
from kuzushiji.training.shipping.quantize import sample
from kuzushiji.weights import Model, ModelInfo
from kuzushiji.weights.info import NEVER


@dataclass(frozen=True)
class Callbacks:
    """What is told of a run while it goes on."""

    start: Callable[[Run, Any, Assembled], None] = lambda run, model, data: None
    epoch: Callable[[EpochRecord], None] = lambda record: None
    step: Callable[[Progress], None] = lambda progress: None


def train(
    recipe: Recipe, runs: Path = Path("runs"), resume: Run | None = None, watch: Callbacks | None = None
) -> Run:
    """Trains by a recipe and exports the result.

    Args:
        recipe: what to do; of a resumed run, its own.
        runs: folder for the new run's folder.
        resume: a run that was interrupted; it goes on from its checkpoint, or from the start if it was
            interrupted before the first.
        watch: told at the start, after each epoch and each step.

    Returns:
        The finished run.

    Raises:
        KuzushijiError: data missing, loss not finite, disk full, nothing to resume: see the message.
        UsageError: the recipe contradicts itself, or has a value out of range.
    """
    check(recipe)
    with ExitStack() as held:
        if resume:
            held.enter_context(_alone(resume))
        return _train(recipe, runs, resume, watch or Callbacks(), held)


@contextmanager
def _alone(run: Run) -> Iterator[None]:
    """Keeps other processes from training the same run, and removes what a killed one was writing."""

    def refuse() -> None:
        raise KuzushijiError(f"another process is training {run.folder}: wait for it, or train anew")

    with locked(run.folder, waiting=refuse):
        remove_parts(run.folder)
        yield


def _train(recipe: Recipe, runs: Path, resume: Run | None, watch: Callbacks, held: ExitStack) -> Run:
    begun = resume is not None and resume.checkpoint.is_file()
    if resume and not begun and (resume.folder / "result.json").is_file():
        raise KuzushijiError(f"{resume.folder} has ended and lost its checkpoint: train without --resume")
    data = assemble(recipe.data)
    _info(recipe, data, None)  # refuses the classes now that no model can have
    model = network(recipe, data.classes, begun, sample(data.train, recipe.fit.seed))
    teacher = open_teacher(recipe.fit, data.classes)
    run = resume or Run.new(recipe, runs)
    if not resume:
        held.enter_context(_alone(run))
    if recipe.export.start_share and not begun:
        keep_start(run, model)
    loop = Loop(
        model, recipe, data, run.checkpoint, shapes=shapes_of(run, model, data, begun), teacher=teacher
    )
    if begun:
        loop.resume()
    watch.start(run, model, data)

    def record(line: EpochRecord) -> None:
        run.record(line)
        watch.epoch(line)

    loop.run(on_epoch=record, on_step=watch.step)
    if recipe.export.start_share:
        mix_in_start(run, model, recipe.export.start_share)
    if recipe.export.prototypes:
        use_prototypes(model, data.written, recipe.export.prototypes)
    if recipe.export.prior or recipe.export.kana:
        model = with_prior(model, _offset(recipe, data))
    _save(model, run.folder / "model.keras")
    finish(run, model, data, watch)
    return run


def _save(model: Any, path: Path) -> None:
    """Writes the network without its loss, which would not open again."""
    import keras

    keras.Model(model.input, model.output, name=model.name).save(path)


def finish(run: Run, model: Any, data: Assembled, watch: Callbacks | None = None) -> None:
    """Calibrates, exports, and writes result, curves and card into the run's folder."""
    recipe = run.recipe
    glyphs = sample(data.train, recipe.fit.seed) if recipe.export.int8 else None
    out = run.folder / "model.onnx"
    proto, fidelity = export.convert(model, recipe.data.size, out, recipe.export.half, glyphs)
    found = _calibration(run, proto, data, watch or Callbacks())
    info = _info(recipe, data, found)
    export.stamp(proto, info, out)
    run.write("result.json", model_card.result(run, model, data, info, found, fidelity))
    model_card.curves(run)
    model_card.write(run)


def _offset(recipe: Recipe, data: Assembled) -> np.ndarray:
    """What the shipped file adds to its logits, nats, float32 (c,)."""
    prior = recipe.export.prior * log_prior(data.classes, data.counts)
    return np.asarray(prior + recipe.export.kana * is_kana(data.classes), np.float32)


def calibration_recipe(recipe: Recipe) -> Recipe:
    """The shorter training, with a shifted hold-out, that calibrates a run which holds nothing out."""
    start = recipe.export.calibration_weights  # model.weights and the teacher have seen what is held out
    return replace(
        recipe,
        data=replace(recipe.data, validation="shifted"),
        model=replace(recipe.model, weights=start),
        fit=replace(recipe.fit, epochs=recipe.export.calibration_epochs, shape_power=1.0, teacher=""),
        export=replace(recipe.export, calibration_epochs=0, calibration_weights="", start_share=0.0),
    )


def _calibration(run: Run, proto: Any, data: Assembled, watch: Callbacks) -> Calibration | None:
    """Fitted on the run's hold-out or by a second training; None where nothing is held out."""
    recipe = run.recipe
    if recipe.export.calibration_epochs:
        second = run.folder / "calibration"
        if not (second / "result.json").is_file():
            train(
                calibration_recipe(recipe), resume=Run.begin(calibration_recipe(recipe), second), watch=watch
            )
        found = Run.open(second).read("result.json")["calibration"]
        return Calibration(**found) if found else None
    if data.validation is None:
        return None
    part = augmented(data.validation, recipe)
    draft = run.folder / "uncalibrated.onnx"  # not under the name that a finished run's model is found by
    try:
        export.stamp(proto, _info(recipe, data, None), draft)
        logits = Model(draft).logits(part.images)
    finally:
        draft.unlink(missing_ok=True)
    return calibrate(logits, part, recipe.export.precision)


def augmented(part: Part, recipe: Recipe, block: int = 512) -> Part:
    """The held-out part as the recipe wants it for the calibration: see `recipe.Export.calibration_augment`.

    Returns:
        Glyphs uint8 (n, size, size), the same ones for the same recipe.
    """
    if not recipe.export.calibration_augment:
        return Part(np.asarray(part.images), part.labels)
    images = np.array(part.images)
    rng = np.random.default_rng(recipe.fit.seed)
    for start in range(0, len(images), block):
        glyphs = recipe.augment(images[start : start + block], rng)
        images[start : start + block] = np.rint(255 * glyphs)
    return Part(images, part.labels)


def _info(recipe: Recipe, data: Assembled, found: Calibration | None) -> ModelInfo:
    """What the file says of itself; without a calibration nothing is ever sure."""
    alike = {
        data.classes[int(label)]: [data.classes[k] for k in others]
        for label, others in (found.look_alikes if found else {}).items()
    }
    return ModelInfo(
        name=recipe.name,
        classes=data.classes,
        size=recipe.data.size,
        temperature=found.temperature if found else 1.0,
        sure_threshold=found.threshold if found else NEVER,
        shifts=tuple((int(a), int(b)) for a, b in recipe.export.shifts),
        architecture=recipe.model.architecture,
        trained_on=", ".join(recipe.data.sources),
        attribution=attribution(recipe),
        more={"seed": recipe.fit.seed, "look_alikes": alike},
    )
