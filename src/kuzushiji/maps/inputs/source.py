"""The images to be mapped: a split of a data set, or both of its splits, or a fixed random part of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.datasets.registry import PUBLISHED
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.images import to_glyph
from kuzushiji.maps.result import Added


@dataclass(frozen=True)
class Source:
    """Images, who they are, and where they came from.

    Attributes:
        dataset: name or path of the data set.
        split: the split.
        images: uint8 (n, h, w) array-like, white ink on black, perhaps lazy.
        labels: int64 (n,).
        classes: the character of each label.
        indices: int64 (n,), place of each image in the whole split.
        part: int64 (n,), 0 for the training and 1 for the test part of split ``"all"``; None for other
            splits.
        training_counts: int64 (len(classes),), images of each class in the whole training split; None where
            that is not known.
    """

    dataset: str
    split: str
    images: Any
    labels: np.ndarray
    classes: tuple[str, ...]
    indices: np.ndarray
    part: np.ndarray | None = None
    training_counts: np.ndarray | None = None

    def __len__(self) -> int:
        """Number of images."""
        return len(self.labels)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of an image."""
        return int(self.images.shape[1]), int(self.images.shape[2])

    def blocks(self, size: int = 4096) -> Iterator[np.ndarray]:
        """The images in order as float32 (<= size, h * w) in [0, 1], without ever holding all of them."""
        for start in range(0, len(self), size):
            block = np.asarray(self.images[start : start + size])
            yield block.reshape(len(block), -1).astype(np.float32) / 255.0

    def rows(self, indices: np.ndarray) -> np.ndarray:
        """Some images as float32 (len(indices), h * w) in [0, 1]."""
        block = np.asarray(self.images[np.asarray(indices)])
        return block.reshape(len(block), -1).astype(np.float32) / 255.0

    def subset(self, n: int, seed: int = 0) -> Source:
        """A part of ``n`` images, the same for the same seed, in the order of the set.

        Every class keeps its share, and at least one image while ``n`` allows.

        Raises:
            UsageError: n is less than 1.
        """
        if n < 1:
            raise UsageError(f"a subset needs at least 1 image, not {n}")
        if n >= len(self):
            return self
        chosen = stratified(self.labels, n, seed)
        return replace(
            self,
            images=np.asarray(self.images[chosen]),
            labels=self.labels[chosen],
            indices=self.indices[chosen],
            part=None if self.part is None else self.part[chosen],
        )


def stratified(labels: np.ndarray, n: int, seed: int = 0) -> np.ndarray:
    """Sorted positions of ``n`` images in which every class has its share.

    Images are ranked at random inside their class; the ``n`` with the smallest (rank + 0.5) / class size are
    taken, so that each class is cut at the same height, after one image of each.

    >>> labels = np.repeat([0, 1], [90, 10])
    >>> np.bincount(labels[stratified(labels, 20)]).tolist()
    [18, 2]
    """
    labels = np.asarray(labels)
    order = np.random.default_rng(seed).permutation(len(labels))
    by_class = order[np.argsort(labels[order], kind="stable")]
    _, start, size = np.unique(labels[by_class], return_index=True, return_counts=True)
    rank = np.arange(len(labels)) - np.repeat(start, size)
    height = np.where(rank == 0, -1.0, (rank + 0.5) / np.repeat(size, size))
    return np.sort(by_class[np.argsort(height, kind="stable")[: min(n, len(labels))]])


def load_source(dataset: str | Path, split: str = "train") -> Source:
    """Loads a data set for mapping; ``"all"`` is training and test images in this order.

    Raises:
        KuzushijiError: the set cannot be loaded or is empty.
        UsageError: no such set or split.
    """
    from kuzushiji.datasets import load

    published = PUBLISHED.get(str(dataset))
    if split == "all" and published and split not in published.splits:
        train, test = load(dataset, "train"), load(dataset, "test")
        images: Any = np.concatenate([np.asarray(train.images), np.asarray(test.images)])
        labels = np.concatenate([train.labels, test.labels])
        part: np.ndarray | None = np.repeat([0, 1], [len(train), len(test)])
        classes = train.classes
        learned: np.ndarray | None = train.labels
    else:
        loaded = load(dataset, split)
        images, labels, classes, part = loaded.images, loaded.labels, loaded.classes, None
        learned = labels if split == "train" else _training_labels(dataset)
    if len(labels) == 0:
        raise KuzushijiError(f"{dataset}, split {split}, has no images")
    return Source(
        str(dataset),
        split,
        images,
        np.asarray(labels, np.int64),
        tuple(classes),
        np.arange(len(labels)),
        part,
        _counted(learned, len(classes)),
    )


def _training_labels(dataset: str | Path) -> np.ndarray | None:
    from kuzushiji.datasets import load

    try:
        return load(dataset, "train").labels
    except KuzushijiError:  # a folder of the user need not be divided
        return None


def _counted(labels: np.ndarray | None, classes: int) -> np.ndarray | None:
    """Images of each class; None where the training split has other classes."""
    counts = None if labels is None else np.bincount(labels, minlength=classes)
    return counts if counts is not None and len(counts) == classes else None


def new_images(source: Source, pictures: Sequence[tuple[str, np.ndarray]]) -> Added:
    """New pictures as glyphs of the set's size, to be placed on its maps.

    Args:
        source: the images of the maps.
        pictures: what to call each, and its grey values as from `kuzushiji.images.read_image`.

    Raises:
        KuzushijiError: the images of the set are not square, so that no glyph is like them.
    """
    h, w = source.shape
    if h != w:
        raise KuzushijiError(f"new images need square ones beside them, but {source.dataset} has {w}x{h}")
    return Added(tuple(name for name, _ in pictures), np.stack([to_glyph(grey, h) for _, grey in pictures]))


def check(source: Source, neighbours: int) -> None:
    """Refuses images of which no map can be made.

    Args:
        source: the images.
        neighbours: neighbours of each image that the methods asked for will look at.

    Raises:
        KuzushijiError: fewer images than neighbours, or all images the same.
    """
    n = len(source)
    if n <= neighbours + 1:
        raise KuzushijiError(
            f"{source.dataset}, split {source.split}: {n} images, but the methods look at {neighbours} "
            f"neighbours of each; give at least {neighbours + 2}"
        )
    first = np.asarray(source.images[0:1])
    if not any(bool((block != first).any()) for block in _raw(source.images)):
        raise KuzushijiError(
            f"{source.dataset}, split {source.split}: all {n} images are the same; nothing to map"
        )


def _raw(images: Any, size: int = 4096) -> Iterator[np.ndarray]:
    for start in range(0, len(images), size):
        yield np.asarray(images[start : start + size])
