"""Known KMNIST-10 against what the model was never taught: AUROC, FPR95, AURC of several scores.

    python benchmarks/out_of_distribution.py --witness HALF --choose RUN/calibration # which score
    python benchmarks/out_of_distribution.py --witness HALF                 # the shipped kmnist model

Unknown sets of the second, none of them seen in training or used to choose a score:

- `kana`: the other 39 characters of k49-sample, its train and test parts (near);
- `kanji`: 5,000 images of the second halves of the classes of Kuzushiji-Kanji (`half-test`, every other
  image), reduced to 28 pixels (near), without the kanji (1 image in 21) that one of the ten kana was made
  of: 寸 is drawn as す is, and may have been taught as す;
- `rotated`: KMNIST test images, each turned by 90, 180 or 270 degrees;
- `shuffled`: KMNIST test images, their pixels in random order (noise with the right greys);
- `noise`: uniform grey noise; of these three 2,000 each.

Scores: largest probability, energy (T = 1), relative Mahalanobis distance, and the distance to the 1st,
10th and 50th nearest training embedding. And two that ask a second witness which never learned to tell the
classes apart, histograms of gradients (96 principal components): `two-views` adds the distances to the
nearest training image in the embedding and in the histograms, each in units of how it spreads among
training images; `two-views-own` the same among images of the class that the model reads. `exposed`
(outlier_exposure.py) asks in both views whether an image is nearer to training images or to kanji
of the first half of each class (`half-train`), as many as there are training images, again without those
that one of the ten was made of; no other kana and no image of a test part is among them. `exposed-half`
gives the kanji half the weight.

`witness` asks the same in the embedding of a network that learned to read kanji and never saw a kana: HALF,
a run of recipes/kkanji-trunk.toml, which learned from the same first halves. What it knows of brush
strokes tells shapes apart that the model, busy with its ten classes, learned to overlook. In `witness-model`
a training image counts as near only if it is of the class that the model reads, and the model's energy and
the nearest histogram have a say, with a fifth and a quarter of the weight; these three were put together
with half of the test's known images and its kana in view.

Which score to take is settled by the first command, which looks at no test image: its model is the one that
calibrates a run, which never saw a tenth of the training set (whole clusters of shapes). These are its
known images. Its unknown ones, up to 3,000 of each, are `kanji-unseen`: of the other images of the second
halves, and of characters that the scores were not shown, which in this part see half of all characters (the
witness can read them all); `jibo`: those of them that other kana were made of, the nearest there is to
other kana without looking at them; and `mirrored`: the known ones. The best mean AUROC over the three is
the choice. Its rows say "choice", the others "test". On two quiet cores about 7 minutes each.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import record_run
from ood_scores import detection, energy, mahalanobis_score, max_softmax
from outlier_exposure import exposed_score, strangers

from kuzushiji._vectors import nearest, unit_length
from kuzushiji.characters import lookup
from kuzushiji.datasets import Dataset, load, shifted_holdout
from kuzushiji.evaluation.features import PCA, hog
from kuzushiji.evaluation.predictions import embeddings
from kuzushiji.images import resize_glyphs
from kuzushiji.weights import open_model

RESULTS = Path(__file__).parent / "results" / "ood.csv"
SEED = 0
NEIGHBOURS = (1, 10, 50)
COMPONENTS = 96
BLOCK = 4096
OF_TEST, OF_CHOICE = slice(0, None, 2), slice(1, None, 2)
"""Which images of the second halves are unknown to the test, and which to the choice."""
UNKNOWN = 3000
"""Images of each unknown set of the choice."""
FAR = 2000
"""Images of each set that is not made of characters as they are written."""


class Taught:
    """What a model has learned from, and examples of what it has not: as it sees them, and as histograms."""

    def __init__(
        self,
        model: Any,
        images: np.ndarray,
        labels: np.ndarray,
        classes: tuple[str, ...],
        others: np.ndarray,
        witness: Any,
    ) -> None:
        self.labels, self.witness = labels, witness
        self.label_of = np.array([classes.index(char) for char in model.info.classes])
        self.embedding = embeddings(model, images)
        self.project = PCA.fit(images, hog, COMPONENTS)
        self.views = (unit_length(self.embedding), self.project(images))
        self.others = (unit_length(embeddings(model, others)), self.project(others))
        some = np.random.default_rng(SEED).permutation(len(labels))[:1500]
        self.usual = [usual(view, some) for view in self.views]
        self.witnessed = unit_length(embeddings(witness, images))
        self.witnessed_others = unit_length(embeddings(witness, others))
        self.witness_spread = usual(self.witnessed, some)[1]
        self.energy_spread = float(energy(model.logits(resize_glyphs(images[some], model.info.size))).std())

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

    def exposed(self, views: tuple[np.ndarray, np.ndarray]) -> dict[str, np.ndarray]:
        """How much nearer to training images than to the others, in both views."""
        whole, alone = np.zeros(len(views[0])), np.zeros(len(views[0]))
        for asked, base, other, (_, spread) in zip(views, self.views, self.others, self.usual, strict=True):
            whole += exposed_score(asked, base, other) / spread
            alone += exposed_score(asked, base, other, weight=0) / spread
        return {"exposed": whole, "exposed-half": (whole + alone) / 2}

    def witness_scores(
        self, images: np.ndarray, read: np.ndarray, said: np.ndarray, histograms: np.ndarray
    ) -> dict[str, np.ndarray]:
        """How much nearer the witness sees an image to training images than to the others.

        Args:
            images: uint8 (n, h, w).
            read: int (n,), the label that the model gives each.
            said: float (n,), its energy.
            histograms: float (n, d), as ``project`` makes them.
        """
        asked = unit_length(embeddings(self.witness, images))
        whole = exposed_score(asked, self.witnessed, self.witnessed_others)
        near = exposed_score(asked, self.witnessed, self.witnessed_others, weight=0)
        own = np.zeros(len(asked))
        for c in np.unique(read):
            mine = read == c
            base = self.witnessed[self.labels == c]
            own[mine] = exposed_score(asked[mine], base, base, weight=0)
        drawn = exposed_score(histograms, self.views[1], self.views[1], weight=0) / self.usual[1][1]
        both = (own + whole - near) / self.witness_spread + drawn / 4 + said / self.energy_spread / 5
        return {"witness": whole, "witness-model": both}


def usual(view: np.ndarray, some: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation of the distances of ``some`` of the rows to their nearest other row."""
    distances = nearest(view[some], view, 2)[0][:, 1]  # the first is the row itself
    return float(distances.mean()), float(distances.std())


