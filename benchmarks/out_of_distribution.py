"""Known KMNIST-10 against what the model was never taught: AUROC, FPR95, AURC of several scores.

    python benchmarks/out_of_distribution.py                          # the shipped kmnist model
    python benchmarks/out_of_distribution.py --choose RUN/calibration # which score to take

Unknown sets of the first, none of them seen in training or used to choose anything:

- `kana`: the other 39 characters of k49-sample, its train and test parts (near);
- `kanji`: 5,000 images of the test part of Kuzushiji-Kanji, reduced to 28 pixels (near);
- `rotated`: KMNIST test images, each turned by 90, 180 or 270 degrees;
- `shuffled`: KMNIST test images, their pixels in random order (noise with the right greys);
- `noise`: uniform grey noise; of these three 2,000 each.

Scores: largest probability, energy (T = 1), relative Mahalanobis distance, and the distance to the 1st, 10th
and 50th nearest training embedding.

Which score to take was settled by the second command, which looks at no test image: its model is the one that
calibrates a run, which never saw a tenth of the training set (whole clusters of shapes). These are its known
images; its unknown ones are 3,000 images of the training part of Kuzushiji-Kanji and 3,000 of the known ones
mirrored. Its rows say "choice", the others "test". About 5 minutes on one core, 2 for the choice.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.datasets import load, shifted_holdout
from kuzushiji.evaluation.neighbours import nearest
from kuzushiji.evaluation.ood import detection, energy, mahalanobis_score, max_softmax, unit_length
from kuzushiji.evaluation.predictions import as_glyphs, embeddings
from kuzushiji.weights import open_model

RESULTS = Path(__file__).parent / "results" / "ood.csv"
SEED = 0
NEIGHBOURS = (1, 10, 50)
FAR = 2000
"""Images of each set that is not made of characters as they are written."""


@dataclass(frozen=True)
class Taught:
    """What a model has learned from.

    Attributes:
        embedding: float32 (m, d), its training images as it sees them.
        labels: int64 (m,).
    """

    embedding: np.ndarray
    labels: np.ndarray


def scores(model: Any, images: np.ndarray, taught: Taught) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Every score of each image, higher for what looks known, and the class that the model gives it."""
    glyphs = as_glyphs(np.ascontiguousarray(images), model.info.size)
    logits, embedding = model.logits(glyphs), model.embed(glyphs)
    distances, _ = nearest(unit_length(embedding), unit_length(taught.embedding), max(NEIGHBOURS))
    found = {
        "max-softmax": max_softmax(logits),
        "energy": energy(logits),
        "mahalanobis": mahalanobis_score(embedding, taught.embedding, taught.labels),
        **{f"neighbour-{k}": -distances[:, k - 1] for k in NEIGHBOURS},
    }
    return found, logits.argmax(axis=1)


def unknown_sets(known: np.ndarray, taught: tuple[str, ...]) -> dict[str, np.ndarray]:
    """uint8 (n, 28, 28) images of each set of the test."""
    rng = np.random.default_rng(SEED)
    kana = []
    for split in ("train", "test"):
        part = load("k49-sample", split)
        new = np.array([char not in taught for char in part.classes])[part.labels]
        kana.append(np.asarray(part.images)[new])
    kanji = load("kkanji", "test")
    chosen = np.sort(rng.permutation(len(kanji))[:5000])
    some = known[rng.permutation(len(known))[:FAR]]
    turns = rng.integers(1, 4, len(some))
    return {
        "kana": np.concatenate(kana),
        "kanji": as_glyphs(kanji.images[chosen], known.shape[1]),
        "rotated": np.stack([np.rot90(image, int(t)) for image, t in zip(some, turns, strict=True)]),
        "shuffled": rng.permuted(some.reshape(len(some), -1), axis=1).reshape(some.shape),
        "noise": rng.integers(0, 256, some.shape, dtype=np.uint8),
    }


def test(model: Any) -> Iterator[dict[str, Any]]:
    """The rows of the test."""
    train, known = load("kmnist", "train"), load("kmnist", "test")
    taught = Taught(embeddings(model, train.images), train.labels)
    images = np.asarray(known.images)
    yield from rows("test", model, taught, images, known.labels, unknown_sets(images, train.classes))


def choice(model: Any) -> Iterator[dict[str, Any]]:
    """The rows that the choice of a score rests on."""
    train = load("kmnist", "train")
    keep, held = shifted_holdout(train)
    images, rng = np.asarray(train.images), np.random.default_rng(SEED)
    taught = Taught(embeddings(model, images[keep]), train.labels[keep])
    kanji = load("kkanji", "train")
    chosen = np.sort(rng.permutation(len(kanji))[:3000])
    unknown = {
        "kanji-train": as_glyphs(kanji.images[chosen], images.shape[1]),
        "mirrored": images[rng.permutation(held)[:3000], :, ::-1],
    }
    yield from rows("choice", model, taught, images[held], train.labels[held], unknown)


def rows(
    part: str,
    model: Any,
    taught: Taught,
    images: np.ndarray,
    labels: np.ndarray,
    unknown: dict[str, np.ndarray],
) -> Iterator[dict[str, Any]]:
    """A row for each unknown set and score; prints them too."""
    known, predicted = scores(model, images, taught)
    classes = np.array(model.info.classes)
    correct = classes[predicted] == np.array(load("kmnist", "train").classes)[labels]
    for name, others in unknown.items():
        theirs, _ = scores(model, others, taught)
        for score in known:
            found = detection(known[score], correct, theirs[score])
            a = found.auroc
            print(f"{name:11} {score:12} AUROC {a.value:.4f}  FPR95 {found.fpr95:.4f}", flush=True)
            yield {
                "part": part,
                "model": model.path.stem,
                "unknown": name,
                "score": score,
                "known_images": len(images),
                "unknown_images": len(others),
                "auroc": f"{a.value:.4f}",
                "auroc_low": f"{a.low:.4f}",
                "auroc_high": f"{a.high:.4f}",
                "fpr95": f"{found.fpr95:.4f}",
                "aurc": f"{found.aurc:.4f}",
                "date": date.today().isoformat(),
            }


def enter(lines: list[dict[str, Any]], path: Path) -> None:
    """Puts the rows of one part in the place of its old ones; those of the other stay."""
    old: list[dict[str, Any]] = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as stream:
            old = [line for line in csv.DictReader(stream) if line["part"] != lines[0]["part"]]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted((*old, *lines), key=lambda line: line["part"]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="kmnist", help="a shipped model, an .onnx file or a run")
    parser.add_argument("--choose", metavar="RUN", help="the calibration run whose hold-out to use instead")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    model = open_model(options.choose or options.model, options.threads)
    enter(list(choice(model) if options.choose else test(model)), options.out)


if __name__ == "__main__":
    main()
