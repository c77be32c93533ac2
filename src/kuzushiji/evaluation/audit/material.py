"""All splits of a data set side by side, without copying them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kuzushiji.errors import KuzushijiError

if TYPE_CHECKING:
    from kuzushiji.datasets import Dataset

SIDE = 32
"""Larger pictures are averaged down to at most this: gradients need no more, and memory less."""


@dataclass(frozen=True)
class Material:
    """The images of all splits, counted through.

    Attributes:
        name: the data set's name.
        parts: the splits, all with the same classes.
    """

    name: str
    parts: tuple[Dataset, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The character of each label."""
        return self.parts[0].classes

    @cached_property
    def labels(self) -> np.ndarray:
        """(n,) int64 labels of all splits."""
        return np.concatenate([p.labels for p in self.parts])

    @cached_property
    def part_of(self) -> np.ndarray:
        """(n,) int64, which split each image is in."""
        return np.repeat(np.arange(len(self.parts)), [len(p) for p in self.parts])

    def __len__(self) -> int:
        return sum(len(p) for p in self.parts)

    def __getitem__(self, key: slice | np.ndarray) -> np.ndarray:
        """Some images, uint8 (k, h, w), by slice or by (k,) indices counted through."""
        wanted = np.arange(len(self))[key] if isinstance(key, slice) else np.asarray(key)
        out = np.empty((len(wanted), *self.parts[0].images.shape[1:]), np.uint8)
        start = 0
        for part in self.parts:
            inside = (wanted >= start) & (wanted < start + len(part))
            if inside.any():
                out[inside] = part.images[wanted[inside] - start]
            start += len(part)
        return out

    def place(self, index: int) -> tuple[str, int]:
        """The split of an image, and its index there.

        Args:
            index: counted through.

        Returns:
            Split and index.
        """
        for part in self.parts:
            if index < len(part):
                return part.split, index
            index -= len(part)
        raise IndexError(index)


def gather(dataset: str | Path) -> Material:
    """Loads every split of a data set.

    Args:
        dataset: a name, or the path of one's own data.

    Returns:
        The splits train, validation and test as far as there are such; otherwise all as one.

    Raises:
        KuzushijiError: the data cannot be had, or is empty.
    """
    from kuzushiji.datasets import load, names

    if str(dataset) == "kkanji":  # black images are a finding here
        parts = tuple(load("kkanji", split, drop_black=False) for split in ("train", "validation", "test"))
    elif str(dataset) in names() or not Path(dataset).is_dir():
        parts = (load(dataset, "train"), load(dataset, "test"))
    else:
        try:
            parts = (load(dataset, "train"), load(dataset, "test"))
        except KuzushijiError:  # one's own folder need not have parts
            parts = (load(dataset, "all"),)
    material = Material(str(dataset), tuple(p for p in parts if len(p)))
    for part in material.parts[1:]:
        first = material.parts[0]
        if part.images.shape[1:] != first.images.shape[1:]:
            sizes = [f"{p.split} {p.images.shape[1]} x {p.images.shape[2]}" for p in (first, part)]
            raise KuzushijiError(f"{dataset}: an audit needs images of one size, not {' and '.join(sizes)}")
    if len(material) < 2:
        raise KuzushijiError(f"{dataset}: an audit needs at least two images")
    return material


def shrunk(images: np.ndarray) -> np.ndarray:
    """Averages blocks of pixels until the picture is at most :data:`SIDE` pixels high and wide.

    Args:
        images: uint8 (n, h, w).

    Returns:
        uint8 (n, h', w').

    >>> shrunk(np.zeros((1, 64, 64), np.uint8)).shape
    (1, 32, 32)
    """
    n, h, w = images.shape
    f = -(-max(h, w) // SIDE)
    if f == 1:
        return images
    images = images[:, : h // f * f, : w // f * f]
    blocks = images.reshape(n, h // f, f, w // f, f)
    return blocks.mean(axis=(2, 4), dtype=np.float32).round().astype(np.uint8)
