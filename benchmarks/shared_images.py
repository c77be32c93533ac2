"""Pictures that Kuzushiji-Kanji shares with the sets of kana: ``python benchmarks/shared_images.py``.

Writes src/kuzushiji/datasets/shared.csv. Every image of KMNIST and of k49-sample is held against all of
Kuzushiji-Kanji, reduced to 28 pixels, by the correlation of their pixels, without shifts: they were cut from
the same pages along the same boxes. Printed is how many are found at several thresholds; there is nothing
between a stroke that looks alike and the same picture. On one core about seven minutes.

    python benchmarks/shared_images.py [--dry-run]
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

import numpy as np

import kuzushiji.datasets
from kuzushiji.datasets import load
from kuzushiji.datasets.layouts.kkanji import open_files, paths_of
from kuzushiji.datasets.loading import kkanji_folder
from kuzushiji.images import resize_glyphs

SAME = 0.97  # correlation from which two are one picture
BLOCK = 8192


def normed(images: np.ndarray) -> np.ndarray:
    """Float32 (n, 784) of mean 0 and length 1 from uint8 (n, h, w)."""
    flat = resize_glyphs(images, 28).reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(1, keepdims=True)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6))


def best(queries: np.ndarray, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The correlation float32 (q,) and the position int (q,) of the nearest of images uint8 (n, h, w)."""
    value, place = np.full(len(queries), -1, np.float32), np.zeros(len(queries), int)
    for start in range(0, len(images), BLOCK):
        found = queries @ normed(images[start : start + BLOCK]).T
        nearer = found.max(1) > value
        value[nearer], place[nearer] = found.max(1)[nearer], start + found.argmax(1)[nearer]
    return value, place


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    args = parser.parse_args()
    index, images = open_files(kkanji_folder())
    paths = paths_of(index)
    lines = []
    for name in ("kmnist", "k49-sample"):
        for split in ("train", "test"):
            kana = load(name, split)
            value, place = best(normed(kana.images), images)
            counts = {c: int((value >= c).sum()) for c in (0.8, 0.9, 0.95, SAME, 0.99)}
            same = np.flatnonzero(value >= SAME)
            lines += [(paths[place[i]], name, split, i) for i in same]
            pairs = Counter(
                f"{kana.classes[kana.labels[i]]} {chr(index['codepoint'][place[i]])}" for i in same
            )
            print(f"{name} {split}: {len(kana):,} images, at least {counts}; {dict(pairs)}", flush=True)
    if not args.dry_run:
        with open(Path(kuzushiji.datasets.__file__).with_name("shared.csv"), "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([("kanji", "dataset", "split", "index"), *lines])


if __name__ == "__main__":
    main()
