"""`evaluate`: one model on one split, and everything that is reported of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.evaluation.measures import metrics, reliability
from kuzushiji.evaluation.measures.bins import CountBin, by_training_count
from kuzushiji.evaluation.measures.intervals import Estimate, wilson
from kuzushiji.evaluation.predictions import Classifier, Predictions, predict
from kuzushiji.weights.info import reaches

if TYPE_CHECKING:
    from kuzushiji.datasets import Dataset

TRAINING_SPLIT = {"test": "train", "validation": "train", "half-test": "half-train"}
"""Which split an evaluated one belongs to; its counts make the bins."""


@dataclass(frozen=True)
class Evaluation:
    """A result, and how it came about.

    Attributes:
        model: the model's name.
        dataset: the data set's name.
        split: the split evaluated.
        predictions: what the model made of each image.
        sure_threshold: confidence from which the model calls itself sure.
        training_counts: (C,) int64 images of each class in the data set's training split, or None if it has
            none.
        only_dataset_classes: the model's other classes were given no chance.
        members: of an ensemble, what its models were opened by; empty for one model.
    """

    model: str
    dataset: str
    split: str
    predictions: Predictions
    sure_threshold: float
    training_counts: np.ndarray | None = None
    only_dataset_classes: bool = False
    members: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Number of images."""
        return len(self.predictions.labels)

    @cached_property
    def accuracy(self) -> Estimate:
        """Share of images recognised (micro, top-1), Wilson interval."""
        return metrics.accuracy(self.predictions.labels, self.predictions.predicted)

    @cached_property
    def balanced_accuracy(self) -> Estimate:
        """Recall averaged over the classes that occur (macro), analytic interval."""
        return metrics.balanced_accuracy(self.predictions.labels, self.predictions.predicted)

    @cached_property
    def macro_f1(self) -> Estimate:
        """F1 averaged over the classes that occur, bootstrap interval."""
        return metrics.macro_f1(self.predictions.labels, self.predictions.predicted)

    @cached_property
    def top5(self) -> Estimate:
        """Share of images whose class is among the five best, Wilson interval."""
        return metrics.top_k(self.predictions.ranks, 5)

    @cached_property
    def ece(self) -> float:
        """Expected calibration error, 15 bins."""
        return reliability.ece(self.predictions.confidence, self.predictions.correct)

    @cached_property
    def risk_coverage(self) -> reliability.RiskCoverage:
        """Risk against coverage, and its area."""
        return reliability.risk_coverage(self.predictions.confidence, self.predictions.correct)

    @cached_property
    def per_class(self) -> metrics.PerClass:
        """Counts, recall, precision, F1 of each of ``predictions.classes``."""
        p = self.predictions
        return metrics.per_class(p.labels, p.predicted, len(p.classes))

    @cached_property
    def bins(self) -> list[CountBin]:
        """The result by training count; empty where the data set has no training split."""
        if self.training_counts is None:
            return []
        p = self.predictions
        return by_training_count(p.labels, p.predicted, p.ranks, self.training_counts)

    @cached_property
    def sure_coverage(self) -> Estimate:
        """Share of images that the model is sure of."""
        return wilson(int(reaches(self.predictions.confidence, self.sure_threshold).sum()), self.n)

    @cached_property
    def sure_precision(self) -> Estimate | None:
        """Share right among those; None where it is sure of nothing."""
        sure = reaches(self.predictions.confidence, self.sure_threshold)
        return wilson(int(self.predictions.correct[sure].sum()), int(sure.sum())) if sure.any() else None

    def to_json(self, per_class: bool = False) -> dict[str, Any]:
        """The result as `kuzushiji evaluate --json` prints it: plain types.

        Args:
            per_class: also every class.
        """
        from kuzushiji.evaluation.record import record

        return record(self, per_class)


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
