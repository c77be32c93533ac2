"""Recipes: everything that decides a training run, in one TOML file.

The tables of the file are the dataclasses below, field for field; what a file leaves out keeps the default.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from kuzushiji.errors import UsageError
from kuzushiji.training.augment import Augment


@dataclass(frozen=True)
class Data:
    """What to learn from.

    Attributes:
        sources: data sets, each ``name`` or ``name/split`` (default split: train), or folders of one's own;
            classes are their union, in order.
        size: side of the glyphs, pixels. Sources that were published at several sizes are best joined at the
            smallest of them, or with ``soften``: else the network learns which set a glyph comes from by its
            sharpness.
        soften: part of the glyphs of larger sources that are drawn by way of the smallest source's size, and
            look as its glyphs do. From the others, which are sharper, it is learned which of the larger
            sources' own classes they are, and never whether they are one of these: classes that only the
            smallest source has are left out of their softmax (see `kuzushiji.training.examples.sharpness`). 0
            for none.
        voiced: part of the kana with a voiced form that are drawn with voicing marks (see
            `kuzushiji.training.examples.voicing`); 0 for none.
        typefaces: font files, by path or by the name that the system's font folders have them under, whose
            kanji are learned beside the images (see `kuzushiji.training.examples.typefaces`).
        outside: part of each batch that is characters of the typefaces that are no class, learned to be none
            (see `kuzushiji.training.examples.unknown`); 0 for none.
        validation: ``shifted`` holds out whole clusters inside each class of the sources (never a random
            part: the official test sets are shifted too), ``own`` takes the validation split of those sources
            that have one and does as ``shifted`` for the others, ``none`` trains on everything, anything else
            is a ``name/split`` to measure on.
        fraction: part held out by ``shifted``.
    """

    sources: tuple[str, ...] = ("kmnist",)
    size: int = 28
    soften: float = 0.0
    voiced: float = 0.0
    typefaces: tuple[str, ...] = ()
    outside: float = 0.0
    validation: str = "shifted"
    fraction: float = 0.1


@dataclass(frozen=True)
class Model:
    """Which network.

    Attributes:
        architecture: its name (see `kuzushiji.models`).
        options: the architecture's own.
        weights: what to start from: a run folder, a ``.keras`` file, a shipped model's name or an ``.onnx``
            file of such a network; empty to start from chance. In the head, only the classes that both know
            start from it.
        trunk: ``weights`` is of a network that begins as this one does and ends otherwise: its layers are
            taken up to the first of another shape, and the rest starts from chance.
    """

    architecture: str = "residual"
    options: dict[str, Any] = field(default_factory=dict)
    weights: str = ""
    trunk: bool = False


@dataclass(frozen=True)
class Fit:
    """How to learn.

    Attributes:
        epochs: passes over the training part.
        batch_size: images a step.
        optimizer: ``sgd`` (Nesterov), ``adadelta``, ``adam``, ``adamw`` or ``muon``.
        learning_rate: the peak of the schedule.
        schedule: ``one-cycle`` (rise over ``warmup``, then a cosine to zero) or ``constant``.
        warmup: fraction of the run in which the rate rises.
        momentum: of ``sgd``.
        weight_decay: decoupled, not applied to biases and normalizations. With ``muon`` the head has another
            (see `kuzushiji.training.fitting.optimizers.HEAD_DECAY`), or none where this is 0.
        loss: ``softmax`` or ``balanced-softmax`` (Ren et al. 2020, arXiv:2007.10740: the log prior of the
            classes is added to the logits while training).
        label_smoothing: probability spread over all classes.
        teacher: a model whose answers are learned beside the labels (see
            `kuzushiji.training.examples.teacher`): a shipped one's name, an ``.onnx`` file or a run folder.
            It must know the classes, at the same ``data.size``. Empty for none.
        teacher_share: weight of the teacher's answers, in (0, 1]; the labels' loss has the rest.
        teacher_temperature: softens the answers that are compared; 1 takes them as they are.
        ema: decay of the moving average of the weights, which is what is kept; 0 for none.
        sampling_power: 1 samples images as they are, 0 samples classes evenly, between: n^power a class.
        shape_power: the same for the shapes inside a class, which are clusters of the embedding of the
            network that the run starts from; below 1 it needs ``model.weights``.
        shapes: most clusters a class is cut into for that.
        bfloat16: convolutions are trained in that precision (see `kuzushiji.models.layers.in_bfloat16`): fast
            only on processors that know it.
        seed: of everything: weights, order, augmentation, dropout.
        checkpoint_minutes: how often a run can be taken up again from.
    """

    epochs: int = 12
    batch_size: int = 128
    optimizer: str = "sgd"
    learning_rate: float = 0.15
    schedule: str = "one-cycle"
    warmup: float = 0.2
    momentum: float = 0.9
    weight_decay: float = 0.005
    loss: str = "softmax"
    label_smoothing: float = 0.0
    teacher: str = ""
    teacher_share: float = 0.5
    teacher_temperature: float = 2.0
    ema: float = 0.0
    sampling_power: float = 1.0
    shape_power: float = 1.0
    shapes: int = 8
    bfloat16: bool = False
    seed: int = 0
    checkpoint_minutes: float = 5.0


@dataclass(frozen=True)
class Export:
    """What the shipped file does beside the network.

    Attributes:
        shifts: translations (rows, columns) in pixels over which logits are averaged at reading time.
        calibration_epochs: 0 fits the temperature and the threshold of ``sure`` on this run's own hold-out.
            Above 0, the run learns from everything and a second, shorter training of so many epochs, with a
            shifted hold-out and without a teacher, who may have seen it, gives them: hardly less honest, and
            the shipped model loses no shape.
        calibration_weights: what that second training starts from, as in ``model.weights``: a run that has
            held the same glyphs out. Empty for chance.
        calibration_augment: 1 augments the held-out part (as in training) for the calibration, 0 takes it as
            it is; more would count an image several times as evidence. Augmented glyphs stand for the writers
            and pages that no set has: without them, temperature and threshold would be those of books that
            were trained on.
        precision: least fraction of right answers among those called sure, on that part, in (0, 1).
        prior: fraction of the log prior of the classes that is added to the logits of the shipped file
            (see `kuzushiji.training.shipping.class_prior`); for models trained with balanced softmax.
        kana: added to the logits of kana in the shipped file, nats, where others are read too: the sets
            hold a capped number of each kana, pages far more of them.
        start_share: share of the weights that the run started from (``model.weights``) in what is kept, the
            rest being what it ended with: a later stage then forgets less of an earlier one (Wortsman et al.
            2022, arXiv:2109.01903).
        prototypes: training images of a class at which its learned direction and the mean embedding of its
            images weigh the same in the head (see `kuzushiji.training.shipping.prototypes`); 0 keeps the
            learned one.
        half: store the weights in half precision: half the bytes, the same speed.
        int8: compute the convolutions in 8-bit integers: a quarter of their bytes, and faster (see
            `kuzushiji.training.shipping.quantize`).
    """

    shifts: tuple[tuple[int, int], ...] = ((0, 0),)
    calibration_epochs: int = 0
    calibration_weights: str = ""
    calibration_augment: int = 0
    precision: float = 0.99
    prior: float = 0.0
    kana: float = 0.0
    start_share: float = 0.0
    prototypes: float = 0.0
    half: bool = False
    int8: bool = False


@dataclass(frozen=True)
class Recipe:
    """A whole run: see the parts."""

    name: str = "untitled"
    data: Data = Data()
    model: Model = Model()
    augment: Augment = field(default_factory=Augment)
    fit: Fit = Fit()
    export: Export = Export()

    def to_dict(self) -> dict[str, Any]:
        """Nested plain values, as TOML and JSON have them."""
        return asdict(self)


def load_recipe(path: str | Path, settings: Sequence[str] = ()) -> Recipe:
    """Reads a recipe and applies ``key=value`` settings to it.

    Args:
        path: a TOML file.
        settings: such as ``"fit.epochs=3"``; values are TOML (bare words are taken as strings).

    Raises:
        UsageError: no such file, not TOML, an unknown key or a value of the wrong type.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        tree = tomllib.loads(text)
    except OSError as e:
        raise UsageError(f"recipe {path}: {e.strerror}; the project's own are in recipes/") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise UsageError(f"recipe {path} is not TOML: {e}") from e
    tree.setdefault("name", Path(path).stem)
    for setting in settings:
        _put(tree, setting)
    return from_dict(tree, where=str(path))


