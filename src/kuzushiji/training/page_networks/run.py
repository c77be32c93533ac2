"""A whole run of a page network: recipe in, run folder out."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import strftime
from typing import Any

import numpy as np

from kuzushiji._files import replacing
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.training.composing import Composer
from kuzushiji.training.fitting import checkpoint
from kuzushiji.training.fitting.run_folder import environment
from kuzushiji.training.page_networks.card import write_card
from kuzushiji.training.page_networks.material import glyph_bank, text_source
from kuzushiji.training.page_networks.recipe import PageRecipe, page_recipe
from kuzushiji.training.page_networks.streaming import Example, StreamLoop, StreamRecord

_STRIPS, _ROWS = 9, 7600  # of one page: strips, and rows of all of them, pixels
_FEW_ROWS, _MOST = 6000, 11  # rows below which a second page is composed; strips of a batch
_SECOND = 1_000_000  # number of the second page, behind that of any first one

Watch = Callable[[StreamRecord], None]


def is_page_run(folder: Path) -> bool:
    """Whether a run folder is that of a page network."""
    try:
        return "network" in json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # whoever opens it says what is wrong


def train_page_network(
    recipe: PageRecipe | None,
    runs: Path = Path("runs"),
    resume: Path | None = None,
    started: Callable[[Path], None] = lambda folder: None,
    watch: Watch = lambda record: None,
) -> Path:
    """Trains by a recipe, exports, and writes the card.

    Args:
        recipe: what to do; None for that of the resumed run.
        runs: folder for the new run's folder.
        resume: folder of a run that was interrupted.
        started: is called with the run's folder before the first step.
        watch: is called with each line of ``metrics.csv``.

    Returns:
        The run's folder: ``config.json``, ``environment.json``, ``metrics.csv``, ``checkpoint.npz``, and at
        the end ``model.keras``, ``model.onnx``, ``result.json`` and ``MODEL_CARD.md``.

    Raises:
        KuzushijiError: data missing, loss not finite, disk full, nothing to resume: see the message.
    """
    folder = resume or _new_folder(recipe, runs)
    if resume is not None:
        recipe = page_recipe(_json(resume / "config.json"), str(resume / "config.json"))
    assert recipe is not None
    import keras

    keras.utils.set_random_seed(recipe.fit.seed)
    task = _TASKS[recipe.network](recipe)
    started(folder)
    loop = StreamLoop(
        task.network,
        task.loss,
        task.example,
        recipe.fit.steps,
        recipe.fit.learning_rate,
        folder,
        recipe.fit.ema,
        recipe.fit.weight_decay,
    )
    if resume is not None:
        loop.resume()
    elif recipe.weights:
        _take_weights(task.network, Path(recipe.weights))
    loop.run(minutes=recipe.fit.checkpoint_minutes, watch=watch)
    task.network.save(folder / "model.keras")
    _export(task, recipe, folder)
    return folder


def _export(task: Any, recipe: PageRecipe, folder: Path) -> None:
    from kuzushiji.training.shipping.network_export import write_network

    info = {"name": recipe.name, "network": recipe.network, **task.info}
    difference = write_network(task.network, folder / "model.onnx", info, task.outputs, task.probe())
    result = {
        "network": recipe.network,
        "parameters": int(task.network.count_params()),
        "bytes": (folder / "model.onnx").stat().st_size,
        "steps": recipe.fit.steps,
        "onnx_difference": difference,
    }
    _write(folder / "result.json", result)
    write_card(folder, recipe, result)


class _Detector:
    outputs = ("maps",)

    def __init__(self, recipe: PageRecipe) -> None:
        from kuzushiji.models.detector import detector_network
        from kuzushiji.training.page_networks.detection.loss import loss

        self.network, self.loss, self._composer = detector_network(), loss, _composer(recipe)
        self.info: dict[str, Any] = {}

    def example(self, step: int) -> Example | None:
        from kuzushiji.images.page import page_ink
        from kuzushiji.training.page_networks.detection.targets import targets

        page = self._composer.page(step)
        if len(page.placed) < 3:
            return None
        return page_ink(page.image)[None, None], targets(page.placed, *page.image.shape)

    def probe(self) -> np.ndarray:
        return np.random.default_rng(0).random((1, 1, 256, 192), np.float32)


class _Column:
    outputs = ("logits", "boxes", "marks")

    def __init__(self, recipe: PageRecipe) -> None:
        from kuzushiji.models.column import column_network
        from kuzushiji.training.composing.glyphs import ITERATION, REPEAT
        from kuzushiji.training.page_networks.columns.loss import loss
        from kuzushiji.training.page_networks.columns.start import start_from_reader
        from kuzushiji.training.page_networks.columns.strips import Cutter
        from kuzushiji.weights import open_model

        reader = open_model(recipe.start or "reader")
        self.classes = (*reader.info.classes, REPEAT, ITERATION)
        self.network, self.loss, self._composer = column_network(len(self.classes)), loss, _composer(recipe)
        if recipe.start:
            start_from_reader(self.network, reader.path)
            for name in ("stem", "a0", "a1", "a2"):  # edges and strokes: known, and costly to learn again
                self.network.get_layer(name).trainable = False
        self.info: dict[str, Any] = {"classes": list(self.classes)}
        self._cut = Cutter({char: k + 1 for k, char in enumerate(self.classes)}, _STRIPS, _ROWS)
        self._seed, self._real_strips = recipe.fit.seed, recipe.fit.real_strips
        self._real = None
        if recipe.fit.real_strips:
            if not recipe.material.known_pages:
                raise UsageError("fit.real_strips needs pages: --set material.known_pages=FOLDER")
            from kuzushiji.training.page_networks.columns.known_pages import real_strips

            self._real = real_strips(
                Path(recipe.material.known_pages), Path(recipe.material.known_columns), self.classes
            )

    def example(self, step: int) -> Example | None:
        from kuzushiji.training.page_networks.columns.targets import batch

        rng = np.random.default_rng((self._seed, 7, step))
        strips = self._cut(self._composer.page(step), rng)
        if sum(len(strip.ink) for strip in strips) < _FEW_ROWS:  # a page with little text: one more
            strips += self._cut(self._composer.page(step + _SECOND), rng)
        strips = strips[:_MOST]
        if self._real is not None and strips:
            drawn = [self._real.draw(rng) for _ in range(self._real_strips)]
            strips = [*(s for s in drawn if s is not None), *strips]
        return batch(strips) if strips else None

    def probe(self) -> np.ndarray:
        return np.random.default_rng(0).random((2, 1, 240, 56), np.float32)


_TASKS: dict[str, Callable[[PageRecipe], Any]] = {"detector": _Detector, "column": _Column}


def _composer(recipe: PageRecipe) -> Composer:
    bank = glyph_bank(recipe.material, recipe.fit.seed)
    pages = recipe.pages
    return Composer(
        bank,
        text_source(recipe.material, bank),
        seed=recipe.fit.seed,
        height=pages.height,
        width=pages.width,
        size=pages.size,
        spread=pages.spread,
        skew=pages.skew,
    )


def _take_weights(network: Any, path: Path) -> None:
    """The averaged weights of a checkpoint."""
    arrays = checkpoint.load(path / "checkpoint.npz" if path.is_dir() else path)
    for k, weight in enumerate(network.weights):
        value = arrays.get(f"average{k:04d}")
        if value is None or tuple(value.shape) != tuple(weight.shape):
            raise KuzushijiError(f"{path}: its weights are of another network than the recipe's")
        weight.assign(value)


def _new_folder(recipe: PageRecipe | None, runs: Path) -> Path:
    assert recipe is not None
    name = f"{recipe.name}-seed{recipe.fit.seed}-{strftime('%Y%m%d-%H%M%S')}"
    for n in count(1):
        folder = runs / (f"{name}-{n}" if n > 1 else name)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as e:
            raise KuzushijiError(f"run folder {folder}: {e.strerror}") from e
        _write(folder / "environment.json", environment())
        _write(folder / "config.json", recipe.to_dict())
        return folder
    raise AssertionError


def _write(path: Path, tree: dict[str, Any]) -> None:
    with replacing(path) as part:
        part.write_text(json.dumps(tree, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _json(path: Path) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise KuzushijiError(f"{path} cannot be read: {e}") from e
    return tree
