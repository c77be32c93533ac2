"""What a recipe cannot mean, told before anything is paid for it.

What a part of the package knows by itself (losses, optimizers, networks, data sets, teachers) it says itself,
before the first step too.
"""

from __future__ import annotations

from typing import Any

from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.training.recipe import Recipe
from kuzushiji.weights import ModelInfo

_AT_LEAST = {
    "fit.epochs": 1,
    "fit.batch_size": 1,
    "fit.weight_decay": 0,
    "fit.shapes": 1,
    "fit.checkpoint_minutes": 0,
    "export.calibration_epochs": 0,
    "export.prototypes": 0,
}
_SHARES = {
    "data.soften": "a part of the glyphs",
    "data.voiced": "a part of the kana",
    "fit.warmup": "a part of the run",
    "fit.momentum": "a decay",
    "fit.ema": "a decay",
    "export.start_share": "a share of the weights",
}
_SHARES_BELOW_1 = {"data.outside": "a part of each batch", "fit.label_smoothing": "a probability"}


def check(recipe: Recipe) -> None:
    """Looks at every value that would else fail late, or not at all.

    Raises:
        UsageError: a value is out of its range, or one setting needs or excludes another.
    """
    _check_lists(recipe)
    _check_ranges(recipe)
    _check_together(recipe)


def _check_lists(recipe: Recipe) -> None:
    for key in ("data.sources", "data.typefaces"):
        for entry in _value(recipe, key):
            if not (isinstance(entry, str) and entry):
                raise UsageError(f"{key} has {entry!r} in it; it must be a list of names")
    if not recipe.data.sources:
        raise UsageError('data.sources is empty; name a data set, such as ["kmnist"]')
    validation = recipe.data.validation
    if validation not in ("shifted", "own", "none") and "/" not in validation:
        raise UsageError(
            f"data.validation is {validation!r}; there are: shifted, own, none, or a set and its split, "
            "such as kkanji/validation"
        )
    for shift in recipe.export.shifts:
        if not (isinstance(shift, tuple | list) and [type(step) for step in shift] == [int, int]):
            raise UsageError(
                f"export.shifts has {shift!r} in it; it must be a list of pairs, such as [[0, 0], [1, 0]]"
            )


def _check_ranges(recipe: Recipe) -> None:
    for key, least in _AT_LEAST.items():
        _need(_value(recipe, key) >= least, recipe, key, f"it must be at least {least}")
    for key, what in _SHARES.items():
        _need(0 <= _value(recipe, key) <= 1, recipe, key, f"it is {what}, from 0 to 1")
    for key, what in _SHARES_BELOW_1.items():
        _need(0 <= _value(recipe, key) < 1, recipe, key, f"it is {what}, from 0 to below 1")
    _need(recipe.fit.learning_rate > 0, recipe, "fit.learning_rate", "it must be above 0")
    _need(0 <= recipe.fit.seed < 2**32, recipe, "fit.seed", "it must be from 0 to 4294967295")
    _need(0 < recipe.data.fraction <= 0.5, recipe, "data.fraction", "it must be above 0 and at most 0.5")
    _need(0 < recipe.export.precision < 1, recipe, "export.precision", "it must be above 0 and below 1")
    augment = recipe.export.calibration_augment
    _need(augment in (0, 1), recipe, "export.calibration_augment", "it must be 0 or 1")
    try:
        ModelInfo(recipe.name, ("字",), recipe.data.size, shifts=recipe.export.shifts)
    except KuzushijiError as e:
        raise UsageError(f"data.size or export.shifts: {e}") from e


def _check_together(recipe: Recipe) -> None:
    needy = {"fit.shape_power": recipe.fit.shape_power != 1, "export.start_share": recipe.export.start_share}
    for which, used in needy.items():
        if used and not recipe.model.weights:
            raise UsageError(f"{which} needs model.weights: a run to start from")
    if recipe.data.soften and recipe.fit.teacher:
        raise UsageError("data.soften and fit.teacher do not go together: a teacher knows no closed classes")
    if recipe.data.outside and not recipe.data.typefaces:
        raise UsageError("data.outside needs data.typefaces: what to draw other characters with")
    if recipe.data.outside and recipe.fit.teacher:
        raise UsageError("data.outside and fit.teacher do not go together: a teacher knows only the classes")
    if recipe.export.prototypes and not recipe.model.options.get("cosine_scale"):
        raise UsageError("export.prototypes needs a cosine head: set model.options.cosine_scale")


def _value(recipe: Recipe, key: str) -> Any:
    table, _, name = key.partition(".")
    return getattr(getattr(recipe, table), name)


def _need(fits: bool, recipe: Recipe, key: str, what: str) -> None:
    if not fits:
        raise UsageError(f"{key} is {_value(recipe, key)}; {what}")
