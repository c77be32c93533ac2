"""What confirmed characters of a book give on the rest of it, by simulation.

    python benchmarks/known_hand.py CROPS [--draws 10]

CROPS is a folder with labels.csv (file, char, book). Of each book 0, 10, 30 and 100 characters are drawn as
known; the others are read, with and without them. At least thirty are left to be read. The interval is that
of the mean gain over the draws (95 %, by resampling them).
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

from kuzushiji import images
from kuzushiji.reading.hand import KnownHand
from kuzushiji.weights import open_model, store
from kuzushiji.weights.info import reaches

KNOWN = (0, 10, 30, 100)
REST = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crops", type=Path)
    parser.add_argument("--model", default=None)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "known_hand.csv")
    options = parser.parse_args()
    model = open_model(options.model or store.default(), threads=1)
    glyphs, chars, books = load(options.crops, model)
    logits, embeddings = model.logits_and_embeddings(glyphs)
    rows = []
    for book in np.unique(books):
        mine = np.flatnonzero(books == book)
        for count in KNOWN:
            wanted = min(count, len(mine) - REST)
            draws = [simulate(model, glyphs, chars, logits, embeddings, mine, wanted, seed)
                     for seed in range(options.draws)]  # fmt: skip
            rows.append([book, count, wanted, *summary(np.array(draws))])
            print(*rows[-1], flush=True)
    with options.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows(rows)


HEAD = [
    "book", "known", "drawn", "without", "with", "gain", "gain_low", "gain_high", "sure_without", "sure_with",
    "right_when_sure_without", "right_when_sure_with",
]  # fmt: skip


def load(folder: Path, model) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Glyphs, characters and books of the crops that the model has a class for."""
    classes = set(model.info.classes)
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["char"] in classes]
    glyphs = np.stack([images.to_glyph(folder / row["file"], size=model.info.size) for row in rows])
    return glyphs, np.array([row["char"] for row in rows]), np.array([row["book"] for row in rows])


def simulate(model, glyphs, chars, logits, embeddings, mine, count, seed) -> tuple[float, ...]:
    """(right, right with the hand, sure ×2, right when sure ×2) of one draw, in [0, 1]."""
    order = np.random.default_rng(seed).permutation(mine)
    known, rest = order[:count], order[count:]
    hand = KnownHand(model, glyphs[known], chars[known].tolist())
    found: list[list[float]] = []
    for rows in (logits[rest], hand.adapt(logits[rest], embeddings[rest])):
        right = np.asarray(model.info.classes)[rows.argmax(1)] == chars[rest]
        sure = reaches(model.calibrated(rows).max(1), model.info.sure_threshold)
        found.append([right.mean(), sure.mean(), right[sure].mean() if sure.any() else np.nan])
    return tuple(value for pair in zip(*found, strict=True) for value in pair)


def summary(draws: np.ndarray) -> list[str]:
    """Means over the draws, and the interval of the gain."""
    gain = draws[:, 1] - draws[:, 0]
    again = np.random.default_rng(0).integers(len(gain), size=(2000, len(gain)))
    low, high = np.percentile(gain[again].mean(1), [2.5, 97.5])
    means = np.nanmean(draws, axis=0)
    values = [means[0], means[1], gain.mean(), low, high, *means[2:]]
    return [f"{100 * value:.1f}" for value in values]


if __name__ == "__main__":
    sys.exit(main())
