"""What is in a set: counts, classes, black images, licence, and the trap to know before trusting a score."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.datasets import registry
from kuzushiji.datasets.cache import cache_dir
from kuzushiji.datasets.dataset import Dataset
from kuzushiji.datasets.layouts import kana
from kuzushiji.datasets.layouts.file_formats import read_idx, read_npz
from kuzushiji.datasets.layouts.folders import OwnDataWarning, splits_of
from kuzushiji.datasets.loading import load
from kuzushiji.errors import KuzushijiError

_CHUNK = 4096
_SHIFT = (
    "The test set is shifted from the train set (other mixes of the old forms of a character): a random "
    "hold-out of train scores points higher than test. Choose models on datasets.shifted_holdout, "
    "never on test."
)
TRAPS = {
    "kmnist": _SHIFT,
    "k49": _SHIFT + " Classes are imbalanced: report balanced accuracy.",
    "k49-sample": _SHIFT
    + " This is not Kuzushiji-49: ten classes are whole, 39 are cut to 60 to 116 images. "
    'Say "on k49-sample".',
    "kkanji": "No official split, and file names are hashes, so pages of one book are on both sides of any "
    "split. One class in five has a single image. Entirely black images are left out of train and "
    "half-train.",
}


def info(name: str | Path) -> dict[str, Any]:
    """Describes a set, or a folder of one's own, from what is in the cache; nothing is downloaded.

    Returns:
        JSON-ready: ``name``, ``title``, ``splits`` (for each: ``images``, ``classes`` with at least one
        image, ``min``, ``median`` and ``max`` images of those classes, ``black`` or None where only labels
        are here), ``classes``, ``image_size``, ``licence``, ``attribution``, ``trap``. Licence and
        attribution are None for one's own data.

    Raises:
        KuzushijiError: not in the cache, or unusable.
    """
    item = registry.PUBLISHED.get(str(name))
    if item is None:
        own = load(name, "all")
        return _answer(str(name), "your own data", {**_own_parts(name), "all": _of_dataset(own)}, own, None)
    home = cache_dir() / item.name
    splits: dict[str, dict[str, Any]] = {}
    whole: Dataset | None = None
    for split in item.splits:
        if item.name == "kkanji":
            _need_kkanji(home)
            whole = load("kkanji", split, drop_black=False)
            splits[split] = _of_dataset(whole)
        elif files := kana.files_of(item.name, split, home):
            whole = kana.read_split(item.name, split, files)
            splits[split] = _of_dataset(whole)
        elif (labels := _labels_alone(item.name, split, home)) is not None:
            splits[split] = {**_of_labels(labels), "black": None}
    if not splits:
        raise KuzushijiError(f"{name} is not in {home.parent}; run: kuzushiji data get {name}")
    return _answer(item.name, item.title, splits, whole, item)


def _answer(
    name: str, title: str, splits: dict[str, Any], example: Dataset | None, item: registry.Published | None
) -> dict[str, Any]:
    if example is not None:
        classes, size = len(example.classes), "x".join(map(str, example.images.shape[:0:-1]))
    else:
        assert item is not None
        classes, size = len(kana.CLASSES[item.name]), f"{item.side}x{item.side}"
    return {
        "name": name,
        "title": title,
        "classes": classes,
        "image_size": size,
        "splits": splits,
        "licence": registry.LICENCE if item else None,
        "attribution": registry.ATTRIBUTION if item else None,
        "trap": TRAPS[item.name] if item else None,
    }


def _own_parts(name: str | Path) -> dict[str, dict[str, Any]]:
    """The splits of a folder that is divided; what is to be warned of was, for the whole."""
    parts = [split for split in splits_of(Path(name).expanduser()) if split != "all"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OwnDataWarning)
        return {split: _of_dataset(load(name, split)) for split in parts}


def _need_kkanji(home: Path) -> None:
    from kuzushiji.datasets.layouts import kkanji

    if kkanji.unpacked(home.parent) is None and not (home / "kkanji.tar").is_file():
        raise KuzushijiError(f"kkanji is not in {home.parent}; run: kuzushiji data get kkanji")


def _labels_alone(name: str, split: str, home: Path) -> np.ndarray | None:
    for file in (
        f"{name.partition('-')[0]}-{split}-labels.npz",
        f"{'t10k' if split == 'test' else split}-labels-idx1-ubyte.gz",
    ):
        if (home / file).is_file():
            return read_npz(home / file) if file.endswith(".npz") else read_idx(home / file)
    return None


def _of_labels(labels: np.ndarray) -> dict[str, Any]:
    counts = np.bincount(labels)
    counts = counts[counts > 0]
    return {
        "images": len(labels),
        "classes": len(counts),
        "min": int(counts.min()),
        "median": float(np.median(counts)),
        "max": int(counts.max()),
    }


def _of_dataset(dataset: Dataset) -> dict[str, Any]:
    blocks = (dataset.images[i : i + _CHUNK] for i in range(0, len(dataset), _CHUNK))
    black = sum(int((~block.any(axis=(1, 2))).sum()) for block in blocks)
    return {**_of_labels(dataset.labels), "black": black}
