"""Old and new forms of one kanji that are taken for each other: ``python benchmarks/other_forms.py``.

臺 and 台 are two classes and one kanji. Rows of results/other_forms.csv: of Kuzushiji-Kanji's validation
split, on which the reader's temperature and threshold were fitted and its weights were not, the readings that
reach the threshold; then those that stay sure where they are refused from some probability of another form on
(`kuzushiji.reading.decide.OTHER_FORM`). Counted are those that are read as a kanji with another form among
the classes, those of them that are wrong, and those that are that other form; and all readings.

    python benchmarks/other_forms.py [--model reader] [--threads N]
"""

from __future__ import annotations

import argparse
from datetime import date

import numpy as np
from bench import write_lines

from kuzushiji.datasets import load
from kuzushiji.evaluation.measures.intervals import wilson
from kuzushiji.images import resize_glyphs
from kuzushiji.reading import Candidate
from kuzushiji.weights import open_model

FROM = (1.0, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005)
"""Probabilities of another form from which a reading is not sure; the first refuses none."""


def rows(
    classes: tuple[str, ...], probabilities: np.ndarray, labels: np.ndarray, threshold: float
) -> list[dict[str, str | int]]:
    """The rows of the file.

    Args:
        classes: characters.
        probabilities: float (n, c), calibrated.
        labels: int (n,), positions in the classes.
        threshold: of ``sure``.
    """
    position = {c: i for i, c in enumerate(classes)}
    forms = [[position[v] for v in Candidate.of(c, 1).variants if v in position] for c in classes]
    read = probabilities.argmax(1)
    right = read == labels
    other = np.array(
        [max(p[forms[r]], default=0.0) for p, r in zip(probabilities, read, strict=True)], np.float64
    )
    twofold = np.array([bool(forms[r]) for r in read])
    swapped = np.array([label in forms[r] for label, r in zip(labels, read, strict=True)])
    lines = []
    for least in FROM:
        sure = (probabilities.max(1) >= threshold) & (other < least)
        found = wilson(int((sure & right).sum()), int(sure.sum()))
        lines.append(
            {
                "refused_from": f"{least:g}",
                "n": len(labels),
                "sure": int(sure.sum()),
                "right_when_sure": f"{found.value:.4f}",
                "right_when_sure_low": f"{found.low:.4f}",
                "right_when_sure_high": f"{found.high:.4f}",
                "with_other_form_sure": int((sure & twofold).sum()),
                "with_other_form_wrong": int((sure & twofold & ~right).sum()),
                "other_form": int((sure & swapped).sum()),
            }
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="reader", help="a shipped model, an .onnx file or a run")
    parser.add_argument("--threads", type=int)
    asked = parser.parse_args()
    model, part = open_model(asked.model, asked.threads), load("kkanji", "validation")
    classes = model.info.classes
    labels = np.array([classes.index(c) for c in part.classes])[part.labels]
    probabilities = model.calibrated(model.logits(resize_glyphs(np.asarray(part.images), model.info.size)))
    about = {"model": model.path.stem, "test_set": "kkanji/validation", "date": date.today().isoformat()}
    lines = [{**line, **about} for line in rows(classes, probabilities, labels, model.info.sure_threshold)]
    for line in lines:
        print(*(f"{key} {value}" for key, value in line.items()))
    write_lines("other_forms", lines)


if __name__ == "__main__":
    main()
