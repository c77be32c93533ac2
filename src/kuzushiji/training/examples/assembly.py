"""From a recipe's ``data`` table to arrays: sources joined, brought to one size, a part held out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.datasets import Dataset, load, shifted_holdout
from kuzushiji.datasets.layouts.folders import SPLITS, splits_of
from kuzushiji.datasets.registry import KKANJI, PUBLISHED
from kuzushiji.errors import UsageError
from kuzushiji.images import resize_glyphs
from kuzushiji.training.examples.typefaces import typeset_glyphs
from kuzushiji.training.recipe import Data


@dataclass(frozen=True)
class Part:
    """Glyphs and labels to learn from or to measure on.

    Attributes:
        images: uint8 (n, size, size), white ink on black.
        labels: int64 (n,), positions in the classes.
        published: int64 (n,), the side at which each was published, pixels; None where that is its size.
    """

    images: np.ndarray
    labels: np.ndarray
    published: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def sides(self) -> np.ndarray:
        """The side at which each was published, int64 (n,), pixels."""
        return np.full(len(self), self.images.shape[1]) if self.published is None else self.published

    def take(self, rows: np.ndarray) -> Part:
        """Some of them, by position."""
        return Part(self.images[rows], self.labels[rows], self.sides[rows])


@dataclass(frozen=True)
class Assembled:
    """What `assemble` gives.

    Attributes:
        classes: characters.
        train: what is learned from.
        validation: what is held out; None where nothing is, as of a small set of which ``shifted`` finds
            nothing to hold out.
        typeset: how many glyphs at the end of ``train`` are a typeface's and not the sources'.
    """

    classes: tuple[str, ...]
    train: Part
    validation: Part | None
    typeset: int = 0

    @property
    def written(self) -> Part:
        """The training part without the typefaces' glyphs."""
        return self.train.take(np.arange(len(self.train) - self.typeset)) if self.typeset else self.train

    @property
    def counts(self) -> np.ndarray:
        """Training images a class, without the typefaces' glyphs, int64 (c,)."""
        written = self.train.labels[: len(self.train) - self.typeset]
        return np.bincount(written, minlength=len(self.classes))


def assemble(data: Data, seed: int = 0) -> Assembled:
    """Loads and joins the sources of a recipe.

    Where kanji are among them, what is in a test part of the other sets under another name is left out
    (``kuzushiji.datasets.shared_pictures``).

    Raises:
        KuzushijiError: a data set is not here (the message says how to get it).
        UsageError: the validation shares no class with the sources.
    """
    kanji = any(source.partition("/")[0] == KKANJI.name for source in data.sources)
    sets = [_load(source, drop_shared=kanji) for source in data.sources]
    classes = tuple(dict.fromkeys(c for s in sets for c in s.classes))
    train: list[Part] = []
    held: list[Part] = []
    for source in sets:
        part = _part(source, classes, data)
        if data.validation == "own" and _has_validation(source):
            train.append(part)
            held.append(_part(load(source.name, "validation"), classes, data))
        elif data.validation in ("shifted", "own"):
            keep, out = shifted_holdout(source, fraction=data.fraction, seed=seed)
            train.append(part.take(keep))
            held.append(part.take(out))
        else:
            train.append(part)
    typeset = 0
    if data.typefaces:
        more = Part(*typeset_glyphs(classes, data.typefaces, data.size))
        train.append(more)
        typeset = len(more)
    if data.validation not in ("shifted", "own", "none"):
        held = [_part(_load(data.validation), classes, data)]
    return Assembled(classes, _join(train), _join(held) if any(map(len, held)) else None, typeset)


def _load(source: str, drop_shared: bool = False) -> Dataset:
    name, _, split = source.partition("/")
    if name not in PUBLISHED and Path(source).is_dir() and (name in ("", ".", "..") or split not in SPLITS):
        return load(source, "all" if splits_of(Path(source)) == ("all",) else "train")
    return load(name, split or "train", drop_shared=drop_shared)


def _has_validation(source: Dataset) -> bool:
    published = PUBLISHED.get(source.name)
    return published is not None and source.split == "train" and "validation" in published.splits


def _join(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    return Part(
        np.concatenate([p.images for p in parts]),
        np.concatenate([p.labels for p in parts]),
        np.concatenate([p.sides for p in parts]),
    )


def _part(source: Dataset, classes: tuple[str, ...], data: Data) -> Part:
    position = {c: i for i, c in enumerate(classes)}
    to = np.array([position.get(c, -1) for c in source.classes])
    labels = to[np.asarray(source.labels)]
    if (labels < 0).all():
        raise UsageError(
            f"{source.name}/{source.split} shares no class with the training sources: "
            "--set data.validation=shifted, or none"
        )
    inside = np.flatnonzero(labels >= 0)
    everything = len(inside) == len(labels)
    images: Any = source.images if everything else source.images[inside]
    sides = np.full(len(inside), images.shape[1])
    return Part(resize_glyphs(images, data.size), labels[inside], sides)
