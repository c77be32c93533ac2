"""Images as PNG files: single, in a folder per class, or in the tar files of WebDataset."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from kuzushiji.datasets.dataset import Dataset

SHARD = 10_000
"""Images in one tar file."""
_CHUNK = 1000


def encoded(dataset: Dataset) -> Iterator[tuple[int, int, bytes]]:
    """Every image in order: its number, its label, and its PNG file; read in chunks, so any size fits."""
    for start in range(0, len(dataset), _CHUNK):
        images = np.asarray(dataset.images[start : start + _CHUNK])
        for number, (image, label) in enumerate(
            zip(images, dataset.labels[start : start + _CHUNK], strict=True), start
        ):
            yield number, int(label), png(image)


def png(image: np.ndarray) -> bytes:
    """A grey picture, uint8 (h, w), as a PNG file."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG")
    return out.getvalue()


def codepoints(char: str) -> str:
    """A class as in the names of the publisher's folders.

    >>> codepoints("か"), codepoints("10")
    ('U+304B', 'U+0031_U+0030')
    """
    return "_".join(f"U+{ord(c):04X}" for c in char)


def write_classes(dataset: Dataset, folder: Path) -> None:
    """Writes ``classes.csv``: label, code point and character of every class."""
    with open(folder / "classes.csv", "w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("label", "codepoint", "char"))
        table.writerows((i, codepoints(char), char) for i, char in enumerate(dataset.classes))


def write_png(dataset: Dataset, folder: Path, split: str, progress: Callable[[int], None]) -> None:
    """Writes ``SPLIT/NUMBER.png``, and their labels into ``SPLIT.csv``."""
    (folder / split).mkdir()
    with open(folder / f"{split}.csv", "w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("file", "label", "codepoint", "char"))
        for number, label, data in encoded(dataset):
            file = f"{split}/{number:07d}.png"
            (folder / file).write_bytes(data)
            char = dataset.classes[label]
            table.writerow((file, label, codepoints(char), char))
            progress(1)


def write_imagefolder(dataset: Dataset, folder: Path, split: str, progress: Callable[[int], None]) -> None:
    """Writes ``SPLIT/U+XXXX/NUMBER.png``, as `kuzushiji.load`, torchvision and Hugging Face read it."""
    for label in np.unique(dataset.labels):
        (folder / split / codepoints(dataset.classes[label])).mkdir(parents=True)
    for number, label, data in encoded(dataset):
        (folder / split / codepoints(dataset.classes[label]) / f"{number:07d}.png").write_bytes(data)
        progress(1)


def write_webdataset(dataset: Dataset, folder: Path, split: str, progress: Callable[[int], None]) -> None:
    """Writes ``data/SPLIT-NUMBER.tar`` of ``NUMBER.png``, ``NUMBER.cls`` and ``NUMBER.json``."""
    (folder / "data").mkdir(exist_ok=True)
    tar: tarfile.TarFile | None = None
    try:
        for number, label, data in encoded(dataset):
            if number % SHARD == 0:
                if tar is not None:
                    tar.close()
                path = folder / "data" / f"{split}-{number // SHARD:05d}.tar"
                tar = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115  (closed below)
            assert tar is not None
            char = dataset.classes[label]
            about = json.dumps(
                {"label": label, "codepoint": codepoints(char), "char": char}, ensure_ascii=False
            )
            for ending, content in (("png", data), ("cls", str(label).encode()), ("json", about.encode())):
                member = tarfile.TarInfo(f"{number:07d}.{ending}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
            progress(1)
    finally:
        if tar is not None:
            tar.close()