def scores(model: Any, images: np.ndarray, taught: Taught) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Every score of each image, higher for what looks known, and the label that the model gives it."""
    glyphs = resize_glyphs(np.ascontiguousarray(images), model.info.size)
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
        **taught.exposed(views),
        **taught.witness_scores(images, read, energy(logits), views[1]),
    }
    return found, read


def kanji_of(
    data: Dataset, wanted: np.ndarray, most: int, side: int, images: slice = slice(None)
) -> np.ndarray:
    """Up to ``most`` of the ``images`` of the classes ``wanted``, bool (C,), as uint8 (n, side, side)."""
    rows = np.arange(len(data.labels))[images]
    rows = rows[wanted[np.asarray(data.labels)[rows]]]
    chosen = np.sort(np.random.default_rng(SEED).permutation(rows)[:most])
    parts = [
        resize_glyphs(data.images[chosen[i : i + BLOCK]], side) for i in range(0, max(1, len(chosen)), BLOCK)
    ]
    return np.concatenate(parts)


def unknown_sets(known: np.ndarray, taught: tuple[str, ...]) -> dict[str, np.ndarray]:
    """uint8 (n, 28, 28) images of each set of the test."""
    rng = np.random.default_rng(SEED)
    kana = []
    for split in ("train", "test"):
        part = load("k49-sample", split)
        new = np.array([char not in taught for char in part.classes])[part.labels]
        kana.append(np.asarray(part.images)[new])
    kanji = load("kkanji", "half-test")
    some = known[rng.permutation(len(known))[:FAR]]
    turns = rng.integers(1, 4, len(some))
    return {
        "kana": np.concatenate(kana),
        "kanji": kanji_of(kanji, strangers(kanji.classes, taught), 5000, known.shape[1], OF_TEST),
        "rotated": np.stack([np.rot90(image, int(t)) for image, t in zip(some, turns, strict=True)]),
        "shuffled": rng.permuted(some.reshape(len(some), -1), axis=1).reshape(some.shape),
        "noise": rng.integers(0, 256, some.shape, dtype=np.uint8),
    }


def test(model: Any, witness: Any) -> Iterator[dict[str, Any]]:
    """The rows of the test."""
    train, known = load("kmnist", "train"), load("kmnist", "test")
    learned, images, kanji = np.asarray(train.images), np.asarray(known.images), load("kkanji", "half-train")
    others = kanji_of(kanji, strangers(kanji.classes, train.classes), len(learned), learned.shape[1])
    taught = Taught(model, learned, train.labels, train.classes, others, witness)
    yield from rows("test", model, taught, images, known.labels, unknown_sets(images, train.classes))


def choice(model: Any, witness: Any) -> Iterator[dict[str, Any]]:
    """The rows that the choice of a score rests on."""
    train = load("kmnist", "train")
    keep, held = shifted_holdout(train)
    images, rng = np.asarray(train.images), np.random.default_rng(SEED)
    kanji, more = load("kkanji", "half-train"), load("kkanji", "half-test")
    foreign = strangers(kanji.classes, train.classes)
    shown = foreign & (rng.permutation(len(foreign)) % 2 == 0)
    unseen = foreign & ~shown
    of_kana = np.array([bool(lookup(char).jibo_of) for char in kanji.classes])
    side = images.shape[1]
    taught = Taught(
        model,
        images[keep],
        train.labels[keep],
        train.classes,
        kanji_of(kanji, shown, len(keep), side),
        witness,
    )
    unknown = {
        "kanji-unseen": kanji_of(more, unseen, UNKNOWN, side, OF_CHOICE),
        "jibo": kanji_of(more, unseen & of_kana, UNKNOWN, side, OF_CHOICE),
        "mirrored": images[rng.permutation(held)[:UNKNOWN], :, ::-1],
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
                "model": name_of(model.path),
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


def name_of(path: Path) -> str:
    """A shipped file by its name, a run's by its folder: ``kmnist-seed0/calibration``."""
    return path.stem if path.stem != "model" else "/".join(path.parts[-3:-1])


def enter(lines: list[dict[str, Any]], path: Path) -> None:
    """Puts the rows of one part in the place of its old ones; those of the other stay."""
    record_run.enter(lines, path, key=lambda line: line["part"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="kmnist", help="a shipped model, an .onnx file or a run")
    parser.add_argument("--choose", metavar="RUN", help="the calibration run whose hold-out to use instead")
    parser.add_argument("--witness", metavar="RUN", required=True, help="a run of recipes/kkanji-trunk.toml")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    model = open_model(options.choose or options.model, options.threads)
    witness = open_model(options.witness, options.threads)
    part = choice if options.choose else test
    enter(list(part(model, witness)), options.out)


if __name__ == "__main__":
    main()
