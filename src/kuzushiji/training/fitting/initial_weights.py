"""How a training starts: its network, from chance or from another's weights, and what a run keeps of that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.datasets import ATTRIBUTION
from kuzushiji.datasets.registry import PUBLISHED
from kuzushiji.errors import KuzushijiError
from kuzushiji.training.examples.assembly import Assembled
from kuzushiji.training.fitting.class_shapes import find_shapes
from kuzushiji.training.fitting.from_onnx import beginning, unfold
from kuzushiji.training.fitting.run_folder import Run
from kuzushiji.training.recipe import Recipe
from kuzushiji.weights import Model, find, names, open_model

_START, _SHAPES = "start.npz", "shapes.npy"


def network(
    recipe: Recipe, classes: Sequence[str], begun: bool = False, glyphs: np.ndarray | None = None
) -> Any:
    """Builds a recipe's network, as its seed draws it or with the weights that it starts from.

    Seeds the global random numbers of Python, NumPy and the backend.

    Args:
        recipe: its ``model``, ``data.size`` and ``fit.seed`` decide.
        classes: what it tells apart.
        begun: a checkpoint will give the weights, so that none are taken over.
        glyphs: see `start_from`.

    Returns:
        A ``keras.Model`` for `kuzushiji.training.fitting.loop.Loop`; see `kuzushiji.models.create`.

    Raises:
        KuzushijiError: ``model.weights`` is not there, or of another network.
        UsageError: an unknown architecture or an option that it does not have.
    """
    from kuzushiji import models  # isort: skip  (chooses Keras' backend)
    import keras

    keras.utils.set_random_seed(recipe.fit.seed)
    model = models.create(recipe.model.architecture, len(classes), recipe.data.size, **recipe.model.options)
    if recipe.model.weights and not begun:
        start_from(model, recipe.model.weights, glyphs, classes, recipe.model.trunk)
    return model


def start_from(
    model: Any,
    start: str | Path,
    glyphs: np.ndarray | None = None,
    classes: Sequence[str] = (),
    trunk: bool = False,
) -> None:
    """Gives a network the weights of another of the same layers, taken in order.

    The head takes those of the classes that both tell apart; where it is not known which the other does, all
    if there are as many.

    Args:
        model: from `kuzushiji.models.create`.
        start: a run folder, a ``.keras`` file, a shipped model's name or an ``.onnx`` file.
        glyphs: uint8 (n, size, size), some hundred training glyphs; what `unfold` needs for an ONNX file.
        classes: what the network tells apart.
        trunk: take what the other begins with, up to the first layer of another shape, and no head.

    Raises:
        KuzushijiError: no such model, or one of another shape.
    """
    path = find(start) if str(start) in names() else Path(start)
    source = path / "model.keras" if path.is_dir() else path
    if not source.is_file():
        raise KuzushijiError(f"model.weights: {source} is not there; train what the recipe starts from first")
    try:
        if source.suffix == ".onnx":
            if glyphs is None:
                raise KuzushijiError(f"model.weights: {source} gives weights where the training set is known")
            head = unfold(model, source, glyphs, trunk)
        else:
            head = _copy(source, model, trunk)
        if not trunk:
            _set_head(model.get_layer("logits"), head, _classes_of(source), classes)
    except ValueError as e:
        raise KuzushijiError(f"model.weights: {source} is of another network than the recipe's") from e


def _copy(source: Path, model: Any, trunk: bool) -> list[np.ndarray]:
    """Copies the weights of a ``.keras`` file but for the head's, which it returns.

    Raises:
        ValueError: it is of another network.
    """
    from kuzushiji.models.keras_file import open_keras

    earlier = {layer.name: layer for layer in open_keras(source).layers}
    mine = [layer for layer in model.layers if layer.weights]
    names = _beginning(mine, earlier) if trunk else _alike(mine, earlier)
    for layer, name in zip(mine, names, strict=not trunk):
        if layer.name != "logits":
            layer.set_weights(earlier[name].get_weights())
    return list(earlier["logits"].get_weights())


def _classes_of(source: Path) -> tuple[str, ...]:
    """What an ONNX file or a finished run's model tells apart; nothing for a ``.keras`` file by itself."""
    if source.suffix == ".onnx":
        return Model(source).info.classes
    run = Run(source.parent)
    ended = (run.folder / "result.json").is_file()
    return tuple(run.read("result.json")["model"]["classes"]) if ended else ()


