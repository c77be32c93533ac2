"""From a recipe's ``data`` table to arrays: sources joined, brought to one size, a part held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.datasets import Dataset, load, shifted_holdout
from kuzushiji.errors import UsageError
from kuzushiji.training.recipe import Data


@dataclass(frozen=True)
class Part:
    """Glyphs and labels to learn from or to measure on.

    Attributes:
        images: uint8 (n, size, size), white ink on black.
        labels: int64 (n,), positions in the classes.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Assembled:
    """What `assemble` gives; ``validation`` is None where nothing is held out."""

    classes: tuple[str, ...]
    train: Part
    validation: Part | None

    @property
    def counts(self) -> np.ndarray:
        """Training images a class, int64 (c,)."""
        return np.bincount(self.train.labels, minlength=len(self.classes))


def assemble(data: Data, seed: int = 0) -> Assembled:
    """Loads and joins the sources of a recipe.

    Raises:
        KuzushijiError: a data set is not here (the message says how to get it).
        UsageError: the validation shares no class with the sources.
    """
    sets = [_load(source) for source in data.sources]
    classes = tuple(dict.fromkeys(c for s in sets for c in s.classes))
    train: list[Part] = []
    held: list[Part] = []
    for source in sets:
        part = _part(source, classes, data)
        if data.validation == "shifted":
            keep, out = shifted_holdout(source, fraction=data.fraction, seed=seed)
            train.append(Part(part.images[keep], part.labels[keep]))
            held.append(Part(part.images[out], part.labels[out]))
        else:
            train.append(part)
    if data.validation not in ("shifted", "none"):
        held = [_part(_load(data.validation), classes, data)]
    return Assembled(classes, _join(train), _join(held) if held else None)


def _load(source: str) -> Dataset:
    name, _, split = source.partition("/")
    return load(source) if source.startswith((".", "/")) else load(name, split or "train")


def _join(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    return Part(np.concatenate([p.images for p in parts]), np.concatenate([p.labels for p in parts]))


def _part(source: Dataset, classes: tuple[str, ...], data: Data) -> Part:
    position = {c: i for i, c in enumerate(classes)}
    to = np.array([position.get(c, -1) for c in source.classes])
    labels = to[np.asarray(source.labels)]
    if (labels < 0).all():
        raise UsageError(f"{source.name}/{source.split} shares no class with the training sources")
    inside = np.flatnonzero(labels >= 0)
    everything = len(inside) == len(labels)
    images = source.images if everything else source.images[inside]
    sides = (data.same_resolution, data.size) if data.same_resolution else (data.size,)
    return Part(resize(images, *sides), labels[inside])


def resize(images: np.ndarray, *sides: int, block: int = 8192) -> np.ndarray:
    """Resizes square glyphs, through each of ``sides`` in turn, by Pillow's antialiased bicubic filter.

    Args:
        images: uint8 (n, h, h), an array or a lazy view.
        *sides: the sides to go through, pixels.
        block: images held at once beside the result.

    Returns:
        uint8 (n, side, side) with the last side; the very same values where every side is h.
    """
    if all(side == images.shape[1] for side in sides):
        return np.asarray(images)
    from PIL import Image

    out = np.empty((len(images), sides[-1], sides[-1]), np.uint8)
    for start in range(0, len(images), block):
        for i, glyph in enumerate(images[start : start + block], start):
            picture = Image.fromarray(glyph)
            for side in sides:
                if picture.width != side:
                    picture = picture.resize((side, side), Image.Resampling.BICUBIC)
            out[i] = np.asarray(picture)
    return out
