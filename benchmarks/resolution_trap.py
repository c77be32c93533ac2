"""Does the look of a glyph, its sharpness and not its shape, tell kana from kanji?

    python benchmarks/resolution_trap.py [--model NAME|FILE]     # writes results/resolution_trap.csv

The kana exist at 28 px only, the kanji at 64: a network that sees both at 64 learns that blur means kana, and
then misreads sharp kana from photographs. Three tests:

- *look*: a logistic regression on figures of the edges alone (how wide they are, how much fine detail there
  is for their length, how white full ink is) tells kana from kanji with this AUROC, with the kana enlarged to
  64 px, and with the kanji reduced to 28 px; 0.5 would be chance. Complex characters have closer strokes, so
  some difference is the shape's own.
- *degraded kanji*: accuracy on validation kanji that went through lower resolutions, blur and thicker or
  thinner strokes first, and how many of them are taken for kana.
- *hardened kana*: the same for kana of k49-sample's test part with edges made as hard as a photograph's,
  by contrast about middle grey at 64 px, and how many of them are taken for kanji. (Real sharp kana, few of
  them, are among the crops of page_crops.py.)
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
from bench import RESULTS, machine

from kuzushiji.datasets import Dataset, load
from kuzushiji.evaluation.measures.intervals import wilson
from kuzushiji.images import resize_glyphs
from kuzushiji.weights import Model, default, open_model

EACH = 4000
SEED = 0


def some(dataset: Dataset, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """`EACH` of a set's glyphs, uint8 (n, h, w), and their characters."""
    chosen = np.sort(rng.choice(len(dataset), EACH, replace=False))
    return dataset.images[chosen], np.array(dataset.classes)[dataset.labels[chosen]]


def edges(glyphs: np.ndarray) -> np.ndarray:
    """Figures of the look, float (n, 4), from uint8 glyphs (n, h, w); none grows with the amount of ink."""
    x = glyphs.astype(np.float32) / 255
    steps = np.abs(np.diff(x, axis=1))[:, :, :-1] + np.abs(np.diff(x, axis=2))[:, :-1]
    length = np.maximum((steps > 0.3).sum((1, 2)), 1)
    greys = ((x > 0.1) & (x < 0.9)).sum((1, 2)) / length
    power = np.abs(np.fft.fft2(x - x.mean((1, 2), keepdims=True))) ** 2
    frequency = np.hypot(*np.meshgrid(*(np.fft.fftfreq(x.shape[1]),) * 2))
    fine = power[:, frequency > 0.36].sum(1) / np.maximum(power.sum((1, 2)), 1e-6)
    ink = np.maximum((x > 0.5).sum((1, 2)), 1)
    return np.stack([greys, fine, (x > 0.98).sum((1, 2)) / ink, np.quantile(steps, 0.99, axis=(1, 2))], 1)


def auroc(kana: np.ndarray, kanji: np.ndarray) -> float:
    """Of a logistic regression on the look, trained on one half and measured on the other."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x = np.concatenate([edges(kana), edges(kanji)])
    y = np.repeat([0, 1], [len(kana), len(kanji)])
    order = np.random.default_rng(SEED).permutation(len(x))
    first, second = order[::2], order[1::2]
    judge = make_pipeline(StandardScaler(), LogisticRegression()).fit(x[first], y[first])
    return float(roc_auc_score(y[second], judge.predict_proba(x[second])[:, 1]))


def degraded() -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Ways to spoil 64 px glyphs."""
    from PIL import Image, ImageFilter

    def each(change: Callable[[Image.Image], Image.Image]) -> Callable[[np.ndarray], np.ndarray]:
        return lambda glyphs: np.stack([np.asarray(change(Image.fromarray(g))) for g in glyphs])

    def through(side: int) -> Callable[[np.ndarray], np.ndarray]:
        bilinear = Image.Resampling.BILINEAR
        return each(lambda image: image.resize((side, side), bilinear).resize(image.size, bilinear))

    return {
        "as published": lambda glyphs: glyphs,
        "through 28 px, as kana": lambda glyphs: resize_glyphs(resize_glyphs(glyphs, 28), 64),
        "through 20 px": through(20),
        "blurred, 2 px": each(lambda image: image.filter(ImageFilter.GaussianBlur(2))),
        "thicker": each(lambda image: image.filter(ImageFilter.MaxFilter(3))),
        "thinner": each(lambda image: image.filter(ImageFilter.MinFilter(3))),
    }


def hardened(glyphs: np.ndarray, gain: float) -> np.ndarray:
    """Glyphs uint8 (n, h, w) at 64 px with edges ``gain`` times as steep."""
    x = resize_glyphs(glyphs, 64).astype(np.float32)
    return np.clip((x - 128) * gain + 128, 0, 255).astype(np.uint8)


def outcomes(
    model: Model, inputs: dict[str, np.ndarray], truth: np.ndarray, kana: bool
) -> Iterator[tuple[str, str, np.ndarray]]:
    """For each input its name and, of each glyph, whether it is read right and whether as the other kind."""
    classes = np.array(model.info.classes)
    for name, glyphs in inputs.items():
        best = classes[model.probabilities(resize_glyphs(glyphs, model.info.size)).argmax(1)]
        yield name, "accuracy", best == truth
        yield name, "taken for kanji" if kana else "taken for kana", (best < "\u3100") != kana


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default=default())
    model = open_model(parser.parse_args().model)
    rng = np.random.default_rng(SEED)
    kana, kanji = load("k49-sample", "train"), load("kkanji", "validation")
    small, _ = some(kana, rng)
    large, truth = some(kanji, rng)
    test, kana_truth = some(load("k49-sample", "test"), rng)
    rows = [
        ("look", "at 64 px, kana enlarged", "AUROC", auroc(resize_glyphs(small, 64), large), "", ""),
        ("look", "at 28 px, kanji reduced", "AUROC", auroc(small, resize_glyphs(large, 28)), "", ""),
    ]
    spoilt = {name: spoil(large) for name, spoil in degraded().items()}
    hard = {"as published": test} | {f"edges {k} times as steep": hardened(test, k) for k in (2, 5)}
    tests = (
        ("degraded kanji", outcomes(model, spoilt, truth, kana=False)),
        ("hardened kana", outcomes(model, hard, kana_truth, kana=True)),
    )
    for kind, results in tests:
        for name, what, hits in results:
            found = wilson(int(hits.sum()), len(hits))
            rows.append((kind, name, what, found.value, f"{found.low:.4f}", f"{found.high:.4f}"))
    about = (model.path.name, machine(), date.today().isoformat())
    with open(RESULTS / "resolution_trap.csv", "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("test", "input", "figure", "value", "low", "high", "n", "model", "machine", "date"))
        for *name, value, low, high in rows:
            print(*name, f"{value:.4f}", low, high)
            writer.writerow((*name, f"{value:.4f}", low, high, EACH, *about))


if __name__ == "__main__":
    main()
