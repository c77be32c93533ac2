"""How a training starts: its network, from chance or from another's weights, and what a run keeps of that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.training import export
from kuzushiji.training.data import Assembled
from kuzushiji.training.recipe import Recipe
from kuzushiji.training.run import Run
from kuzushiji.training.shapes import find_shapes

_START, _SHAPES = "start.npz", "shapes.npy"


def network(recipe: Recipe, classes: int, begun: bool = False) -> Any:
    """Builds a recipe's network, as its seed draws it or with the weights that it starts from.

    Seeds the global random numbers of Python, NumPy and the backend.

    Args:
        recipe: its ``model``, ``data.size`` and ``fit.seed`` decide.
        classes: number of classes.
        begun: a checkpoint will give the weights, so that none are taken over.

    Returns:
        A ``keras.Model`` for `kuzushiji.training.loop.Loop`; see `kuzushiji.models.create`.

    Raises:
        KuzushijiError: ``model.weights`` is not there, or of another network.
        UsageError: an unknown architecture or an option that it does not have.
    """
    from kuzushiji import models  # isort: skip  (chooses Keras' backend)
    import keras

    keras.utils.set_random_seed(recipe.fit.seed)
    model = models.create(recipe.model.architecture, classes, recipe.data.size, **recipe.model.options)
    if recipe.model.weights and not begun:
        start_from(model, Path(recipe.model.weights))
    return model


def start_from(model: Any, path: Path) -> None:
    """Gives a network the weights of another of the same layers, taken in order.

    A head for another number of classes stays as it is.

    Args:
        model: from `kuzushiji.models.create`.
        path: a run folder, or a ``.keras`` file.

    Raises:
        KuzushijiError: no such model, or one of another shape.
    """
    source = path / "model.keras" if path.is_dir() else path
    if not source.is_file():
        raise KuzushijiError(f"model.weights: {source} is not there; train what the recipe starts from first")
    earlier = {layer.name: layer for layer in export.open_keras(source).layers}
    mine = [layer for layer in model.layers if layer.weights]
    try:
        for layer, name in zip(mine, _alike(mine, earlier), strict=True):
            if layer.name != "logits" or layer.weights[-1].shape == earlier[name].weights[-1].shape:
                layer.set_weights(earlier[name].get_weights())
    except ValueError as e:
        raise KuzushijiError(f"model.weights: {source} is of another network than the recipe's") from e


def _alike(mine: list[Any], earlier: dict[str, Any]) -> list[str]:
    """Names of the earlier layers with weights, in order, without what was added for shipping."""
    names = [name for name, layer in earlier.items() if layer.weights and name != "offset"]
    if [len(earlier[n].weights) for n in names] != [len(layer.weights) for layer in mine]:
        raise ValueError
    return names


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
