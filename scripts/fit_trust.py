"""Fits how far the characters of a page may be trusted (`kuzushiji.pages.trust`).

    python scripts/fit_trust.py PAGES [--precision 0.975]

PAGES holds NAME.jpg and text.json. Only pages with "book_in_kkanji": false are used: of their books no
network has seen anything. Writes src/kuzushiji/pages/trust.json and prints what the choice gives, each book
measured with what was fitted on the others.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from kuzushiji.evaluation.logistic import fit_logistic, sigmoid
from kuzushiji.pages import trust
from kuzushiji.pages.context.signs import sign_of, signs
from kuzushiji.pages.reader import PageReader
from kuzushiji.training.page_networks.columns.real import _aligned


class _Recorder:
    """Stands in for the trust model and keeps what it is asked."""

    def __init__(self) -> None:
        self.seen: list[trust.Features] = []

    def __call__(self, features: trust.Features) -> tuple[float, bool]:
        self.seen.append(features)
        return 0.5, False


def main() -> None:
    """Reads the arguments, fits, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--precision", type=float, default=0.975)
    parser.add_argument("--detector")
    parser.add_argument("--column")
    asked = parser.parse_args()
    texts = json.loads((asked.pages / "text.json").read_text(encoding="utf-8"))
    names = [name for name in sorted(texts) if not texts[name]["book_in_kkanji"]]
    for context in (True, False):
        reader = PageReader(context=context, detector=asked.detector, column=asked.column)
        values, right, books = _gathered(reader, asked.pages, texts, names)
        print(f"context {context}: {len(right)} characters, {right.mean():.1%} right")
        for book in sorted(set(books)):
            own = books == book
            model = fitted(values[~own], right[~own], asked.precision)
            _show(book, model, values[own], right[own])
        found = fitted(values, right, asked.precision)
        _show("all, fitted on all", found, values, right)
        trust.save(found, context)


def _gathered(
    reader: PageReader, folder: Path, texts: dict[str, dict[str, str]], names: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values of the features float (n, k), right bool (n,), and the book of each character."""
    values, right, books = [], list[bool](), []
    for name in names:
        recorder = _Recorder()
        reader.trust = recorder  # type: ignore[assignment]
        page = reader.read(folder / f"{name}.jpg")
        read = [
            (sign_of(c.char), f) for c, f in zip(page.characters, recorder.seen, strict=True) if not c.ruby
        ]
        kept = [(sign, f) for sign, f in read if sign is not None]
        numbers: dict[str, int] = {}
        want = [numbers.setdefault(sign, len(numbers)) for sign in signs(texts[name]["text"])]
        have = [numbers.setdefault(sign, len(numbers)) for sign, _ in kept]
        _, exact = _aligned(have, want)
        right += exact
        values += [f.values() for _, f in kept]
        books += [texts[name]["book"]] * len(kept)
    return np.array(values), np.array(right), np.array(books)


def fitted(values: np.ndarray, right: np.ndarray, precision: float) -> trust.Trust:
    """A logistic model, and the lowest threshold at which what is called sure reaches the precision."""
    weights = fit_logistic(values, right, ridge=2.0)
    p = sigmoid(weights[0] + values @ weights[1:])
    order = np.argsort(-p)
    share = np.cumsum(right[order]) / np.arange(1, len(p) + 1)
    enough = np.flatnonzero(share >= precision)
    threshold = float(p[order[enough[-1]]]) if len(enough) else 1.0
    return trust.Trust(float(weights[0]), tuple(float(v) for v in weights[1:]), threshold)


def _show(name: str, model: trust.Trust, values: np.ndarray, right: np.ndarray) -> None:
    p = sigmoid(model.intercept + values @ np.array(model.weights))
    sure = p >= model.threshold
    bins = np.clip((p * 10).astype(int), 0, 9)
    error = sum(abs(p[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    shown = replace(model, weights=tuple(round(v, 3) for v in model.weights))
    print(
        f"  {name}: sure {sure.mean():.1%}, of them right {right[sure].mean():.1%}, ECE {error:.3f}; {shown}"
    )


if __name__ == "__main__":
    main()
