"""Is what lies in the cache still what was published? Every byte is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kuzushiji.datasets import registry, splits
from kuzushiji.datasets.cache import cache_dir
from kuzushiji.datasets.downloads.checking import fault
from kuzushiji.datasets.downloads.getting import Outcome
from kuzushiji.datasets.layouts import kkanji
from kuzushiji.datasets.layouts.kkanji_unpack import index_of
from kuzushiji.datasets.progress import bar
from kuzushiji.errors import KuzushijiError

_ROWS = 4096


def verify_each(name: str) -> Iterator[Outcome]:
    """Checks the files of a set in the cache: sizes and hashes, for kkanji every pixel and the whole index.

    Of equivalent formats (npz, idx) those of which anything is there are checked; if none is, the first is
    missing.

    Yields:
        One outcome a file.

    Raises:
        UsageError: no such name.
    """
    item, home = registry.published(name), cache_dir()
    if name == "kkanji":
        yield _verify_kkanji(home)
        return
    special = {
        form: [f for f in files if not f.name.endswith(".csv")] for form, files in item.formats.items()
    }
    present = [form for form, files in special.items() if any((home / f.path).exists() for f in files)]
    seen: set[str] = set()
    for form in present or list(item.formats)[:1]:
        for file in item.formats[form]:
            if file.path not in seen:
                seen.add(file.path)
                yield _verify_file(file, home / file.path, name)


def _verify_file(file: registry.RemoteFile, path: Path, name: str) -> Outcome:
    if not path.exists():
        return Outcome(file.path, False, f"missing; run: kuzushiji data get {name}")
    wrong = fault(path, file)
    if wrong:
        return Outcome(file.path, False, f"{path} {wrong}; run: kuzushiji data get {name}")
    return Outcome(file.path, True, "size and hash as published")


def _verify_kkanji(home: Path) -> Outcome:
    folder = kkanji.unpacked(home)
    if folder is None:
        return Outcome("kkanji", False, "missing or not whole; run: kuzushiji data get kkanji")
    again = f"delete {folder}, then run: kuzushiji data get kkanji"
    try:
        index, images = kkanji.open_files(folder)
    except KuzushijiError as e:
        return Outcome("kkanji", False, str(e))
    digest, black = hashlib.sha256(), np.zeros(len(index), bool)
    with bar("kkanji", unit="images") as advance:
        for i in range(0, len(index), _ROWS):
            block = np.ascontiguousarray(images[i : i + _ROWS])
            digest.update(block.data)
            black[i : i + _ROWS] = ~block.any(axis=(1, 2))
            advance(i, len(index))
    expect = registry.KKANJI_CONTENT
    if digest.hexdigest() != expect.pixels:
        return Outcome("kkanji", False, f"its pixels are not the published ones; {again}")
    for split, (_, want) in registry.KKANJI_SPLITS.items():
        if splits.digest(kkanji.paths_of(index[kkanji.members(index, split)])) != want:
            return Outcome("kkanji", False, f"its split {split} is not the published one; {again}")
    paths = kkanji.paths_of(index)
    if paths != sorted(paths) or index.tobytes() != index_of(paths, black).tobytes():
        return Outcome("kkanji", False, f"its index does not fit its images; {again}")
    note = f"{len(index):,} images, {expect.classes:,} classes, all pixels, labels and splits as published"
    return Outcome("kkanji", True, note)
