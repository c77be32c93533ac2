"""One's own data: a folder of K49-style npz files, or of a folder of pictures for each class."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kuzushiji.datasets import registry
from kuzushiji.datasets.dataset import Dataset
from kuzushiji.datasets.layouts.file_formats import read_classmap, read_npz
from kuzushiji.errors import KuzushijiError, UsageError

GLYPH_SIDE = 64
SPLITS = ("train", "test", "validation")
"""Folders that pictures may be divided into."""
_PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif"}
_LARGE = 256  # pixels
_LIGHT = 128  # grey value of most pixels where the paper is light
_TRIED = 1000  # images that tell whether it is
_MOST_CLASSES = 100_000  # that are only numbered; Unicode has as many Han characters
_SHOWN = 20  # warnings about single files before they are only counted
_Arrays = tuple[np.ndarray, np.ndarray, tuple[str, ...]]  # images, labels, classes
_KNOWN = {"kmnist": registry.KMNIST_CLASSES, "k49": registry.K49_CLASSES}


class _Picture(NamedTuple):
    path: Path
    label: int
    image: np.ndarray  # uint8 (h, w)
    glyph: bool  # has been through to_glyph


class OwnDataWarning(UserWarning):
    """One's own data is used, and there is something to know about it."""


class SkippedWarning(OwnDataWarning):
    """A file of one's own data was left out; the others were used."""


def load_folder(folder: Path, split: str, name: str) -> Dataset:
    """Loads a folder of one's own.

    Either ``<prefix>-<split>-imgs.npz`` (uint8 (n, h, w), white ink on black) with
    ``<prefix>-<split>-labels.npz`` (whole numbers) and perhaps ``*classmap*.csv`` (index,codepoint,char), or
    folders named ``U+XXXX`` or by one character, holding pictures, directly or below ``train`` and ``test``.
    If the pictures of all splits have one size and a dark background, they are taken as they are; otherwise
    all go through :func:`kuzushiji.images.to_glyph` to 64x64. A picture that cannot be read costs a
    :class:`SkippedWarning`, not the others.

    Args:
        folder: exists.
        split: one that the folder has, or "all".
        name: the path as it was given, so that `kuzushiji.load` finds the folder again: a `Path` makes
            ``kmnist`` of ``./kmnist``, which is a published set.

    Returns:
        The images; classes as in the class map, or of all splits in order of code point or number.

    Raises:
        KuzushijiError: nothing usable in the folder, or files that contradict each other.
        UsageError: no such split.
    """
    pairs = _npz_pairs(folder)
    arrays = _load_npz(folder, split, pairs) if pairs else _load_class_folders(folder, split)
    return Dataset(name, split, *arrays)


def splits_of(folder: Path) -> tuple[str, ...]:
    """The splits that a folder of one's own has, sorted; ``("all",)`` where it is not divided.

    Raises:
        KuzushijiError: images without labels, or two files of images for one split.
    """
    found = _npz_pairs(folder) or {s for s in SPLITS if _split_of(folder / s)}
    return tuple(sorted(found)) or ("all",)


def _npz_pairs(folder: Path) -> dict[str, tuple[Path, Path]]:
    pairs: dict[str, tuple[Path, Path]] = {}
    for images in sorted(folder.glob("*-imgs.npz")):
        prefix, _, split = images.name.removesuffix("-imgs.npz").rpartition("-")
        labels = images.with_name(images.name.replace("-imgs.npz", "-labels.npz"))
        if not labels.is_file():
            raise KuzushijiError(f"{images} has no labels beside it ({labels.name})")
        if split in pairs:
            raise KuzushijiError(
                f"{folder} has two files of images for {split}: {pairs[split][0].name}, {prefix}…"
            )
        pairs[split] = (images, labels)
    return pairs


def _chosen(folder: Path, split: str, available: Iterable[str]) -> list[str]:
    found = sorted(available)
    if split == "all":
        return found
    if split not in found:
        raise UsageError(f"{folder} has no split {split!r}; it has {', '.join([*found, 'all'])}")
    return [split]


