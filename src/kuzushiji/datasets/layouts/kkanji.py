"""Kuzushiji-Kanji: 3,832 classes, 64x64, opened as a view of a memory-mapped file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from kuzushiji.datasets import registry
from kuzushiji.datasets.dataset import Dataset, ImageView
from kuzushiji.datasets.shared_pictures import tested_as_kana
from kuzushiji.datasets.splits import HALF, STANDARD
from kuzushiji.errors import KuzushijiError

SIDE = 64
INDEX = np.dtype(
    [
        ("codepoint", "<u4"),
        ("name", "S16"),  # of the file, without .png
        ("label", "<u2"),  # classes in order of code point
        ("standard", "u1"),  # index into splits.STANDARD
        ("half", "u1"),  # index into splits.HALF
        ("black", "?"),  # no pixel of ink
    ]
)
FOLDER = "unpacked-1"  # the number changes with the layout
TRAINING = ("train", "half-train")


def unpacked(home: Path) -> Path | None:
    """The folder of the unpacked set below a cache, or None if it is not there, whole and as published."""
    folder = home / "kkanji" / FOLDER
    try:
        found = registry.Content(**json.loads((folder / "content.json").read_text()))
        size = (folder / "images.npy").stat().st_size
    except (OSError, ValueError, TypeError):
        return None
    expect = registry.KKANJI_CONTENT
    return folder if found == expect and size > expect.images * SIDE * SIDE else None


def open_split(folder: Path, split: str, drop_black: bool = True, drop_shared: bool = False) -> Dataset:
    """Opens a part of the unpacked set; the images stay on disk until they are indexed.

    Args:
        folder: as from :func:`unpacked`.
        split: "train", "validation", "test" (protocol ``standard``), "half-train", "half-test" or "all".
        drop_black: leave the entirely black images out of the training parts (they stay in the others, so
            that scores are over the same images as everyone's).
        drop_shared: leave out of the training parts what a set of kana has in its test part (`shared`).

    Returns:
        Images uint8 (n, 64, 64) as a view, labels int64 (n,), classes in order of code point.

    Raises:
        KuzushijiError: the files are damaged.
    """
    index, images = open_files(folder)
    keep = members(index, split)
    if drop_black and split in TRAINING:
        keep &= ~index["black"]
    if drop_shared and split in TRAINING:
        keep &= ~np.isin(paths_of(index), list(tested_as_kana()))
    rows = np.flatnonzero(keep)
    classes = tuple(map(chr, np.unique(index["codepoint"]).tolist()))
    return Dataset("kkanji", split, ImageView(images, rows), index["label"][rows].astype(np.int64), classes)


def open_files(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The index (:data:`INDEX`) and the memory-mapped images uint8 (n, 64, 64), in order of path.

    Raises:
        KuzushijiError: the files are damaged.
    """
    try:
        index = np.load(folder / "index.npy", allow_pickle=False)
        images = np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as e:
        raise _damaged(folder) from e
    if index.dtype != INDEX or images.shape != (len(index), SIDE, SIDE) or images.dtype != np.uint8:
        raise _damaged(folder)
    return index, images


def members(index: np.ndarray, split: str) -> np.ndarray:
    """bool (n,): the rows of a split, black ones too."""
    if split in HALF:
        return index["half"] == HALF.index(split)
    if split in STANDARD:
        return index["standard"] == STANDARD.index(split)
    return np.ones(len(index), bool)


def tested(folder: Path) -> set[str]:
    """``U+XXXX/<name>.png`` of the images of "test".

    Raises:
        KuzushijiError: the files are damaged.
    """
    index, _ = open_files(folder)
    return set(paths_of(index[members(index, "test")]))


def paths_of(index: np.ndarray) -> list[str]:
    """``U+XXXX/<name>.png`` of each row of an index."""
    pairs = zip(index["codepoint"].tolist(), index["name"].tolist(), strict=True)
    # Names are hex digits; those of a damaged index need only be other names.
    return [f"U+{codepoint:04X}/{name.decode(errors='replace')}.png" for codepoint, name in pairs]


def _damaged(folder: Path) -> KuzushijiError:
    return KuzushijiError(f"damaged: {folder}; delete that folder, it is then unpacked again")
