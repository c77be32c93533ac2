"""The parts of the report that show pictures: confusions, worst mistakes, shapes inside a class."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from kuzushiji.evaluation.clusters import Shape
from kuzushiji.evaluation.measures.metrics import confusion_pairs
from kuzushiji.evaluation.predictions import Classifier
from kuzushiji.evaluation.report.page import ja, percent, reading
from kuzushiji.evaluation.report.pictures import data_uri
from kuzushiji.evaluation.result import Evaluation
from kuzushiji.evaluation.shapes import every_shape

if TYPE_CHECKING:
    from kuzushiji.datasets import Dataset

PAIRS, PER_PAIR, WORST = 16, 8, 60
PER_SHAPE = 8


def picture(dataset: Dataset, index: int, alt: str) -> str:
    """One glyph of a data set as an ``<img>``."""
    where = f"{dataset.split} {index}"
    source = data_uri(dataset.images[index])
    return f'<img class="g" src="{source}" alt="{escape(alt)}" title="{escape(where)}: {escape(alt)}">'


def confusions(e: Evaluation, dataset: Dataset) -> str:
    """The commonest mistakes, each with pictures of it."""
    p = e.predictions
    pairs = confusion_pairs(p.labels, p.predicted, PAIRS)
    if not pairs:
        return '<h2 id="confusions">What it mistakes for what</h2><p>Nothing: it made no mistake.</p>'
    rows = []
    for true, guess, count in pairs:
        a, b = p.classes[true], p.classes[guess]
        which = np.flatnonzero((p.labels == true) & (p.predicted == guess))
        which = which[np.argsort(-p.confidence[which], kind="stable")][:PER_PAIR]
        pictures = "".join(picture(dataset, int(i), f"{a} taken for {b}") for i in which)
        rows.append(
            f'<div class="pair"><div>{ja(a)} <small>{escape(reading(a))}</small> → {ja(b)} '
            f"<small>{escape(reading(b))}</small><br><small>{count:,} of {e.per_class.support[true]:,} "
            f"images</small>"
            f'</div><div class="strip">{pictures}</div></div>'
        )
    return (
        '<h2 id="confusions">What it mistakes for what</h2><p>The commonest mistakes: what is written → what '
        "it was "
        "taken for. The pictures are those it was most confident about.</p>" + "".join(rows)
    )


def worst_mistakes(e: Evaluation, dataset: Dataset) -> str:
    """The mistakes made with the greatest confidence. Some may be the label's."""
    p = e.predictions
    wrong = p.surest_mistakes(WORST)
    if not len(wrong):
        return ""
    tiles = []
    for i in wrong:
        a, b = p.classes[p.labels[i]], p.classes[p.predicted[i]]
        tiles.append(
            f'<div class="tile">{picture(dataset, int(i), f"{a} taken for {b}")}<br>{ja(a)} → {ja(b)}<br>'
            f"<small>{percent(float(p.confidence[i]))} sure<br>image {i}</small></div>"
        )
    return (
        '<h2 id="worst">Its most confident mistakes</h2><p>Label → reading. A few of these may be mistakes '
        "of the label "
        "or of the cropping rather than of the model: kuzushiji audit lists the suspects.</p>"
        f'<div class="tiles">{"".join(tiles)}</div>'
    )


def shapes(e: Evaluation, dataset: Dataset, model: Classifier) -> str:
    """How well each shape inside a class is read, for classes with enough test images."""
    found = every_shape(e, dataset, model)
    if not found:
        return ""
    rows = [_shape(s, dataset, first=s is one[0]) for one in found for s in one]
    every = [s for one in found for s in one]
    return (
        '<h2 id="shapes">Shapes inside a class</h2><p>One character was written in several ways, often from '
        "different "
        "parent kanji. Groups of like shapes (k-means on the model's own embedding; nobody labelled them), "
        "with their "
        "share of the class in training and test, and how many of the test images are read."
        f"{_least(every, dataset)}</p>" + "".join(rows)
    )


def _least(found: list[Shape], dataset: Dataset, most: int = 3) -> str:
    """A sentence on the shapes that are read worst, of those with ten images or more."""
    some = sorted((s for s in found if len(s.members) >= 10), key=lambda s: s.accuracy.value)[:most]
    said = ", ".join(
        f"{len(s.members):,} of {ja(dataset.classes[s.label])} {percent(s.accuracy.value)}" for s in some
    )
    return f" The least read groups: {said}." if some else ""


def _shape(s: Shape, dataset: Dataset, first: bool) -> str:
    char = dataset.classes[s.label]
    name = f"{ja(char)} <small>{escape(reading(char))}</small> " if first else ""
    trained = f", {percent(s.train_share)} in training" if s.train_share == s.train_share else ""
    pictures = "".join(picture(dataset, int(i), char) for i in s.members[:PER_SHAPE])
    return (
        f'<div class="pair"><div>{name}<strong>{percent(s.accuracy.value)} read</strong> '
        f"<small>{100 * s.accuracy.low:.1f}-{100 * s.accuracy.high:.1f}<br>{len(s.members):,} images, "
        f"{percent(s.test_share)} of the class{trained}</small></div><div "
        f'class="strip">{pictures}</div></div>'
    )
