"""How well a model reads each shape inside a class: the accuracy of an evaluation by clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kuzushiji.evaluation.clusters import Shape, shapes_in_class
from kuzushiji.evaluation.evaluation import training_part
from kuzushiji.evaluation.predictions import Classifier, embeddings
from kuzushiji.evaluation.result import Evaluation

if TYPE_CHECKING:
    from kuzushiji.datasets import Dataset

CLASSES, IMAGES = 49, 100
"""The classes looked at: those with most test images, at most so many, each with at least so many images."""
TRAIN_SAMPLE = 600
"""Training images of a class that its shapes are looked for in, at most."""


def every_shape(e: Evaluation, dataset: Dataset, model: Classifier) -> list[list[Shape]]:
    """Groups of like images inside each class with enough test images, and the share of each that is read.

    Args:
        e: a result.
        dataset: the images it was measured on, in the same order.
        model: whose embedding the groups are looked for in.

    Returns:
        The shapes of each such class, in the order of the classes; see
        :func:`kuzushiji.evaluation.clusters.shapes_in_class`.

    Raises:
        KuzushijiError: the model has no embedding.
    """
    support = e.per_class.support[: len(dataset.classes)]
    chosen = np.flatnonzero(support >= IMAGES)
    chosen = np.sort(chosen[np.argsort(-support[chosen], kind="stable")][:CLASSES])
    train = training_part(dataset) if len(chosen) else None
    found = []
    for label in chosen:
        members = np.flatnonzero(e.predictions.labels == label)
        known = _sample(train, dataset.classes[label]) if train else ()
        found.append(
            shapes_in_class(
                int(label),
                members,
                embeddings(model, dataset.images[members]),
                e.predictions.correct[members],
                embeddings(model, train.images[known]) if train and len(known) else None,
            )
        )
    return found


def to_json(found: list[list[Shape]], classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Shapes as plain types, the least read first.

    Args:
        found: of :func:`every_shape`.
        classes: the data set's characters.

    Returns:
        A dictionary each: ``char``, ``n`` test images, ``accuracy`` with its interval, ``test_share`` and
        ``train_share`` of the class (None without training images), and ``example``, the index of the most
        typical test image.
    """
    return [
        {
            "char": classes[s.label],
            "n": len(s.members),
            "accuracy": s.accuracy.to_json(),
            "test_share": s.test_share,
            "train_share": None if np.isnan(s.train_share) else s.train_share,
            "example": int(s.members[0]),
        }
        for s in sorted((s for each in found for s in each), key=lambda s: s.accuracy.value)
    ]


def _sample(train: Dataset, char: str) -> np.ndarray:
    """Indices int64 of some training images of a character."""
    if char not in train.classes:
        return np.array([], np.int64)
    members = np.flatnonzero(train.labels == train.classes.index(char))
    if len(members) > TRAIN_SAMPLE:
        members = np.sort(np.random.default_rng(0).permutation(members)[:TRAIN_SAMPLE])
    return members
