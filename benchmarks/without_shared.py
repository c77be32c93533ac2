"""What pictures in two sets do to a score: ``python benchmarks/without_shared.py [MODEL ...]``.

422 pictures are in Kuzushiji-Kanji as 屋, 夜 or 於 and in KMNIST as や or お
(kuzushiji.datasets.shared_pictures). A model that learned both sets was told the wrong name for some of its
test images. Rows of results/without_shared.csv: accuracy on a whole test split, on its pictures that the
other set has (in any part), and on the rest. About three minutes of one core for the shipped models.
"""

from __future__ import annotations

import argparse
from datetime import date

import numpy as np
from bench import write_lines

from kuzushiji.datasets import Dataset, load
from kuzushiji.datasets.layouts.kkanji import open_files, paths_of
from kuzushiji.datasets.loading import kkanji_folder
from kuzushiji.datasets.shared_pictures import shared_images, shared_with
from kuzushiji.evaluation.measures.intervals import wilson
from kuzushiji.images import resize_glyphs
from kuzushiji.weights import Model, open_model

SETS = ("kmnist", "k49-sample", "kkanji")


def is_shared(part: Dataset) -> np.ndarray:
    """Which images of a test part another set has too, bool (n,)."""
    if part.name != "kkanji":
        return np.isin(np.arange(len(part)), [s.index for s in shared_with(part.name, part.split)])
    paths = np.array(paths_of(open_files(kkanji_folder())[0]))[part.images.rows]
    return np.isin(paths, [s.kanji for s in shared_images()])


def rows(model: Model, part: Dataset) -> list[dict[str, str | int]]:
    """The rows of the file for one model and one test part."""
    logits = model.logits(resize_glyphs(np.asarray(part.images), model.info.size))
    read = np.array(model.info.classes)[logits.argmax(1)]
    right = read == np.array(part.classes)[part.labels]
    shared = is_shared(part)
    lines: list[dict[str, str | int]] = []
    for which, kept in (("all", np.ones(len(part), bool)), ("shared", shared), ("without them", ~shared)):
        share = wilson(int(right[kept].sum()), int(kept.sum()))
        ends = {"accuracy": share.value, "accuracy_low": share.low, "accuracy_high": share.high}
        about = {"model": model.path.stem, "test_set": part.name, "images": which, "n": int(kept.sum())}
        lines.append({**about, **{k: f"{v:.4f}" for k, v in ends.items()}, "date": date.today().isoformat()})
    return lines


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("models", nargs="*", default=["kmnist", "k49", "reader"])
    parser.add_argument("--threads", type=int)
    asked = parser.parse_args()
    lines = []
    for name in asked.models:
        model = open_model(name, asked.threads)
        for part in (load(s, "test") for s in SETS):
            if set(part.classes) <= set(model.info.classes):
                lines += rows(model, part)
                for line in lines[-3:]:
                    print(*line.values())
    write_lines("without_shared", lines)


if __name__ == "__main__":
    main()
