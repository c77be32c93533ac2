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
and 50th nearest training embedding. And two that ask a second witness which never learned to tell the classes
apart, histograms of gradients (96 principal components): `two-views` adds the distances to the nearest
training image in the embedding and in the histograms, each in units of how it spreads among training images;
`two-views-own` the same among images of the class that the model reads.

Which score to take was settled by the second command, which looks at no test image: its model is the one that
calibrates a run, which never saw a tenth of the training set (whole clusters of shapes). These are its known
images; its unknown ones are 3,000 images of the training part of Kuzushiji-Kanji and 3,000 of the known ones
mirrored. The best mean AUROC over the two is the choice. Its rows say "choice", the others "test". About 5
minutes on one core, 3 for the choice.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import record_run

from kuzushiji.datasets import load, shifted_holdout
from kuzushiji.evaluation.features import PCA, hog
from kuzushiji.evaluation.neighbours import nearest, unit_length
from kuzushiji.evaluation.ood import detection, energy, mahalanobis_score, max_softmax
from kuzushiji.evaluation.predictions import as_glyphs, embeddings
from kuzushiji.weights import open_model

RESULTS = Path(__file__).parent / "results" / "ood.csv"
SEED = 0
NEIGHBOURS = (1, 10, 50)
COMPONENTS = 96
FAR = 2000
"""Images of each set that is not made of characters as they are written."""


class Taught:
    """What a model has learned from: its training images as it sees them, and as gradient histograms."""

    def __init__(self, model: Any, images: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]) -> None:
        self.labels = labels
        self.label_of = np.array([classes.index(char) for char in model.info.classes])
        self.embedding = embeddings(model, images)
        self.project = PCA.fit(images, hog, COMPONENTS)
        self.views = (unit_length(self.embedding), self.project(images))
        some = np.random.default_rng(SEED).permutation(len(labels))[:1500]
        inside = [
            nearest(view[some], view, 2)[0][:, 1] for view in self.views
        ]  # the first is the image itself
        self.usual = [(float(d.mean()), float(d.std())) for d in inside]

    def two_views(self, views: tuple[np.ndarray, np.ndarray], read: np.ndarray | None = None) -> np.ndarray:
        """Minus both distances to the nearest training image, of the labels ``read`` where given."""
        total = np.zeros(len(views[0]))
        groups = [None] if read is None else [int(c) for c in np.unique(read)]
        for asked, base, (mean, spread) in zip(views, self.views, self.usual, strict=True):
            for c in groups:
                mine = slice(None) if c is None else read == c
                theirs = slice(None) if c is None else self.labels == c
                total[mine] -= (nearest(asked[mine], base[theirs], 1)[0][:, 0] - mean) / spread
        return total


def scores(model: Any, images: np.ndarray, taught: Taught) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Every score of each image, higher for what looks known, and the label that the model gives it."""
    glyphs = as_glyphs(np.ascontiguousarray(images), model.info.size)
    logits, embedding = model.logits(glyphs), model.embed(glyphs)
    views = (unit_length(embedding), taught.project(np.ascontiguousarray(images)))
    distances, _ = nearest(views[0], taught.views[0], max(NEIGHBOURS))
    read = taught.label_of[logits.argmax(axis=1)]
    found = {
        "max-softmax": max_softmax(logits),
        "energy": energy(logits),
        "mahalanobis": mahalanobis_score(embedding, taught.embedding, taught.labels),
        **{f"neighbour-{k}": -distances[:, k - 1] for k in NEIGHBOURS},
        "two-views": taught.two_views(views),
        "two-views-own": taught.two_views(views, read),
    }
    return found, read


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
    taught = Taught(model, np.asarray(train.images), train.labels, train.classes)
    images = np.asarray(known.images)
    yield from rows("test", model, taught, images, known.labels, unknown_sets(images, train.classes))


def choice(model: Any) -> Iterator[dict[str, Any]]:
    """The rows that the choice of a score rests on."""
    train = load("kmnist", "train")
    keep, held = shifted_holdout(train)
    images, rng = np.asarray(train.images), np.random.default_rng(SEED)
    taught = Taught(model, images[keep], train.labels[keep], train.classes)
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
    known, read = scores(model, images, taught)
    correct = read == labels
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
    record_run.enter(lines, path, key=lambda line: line["part"])


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