def _set_head(head: Any, given: list[np.ndarray], theirs: Sequence[str], mine: Sequence[str]) -> None:
    """Gives a head the weights (features, classes), and biases (classes,) if it has any, of another's."""
    weights = [np.array(w) for w in head.get_weights()]
    if theirs and mine:
        common = [c for c in mine if c in set(theirs)]
        to, of = ([list(names).index(c) for c in common] for names in (mine, theirs))
        for own, other in zip(weights, given, strict=False):
            own[..., to] = other[..., of]
        head.set_weights(weights)
    elif [w.shape for w in weights] == [w.shape for w in given[: len(weights)]]:
        head.set_weights(given[: len(weights)])


def _with_weights(earlier: dict[str, Any]) -> list[str]:
    """Names of the earlier layers with weights, in order, without what was added for shipping."""
    return [name for name, layer in earlier.items() if layer.weights and name != "offset"]


def _alike(mine: list[Any], earlier: dict[str, Any]) -> list[str]:
    """Those of a network of the same layers."""
    names = _with_weights(earlier)
    if [len(earlier[n].weights) for n in names] != [len(layer.weights) for layer in mine]:
        raise ValueError
    return names


def _beginning(mine: list[Any], earlier: dict[str, Any]) -> list[str]:
    """Those of a network that begins the same, up to the first of another shape, without its head."""
    names = [name for name in _with_weights(earlier) if name != "logits"]
    same = beginning(map(_shapes, mine), (_shapes(earlier[name]) for name in names))
    if not same:
        raise ValueError
    return names[:same]


def _shapes(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(w.shape) for w in layer.weights]


def attribution(recipe: Recipe) -> str:
    """Whose data is in a run's weights, also by what it starts from and its teacher.

    Returns:
        As the published sets' licence asks; nothing where all of the data is one's own.
    """
    sources = {source.partition("/")[0] for source in recipe.data.sources}
    if not sources.isdisjoint(PUBLISHED):
        return ATTRIBUTION
    earlier = filter(None, (recipe.model.weights, recipe.fit.teacher))
    return next(filter(None, map(_attribution_of, earlier)), "")


def _attribution_of(model: str) -> str:
    path = Path(model)
    try:
        if model in names() or path.suffix == ".onnx":
            return open_model(model, 1).info.attribution
        run = Run(path if path.is_dir() else path.parent)
        return str(run.read("result.json")["model"].get("attribution", ""))
    except KuzushijiError:  # gone since the run began, or told by nothing: the sets may be in it
        return ATTRIBUTION


def keep_start(run: Run, model: Any) -> None:
    """Keeps the weights that a run starts from in its folder, for `mix_in_start`."""
    np.savez(run.folder / _START, *model.get_weights())


def mix_in_start(run: Run, model: Any, share: float) -> None:
    """Moves weights back towards those that their run started from; see `recipe.Export.start_share`."""
    with np.load(run.folder / _START) as start:
        pairs = zip(start.files, model.get_weights(), strict=True)
        model.set_weights([share * start[name] + (1 - share) * end for name, end in pairs])


def shapes_of(run: Run, model: Any, data: Assembled, begun: bool) -> np.ndarray | None:
    """The shapes inside each class, for a run that draws them more evenly; None for others.

    Args:
        run: the run; they are kept in its folder.
        model: the network as it starts.
        data: what it learns from.
        begun: the run goes on from a checkpoint, so that they are there.
    """
    fit = run.recipe.fit
    if fit.shape_power == 1:
        return None
    if not begun:
        np.save(run.folder / _SHAPES, find_shapes(model, data.train, fit.shapes, fit.seed))
    return np.asarray(np.load(run.folder / _SHAPES))
