"""Known KMNIST-10 against what the model was never taught: AUROC, FPR95, AURC of three scores.

    python benchmarks/out_of_distribution.py                  # the shipped kmnist model, about 4 minutes on
    one core

Unknown sets, none of them seen in training or used to choose anything:

- `kana`: the other 39 characters of k49-sample, its train and test parts (near);
- `kanji`: 5,000 images of the test part of Kuzushiji-Kanji, reduced to 28 pixels (near);
- `rotated`: the KMNIST test images themselves, each turned by 90, 180 or 270 degrees;
- `shuffled`: the KMNIST test images, their pixels in random order (noise with the right greys);
- `noise`: uniform grey noise.

Scores: largest probability, energy (T = 1), distance to the 50th nearest training embedding. All as
    published, none
tuned here.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.datasets import load
from kuzushiji.evaluation.ood import detection, energy, max_softmax, neighbour_score
from kuzushiji.evaluation.predictions import as_glyphs
from kuzushiji.weights import open_model

RESULTS = Path(__file__).parent / "results" / "ood.csv"
SEED = 0


def unknown_sets(known: np.ndarray, taught: tuple[str, ...]) -> dict[str, np.ndarray]:
    """uint8 (n, 28, 28) images of each set."""
    rng = np.random.default_rng(SEED)
    kana = []
    for split in ("train", "test"):
        part = load("k49-sample", split)
        new = np.array([char not in taught for char in part.classes])[part.labels]
        kana.append(np.asarray(part.images)[new])
    kanji = load("kkanji", "test")
    chosen = np.sort(rng.permutation(len(kanji))[:5000])
    turns = rng.integers(1, 4, len(known))
    flat = known.reshape(len(known), -1)
    return {
        "kana": np.concatenate(kana),
        "kanji": as_glyphs(kanji.images[chosen], known.shape[1]),
        "rotated": np.stack([np.rot90(image, int(t)) for image, t in zip(known, turns, strict=True)]),
        "shuffled": rng.permuted(flat, axis=1).reshape(known.shape),
        "noise": rng.integers(0, 256, known.shape, dtype=np.uint8),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="kmnist", help="a shipped model or an .onnx file")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    model = open_model(options.model, options.threads)
    train, test = load("kmnist", "train"), load("kmnist", "test")
    size = model.info.size

    def judge(images: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        glyphs = as_glyphs(images, size)
        logits = model.logits(glyphs)
        scores = {
            "max-softmax": max_softmax(logits),
            "energy": energy(logits),
            "neighbours": neighbour_score(model.embed(glyphs), taught),
        }
        return scores, logits.argmax(axis=1)

    taught = model.embed(as_glyphs(np.asarray(train.images), size))
    known, predicted = judge(np.asarray(test.images))
    correct = np.array([model.info.classes[p] for p in predicted]) == np.array(test.classes)[test.labels]
    rows: list[dict[str, Any]] = []
    for name, images in unknown_sets(np.asarray(test.images), train.classes).items():
        unknown, _ = judge(np.ascontiguousarray(images))
        for score in known:
            found = detection(known[score], correct, unknown[score])
            rows.append(
                {
                    "model": model.path.stem,
                    "unknown": name,
                    "score": score,
                    "known_images": len(test),
                    "unknown_images": len(images),
                    "auroc": f"{found.auroc.value:.4f}",
                    "auroc_low": f"{found.auroc.low:.4f}",
                    "auroc_high": f"{found.auroc.high:.4f}",
                    "fpr95": f"{found.fpr95:.4f}",
                    "aurc": f"{found.aurc:.4f}",
                    "command": f"python benchmarks/out_of_distribution.py --model {options.model}",
                }
            )
            print(f"{name:9} {score:12} AUROC {rows[-1]['auroc']}  FPR95 {rows[-1]['fpr95']}", flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
