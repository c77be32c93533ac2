"""`evaluate`: one model on one split, and everything that is reported of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.evaluation.predictions import Classifier, predict
from kuzushiji.evaluation.result import Evaluation

if TYPE_CHECKING:
    from kuzushiji.datasets import Dataset

TRAINING_SPLIT = {"test": "train", "validation": "train", "half-test": "half-train"}
"""Which split an evaluated one belongs to; its counts make the bins."""


def evaluate(
    model: str | Path | Classifier,
    dataset: str | Path | Dataset,
    split: str = "test",
    only_dataset_classes: bool = False,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Runs a model over a split and measures it.

    Args:
        model: an open model, or what :func:`kuzushiji.evaluation.ensemble.open_models` takes: a shipped name
            or a file, or several of them with ``+`` between them, which then answer as one.
        dataset: a loaded data set (its own ``split`` counts then), a name, or the path of one's own data.
        split: which split to load.
        only_dataset_classes: give classes that the data set does not have no chance.
        threads: CPU threads for opening a model; None for all.
        progress: called after each batch with the number of images done.

    Returns:
        The result.

    Raises:
        KuzushijiError: the model or the data cannot be used, or have no class in common.
    """
    opened = _open(model, threads)
    data = _load(dataset, split)
    predictions = predict(opened, data, only_dataset_classes, progress)
    return Evaluation(
        model=opened.info.name,
        dataset=data.name,
        split=data.split,
        predictions=predictions,
        sure_threshold=opened.info.sure_threshold,
        training_counts=training_counts(data),
        only_dataset_classes=only_dataset_classes,
        members=tuple(opened.info.more.get("members", ())),
    )


def training_part(dataset: Dataset) -> Dataset | None:
    """The training split that belongs to a split.

    Args:
        dataset: an evaluated split.

    Returns:
        The split, or None where the data set has none for it.
    """
    from kuzushiji.datasets import load

    split = TRAINING_SPLIT.get(dataset.split)
    try:
        return load(dataset.name, split) if split else None
    except KuzushijiError:  # one's own data may have a test part only
        return None


def training_counts(dataset: Dataset) -> np.ndarray | None:
    """How many training images each class of a split has.

    Args:
        dataset: an evaluated split.

    Returns:
        (C,) int64, or None where the data set has no training split for it.
    """
    train = training_part(dataset)
    if train is None:
        return None
    counts = dict(zip(train.classes, np.bincount(train.labels, minlength=len(train.classes)), strict=True))
    return np.array([counts.get(char, 0) for char in dataset.classes], dtype=np.int64)


def _open(model: str | Path | Classifier, threads: int | None) -> Classifier:
    if not isinstance(model, str | Path):
        return model
    from kuzushiji.evaluation.ensemble import open_models

    return open_models(model, threads)


def _load(dataset: str | Path | Dataset, split: str) -> Dataset:
    if not isinstance(dataset, str | Path):
        return dataset
    from kuzushiji.datasets import load

    return load(dataset, split)
