"""``load``: a name or a path in, a :class:`Dataset` out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from kuzushiji.datasets import registry
from kuzushiji.datasets.cache import cache_dir
from kuzushiji.datasets.dataset import Dataset
from kuzushiji.datasets.layouts import kana, kkanji
from kuzushiji.datasets.shared_pictures import tested_as_kanji
from kuzushiji.errors import KuzushijiError, UsageError


def load(
    name: str | Path, split: str = "train", *, drop_black: bool = True, drop_shared: bool = False
) -> Dataset:
    """Loads a data set, getting it first if it is not in the cache.

    Args:
        name: "kmnist", "k49", "kkanji", "k49-sample", or the path of a folder with one's own data
            (K49-style npz files, or a folder of pictures for each class; see ``docs/datasets.md``). A folder
            that is called as a set is meant by ``"./kmnist"``, as a string.
        split: "train" or "test"; for kkanji "train", "validation", "test", "half-train", "half-test" or
            "all"; for one's own data what the folder has, or "all".
        drop_black: for kkanji, leave the entirely black images out of "train" and "half-train".
        drop_shared: leave out of a training part the images that are in a test part of a published set of
            other characters, under another name (``kuzushiji.datasets.shared_pictures``): for who learns
            kanji and kana.

    Returns:
        uint8 images (n, h, w), white ink on black, int64 labels (n,) and the classes' characters. kkanji's
        images are an :class:`~kuzushiji.datasets.dataset.ImageView` of a file, read as they are indexed.

    Raises:
        KuzushijiError: the data is not what was published, cannot be had, or cannot be read.
        UsageError: no such name or split.

    Example::

        images, labels = load("kmnist", "test")
    """
    published = registry.PUBLISHED.get(str(name))
    if published is None:
        folder = Path(name).expanduser()
        if folder.is_file():
            raise UsageError(f"{name} is a file; give its folder")
        if not folder.is_dir():
            raise UsageError(registry.unknown(str(name)))
        from kuzushiji.datasets.layouts.folders import load_folder

        return load_folder(folder, split, str(name))
    if split not in published.splits:
        raise UsageError(f"{name} has no split {split!r}; it has {', '.join(published.splits)}")
    if published is registry.KKANJI:
        return kkanji.open_split(kkanji_folder(), split, drop_black, drop_shared)
    home = cache_dir() / published.name
    files = kana.files_of(published.name, split, home)
    if files is None:
        from kuzushiji.datasets.downloads.getting import get

        get(published.name)
        files = kana.files_of(published.name, split, home)
    if files is None:
        raise KuzushijiError(f"{name} is not whole in {home}; run: kuzushiji data get {name}")
    whole = kana.read_split(published.name, split, files)
    if not drop_shared or split != "train":
        return whole
    rows = tested_as_kanji(whole.name, split, kkanji.tested(kkanji_folder()))
    return replace(whole, images=np.delete(whole.images, rows, 0), labels=np.delete(whole.labels, rows))


def on_this_machine(split: str = "train") -> Iterator[Dataset]:
    """The published sets that are whole in the cache, without getting anything.

    Args:
        split: those that have no such split are left out. Of Kuzushiji-49 and its sample, which hold the same
            images, only the larger is given.

    Yields:
        Kana first. KMNIST is given only where neither is there: all its classes are in both.

    Raises:
        KuzushijiError: a file is there, but damaged.
    """
    home = cache_dir()
    for name in ("k49", "k49-sample", "kmnist"):
        files = kana.files_of(name, split, home / name) if split in registry.PUBLISHED[name].splits else None
        if files:
            yield kana.read_split(name, split, files)
            break
    folder = kkanji.unpacked(home)
    if folder and split in registry.KKANJI.splits:
        yield kkanji.open_split(folder, split)


def kkanji_folder() -> Path:
    """The folder of the unpacked Kuzushiji-Kanji, for `kkanji.open_files`; gets and unpacks it if need be.

    Raises:
        KuzushijiError: it cannot be had, or is not what was published.
    """
    home = cache_dir()
    folder = kkanji.unpacked(home)
    if folder is None:
        tar = home / "kkanji" / "kkanji.tar"
        if tar.is_file():
            from kuzushiji.datasets.layouts.kkanji_unpack import prepare

            return prepare(home, tar)
        from kuzushiji.datasets.downloads.getting import get

        get("kkanji")
        folder = kkanji.unpacked(home)
    if folder is None:
        raise KuzushijiError(f"kkanji is not whole in {home}; run: kuzushiji data get kkanji")
    return folder