def from_dict(tree: dict[str, Any], where: str = "recipe") -> Recipe:
    """Builds a recipe from nested plain values; the inverse of `Recipe.to_dict`.

    >>> from_dict({"fit": {"epochs": 3}}).fit.epochs
    3
    >>> from_dict({"fit": {"epoch": 3}})
    Traceback (most recent call last):
    ...
    kuzushiji.errors.UsageError: recipe: no key fit.epoch; there are: batch_size, bfloat16, ...
    """
    recipe: Recipe = _fill(Recipe(), tree, where, "")
    return recipe


def _put(tree: dict[str, Any], setting: str) -> None:
    key, equals, value = setting.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {setting!r}: write key=value, such as fit.epochs=3")
    try:
        parsed = tomllib.loads(f"v = {value}")["v"]
    except tomllib.TOMLDecodeError:
        parsed = value
    *tables, last = key.strip().split(".")
    for name in tables:
        tree = tree.setdefault(name, {})
        if not isinstance(tree, dict):
            raise UsageError(f"--set {setting!r}: {name} is a value, not a table")
    tree[last] = parsed


def _fill(default: Any, tree: Any, where: str, prefix: str) -> Any:
    if not isinstance(tree, dict):
        raise UsageError(f"{where}: {prefix.rstrip('.')} is a value, not a table")
    tree = {k: v for k, v in tree.items() if not (f"{prefix}{k}" in _WITHDRAWN and not v)}
    known = {f.name: getattr(default, f.name) for f in fields(default)}
    changed = {}
    for key, value in tree.items():
        if key not in known:
            raise UsageError(f"{where}: no key {prefix}{key}; there are: {', '.join(sorted(known))}")
        if is_dataclass(known[key]):
            changed[key] = _fill(known[key], value, where, f"{prefix}{key}.")
        else:
            changed[key] = _as(known[key], value, f"{where}: {prefix}{key}")
    return replace(default, **changed)


_WITHDRAWN = {"data.jibo"}  # a run of an earlier version has it in its folder, without effect


_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    dict: "a table",
    tuple: "a list",
}


def _as(default: Any, value: Any, where: str) -> Any:
    """``value`` in the type of ``default`` (whole numbers may stand for fractions, lists for tuples)."""
    if isinstance(default, tuple) and isinstance(value, list | tuple):
        return tuple(tuple(v) if isinstance(v, list) else v for v in value)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        wanted = f"{_KINDS[type(default)]}, such as {json.dumps(default)}"
        raise UsageError(f"{where} is {value!r}; it must be {wanted}")
    return value