def _load_npz(folder: Path, split: str, pairs: dict[str, tuple[Path, Path]]) -> _Arrays:
    classes = _npz_classes(folder, next(iter(pairs.values()))[0])
    parts = [_read_pair(*pairs[s]) for s in _chosen(folder, split, pairs)]
    if len({images.shape[1:] for images, _ in parts}) > 1:
        raise KuzushijiError(f"the splits of {folder} have images of different sizes")
    images = np.concatenate([p[0] for p in parts]) if len(parts) > 1 else parts[0][0]
    labels = np.concatenate([p[1] for p in parts])
    if classes is None:
        last = max(int(_read_labels(path).max(initial=-1)) for _, path in pairs.values())
        if last >= _MOST_CLASSES:
            raise KuzushijiError(
                f"{folder} has the label {last:,}; without a class map, labels count classes from 0 "
                f"(at most {_MOST_CLASSES:,})"
            )
        classes = tuple(map(str, range(last + 1)))
        said = f"no class map in {folder}: classes are called 0, 1, 2, …"
        warnings.warn(said, OwnDataWarning, stacklevel=4)
    if np.median(images[:: len(images) // _TRIED + 1]) >= _LIGHT:
        said = f"{folder} looks like black ink on white; the sets have white on black"
        warnings.warn(said, OwnDataWarning, stacklevel=4)
    if labels.min() < 0 or labels.max() >= len(classes):
        raise KuzushijiError(
            f"{folder} has labels outside 0…{len(classes) - 1}, the classes of its class map"
        )
    return images, labels, classes


def _npz_classes(folder: Path, images: Path) -> tuple[str, ...] | None:
    maps = sorted(folder.glob("*classmap*.csv"))
    if len(maps) > 1:
        raise KuzushijiError(f"{folder} has {len(maps)} class maps; keep one")
    return read_classmap(maps[0]) if maps else _KNOWN.get(images.name.split("-")[0])


def _read_pair(images_path: Path, labels_path: Path) -> tuple[np.ndarray, np.ndarray]:
    images = read_npz(images_path)
    if images.dtype != np.uint8 or images.ndim != 3 or 0 in images.shape:
        raise KuzushijiError(
            f"{images_path} holds {images.dtype} {images.shape}; expected uint8 (n, height, width), 0 to 255"
        )
    labels = _read_labels(labels_path)
    if len(labels) != len(images):
        raise KuzushijiError(f"{images_path} has {len(images):,} images but {len(labels):,} labels beside it")
    return images, labels


def _read_labels(path: Path) -> np.ndarray:
    labels = read_npz(path)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise KuzushijiError(f"{path} holds {labels.dtype} {labels.shape}; expected whole numbers (n,)")
    return labels.astype(np.int64)


def class_of(folder_name: str) -> str | None:
    """The character a class folder stands for, or None.

    >>> class_of("U+304B"), class_of("か"), class_of("か\u3099"), class_of("misc"), class_of("U+D800")
    ('か', 'か', 'が', None, None)
    """
    name = unicodedata.normalize("NFC", folder_name)
    if len(name) == 1:
        return name if name.isprintable() and not name.isspace() else None
    match = re.fullmatch(r"[Uu]\+([0-9A-Fa-f]{4,6})", name)
    codepoint = int(match[1], 16) if match else 0
    return chr(codepoint) if 0 < codepoint < 0x110000 and not 0xD800 <= codepoint < 0xE000 else None


def _class_folders(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for sub in sorted(folder.iterdir()):
        char = class_of(sub.name) if sub.is_dir() else None
        if char is not None:
            found.setdefault(char, []).append(sub)
    return found


def _load_class_folders(folder: Path, split: str) -> _Arrays:
    splits = {s: found for s in SPLITS if (found := _split_of(folder / s))}
    if direct := _class_folders(folder):
        splits["all"] = direct
    if not splits:
        raise KuzushijiError(
            f"no data in {folder}: expected *-train-imgs.npz files, "
            "or folders named U+XXXX or by one character"
        )
    classes = tuple(sorted({c for s in splits.values() for c in s}))
    use = list(splits) if split == "all" else _chosen(folder, split, [s for s in splits if s != "all"])
    files: list[tuple[Path, int]] = []
    others: list[tuple[Path, int]] = []  # of the splits that are not asked for
    for s in splits:
        for char, subs in sorted(splits[s].items()):
            pictures = [p for sub in subs for p in sorted(sub.iterdir()) if _is_picture(p)]
            (files if s in use else others).extend((p, classes.index(char)) for p in pictures)
    if not files:
        raise KuzushijiError(f"no pictures in the class folders of {folder}")
    return *_load_pictures(folder, files, others), classes


def _split_of(folder: Path) -> dict[str, list[Path]]:
    return _class_folders(folder) if folder.is_dir() else {}


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in _PICTURES and not path.name.startswith(".") and path.is_file()


def _load_pictures(
    folder: Path, files: list[tuple[Path, int]], others: list[tuple[Path, int]]
) -> tuple[np.ndarray, np.ndarray]:
    bad: list[str] = []
    read = list(_read(files, bad))
    if not _as_published(chain(read, _read(others, []))):
        read = list(_glyphs(read, bad))
    for line in bad[:_SHOWN]:
        warnings.warn(line, SkippedWarning, stacklevel=6)
    if len(bad) > _SHOWN:
        warnings.warn(f"skipped {len(bad) - _SHOWN} more in {folder}", SkippedWarning, stacklevel=6)
    if not read:
        raise KuzushijiError(f"none of the {len(files):,} pictures in {folder} can be read")
    return np.stack([r.image for r in read]), np.array([r.label for r in read], np.int64)


def _read(files: list[tuple[Path, int]], bad: list[str]) -> Iterator[_Picture]:
    from kuzushiji.images import read_image, to_glyph

    for path, label in files:
        try:
            image = read_image(path)
            large = max(image.shape) > _LARGE  # made small at once: photographs would fill the memory
            picture = _Picture(path, label, to_glyph(image, GLYPH_SIDE) if large else image, large)
        except (KuzushijiError, OSError, ValueError) as e:
            bad.append(_skipped(path, e))
        else:
            yield picture


def _as_published(pictures: Iterable[_Picture]) -> bool:
    """Whether all have one size and a dark background; reads no further than the first that has not."""
    size = None
    for picture in pictures:
        size = size or picture.image.shape
        if picture.glyph or picture.image.shape != size or np.median(picture.image) >= _LIGHT:
            return False
    return True


def _glyphs(read: list[_Picture], bad: list[str]) -> Iterator[_Picture]:
    from kuzushiji.images import to_glyph

    for r in read:
        try:
            yield r if r.glyph else r._replace(image=to_glyph(r.image, GLYPH_SIDE))
        except (KuzushijiError, ValueError) as e:
            bad.append(_skipped(r.path, e))


def _skipped(path: Path, e: Exception) -> str:
    reason = e.strerror if isinstance(e, OSError) and e.strerror else str(e)
    return f"skipped {path}: {reason.replace(f' {path}', '').replace(': (', ' (')}"
