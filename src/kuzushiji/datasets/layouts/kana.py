"""Kuzushiji-MNIST and Kuzushiji-49: the published files of a folder, read and recognised by content."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kuzushiji.datasets import registry
from kuzushiji.datasets.dataset import Dataset
from kuzushiji.datasets.layouts.file_formats import read_idx, read_npz
from kuzushiji.errors import KuzushijiError

_IDX_PREFIX = {"train": "train", "test": "t10k"}
OLD = "the release before February 2019, with black and duplicated images"
CLASSES = {
    "kmnist": registry.KMNIST_CLASSES,
    "k49": registry.K49_CLASSES,
    "k49-sample": registry.K49_CLASSES,
}


def files_of(name: str, split: str, folder: Path) -> tuple[Path, Path] | None:
    """The (images, labels) files of a split in a folder: npz, else idx.gz, else idx, else None."""
    stem = name.partition("-")[0]
    pairs = [(f"{stem}-{split}-imgs.npz", f"{stem}-{split}-labels.npz")]
    if name == "kmnist":
        prefix = _IDX_PREFIX[split]
        pairs += [(f"{prefix}-images-idx3-ubyte{z}", f"{prefix}-labels-idx1-ubyte{z}") for z in (".gz", "")]
    for images, labels in pairs:
        if (folder / images).is_file() and (folder / labels).is_file():
            return folder / images, folder / labels
    return None


def read_split(name: str, split: str, files: tuple[Path, Path]) -> Dataset:
    """Reads a split and makes sure that it is the current release.

    Args:
        name: "kmnist", "k49" or "k49-sample".
        split: "train" or "test".
        files: as from :func:`files_of`.

    Returns:
        Images uint8 (n, 28, 28), labels int64 (n,).

    Raises:
        KuzushijiError: unreadable, the old release, or other counts, sizes or labels than published.
    """
    read = read_npz if files[0].suffix == ".npz" else read_idx
    images, labels = read(files[0]), read(files[1])
    published, side = registry.PUBLISHED[name], registry.PUBLISHED[name].side
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (side, side):
        raise KuzushijiError(
            f"{files[0]} holds {images.dtype} {images.shape}, not uint8 images of {side}x{side}"
        )
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or len(labels) != len(images):
        raise KuzushijiError(f"{files[1]} does not hold one whole number for each of {len(images):,} images")
    if is_old(name, split, images):
        raise KuzushijiError(f"{files[0]} is {OLD}; delete it and run: kuzushiji data get {name}")
    count = published.counts[split]
    if len(images) != count:
        raise KuzushijiError(
            f"{files[0]} holds {len(images):,} images; {published.title} {split} has {count:,}; get it again "
            "(for your own data give the folder's path instead of a name)"
        )
    if labels.max() >= len(CLASSES[name]) or labels.min() < 0:
        raise KuzushijiError(f"{files[1]} has labels outside 0…{len(CLASSES[name]) - 1}")
    return Dataset(name, split, images, labels.astype(np.int64), CLASSES[name])


def is_old(name: str, split: str, images: np.ndarray) -> bool:
    """Whether these are images of the release before February 2019, by its marks.

    In it KMNIST's train 13109 and test 9677 were entirely black, and Kuzushiji-49 had 4,505 images fewer in
    all (https://github.com/rois-codh/kmnist/issues/1, /5).
    """
    if name == "kmnist":
        mark = registry.OLD_KMNIST_BLACK[split]
        return len(images) == registry.KMNIST.counts[split] and not images[mark].any()
    if name == "k49":
        counts = registry.K49.counts
        return 0 < counts[split] - len(images) <= sum(counts.values()) - registry.OLD_K49_TOTAL
    return False
