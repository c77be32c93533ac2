"""One data set into a new folder, split by split; the folder is whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from kuzushiji.datasets import registry
from kuzushiji.datasets.dataset import Dataset
from kuzushiji.datasets.exports import files, parquet
from kuzushiji.datasets.exports.card import write_card
from kuzushiji.datasets.exports.split_names import split_name
from kuzushiji.datasets.layouts.folders import splits_of
from kuzushiji.datasets.loading import load
from kuzushiji.errors import KuzushijiError, UsageError

FORMATS: dict[str, Callable[[Dataset, Path, str, Callable[[int], None]], None]] = {
    "parquet": parquet.write,
    "webdataset": files.write_webdataset,
    "imagefolder": files.write_imagefolder,
    "png": files.write_png,
}
"""What writes one split: (data set, folder, name of the split, progress)."""
_USUAL = ("train", "validation", "test")


def export(
    name: str,
    to: str,
    folder: Path,
    splits: Iterable[str] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Path]:
    """Writes a data set as files that other tools read.

    Args:
        name: a set's name, or a folder of one's own data (see `kuzushiji.load`).
        to: one of `FORMATS`.
        folder: a new folder, or an empty one.
        splits: which parts; none given: train, validation and test where the set has them.
        progress: called with (images written, images in all).

    Returns:
        The files directly in the folder or in its ``data`` folder, sorted.

    Raises:
        UsageError: no such set, format or split, the folder is in use, or an extra is not installed.
        KuzushijiError: the data cannot be had, or the folder cannot be written.
    """
    if to not in FORMATS:
        raise UsageError(f"no format {to!r}; there are {', '.join(FORMATS)}")
    if to == "parquet":
        parquet.need_pyarrow()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there and not empty: name a new folder")
    parts = [load(name, split) for split in tuple(splits) or _splits(name)]
    total, done = sum(map(len, parts)), 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, total)

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as made:
            whole = Path(made) / "whole"
            whole.mkdir()
            for part in parts:
                FORMATS[to](part, whole, split_name(part.split), advance)
            if to != "parquet":
                files.write_classes(parts[0], whole)
            write_card(parts, to, whole)
            os.replace(whole, folder)
    except OSError as e:
        raise KuzushijiError(f"cannot write {folder}: {e.strerror or e}") from e
    return sorted(p for p in (*folder.iterdir(), *folder.glob("data/*")) if p.is_file())


def _splits(name: str) -> tuple[str, ...]:
    published = registry.PUBLISHED.get(name)
    if published is not None:
        return tuple(split for split in _USUAL if split in published.splits)
    own = Path(name).expanduser()
    return splits_of(own) if own.is_dir() else ("all",)  # what is no folder, `load` reports
