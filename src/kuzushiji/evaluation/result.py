"""The result of an evaluation: its figures with intervals, and the same as plain types for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kuzushiji.evaluation.measures import metrics, reliability
from kuzushiji.evaluation.measures.bins import CountBin, by_training_count
from kuzushiji.evaluation.measures.intervals import Estimate, wilson
from kuzushiji.evaluation.measures.metrics import confusion_pairs
from kuzushiji.evaluation.measures.reliability import reliability_curve
from kuzushiji.evaluation.predictions import Predictions
from kuzushiji.weights.info import reaches

CONFUSIONS = 20
"""How many of the commonest mistakes are told."""
MISTAKES = 60
"""How many of the most confident mistakes are told."""
COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Shares answered at which the share wrong is told."""


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
        """The result as ``kuzushiji evaluate --json`` prints it: plain types, ready for ``json.dumps``.

        Args:
            per_class: also every class that occurs, the least recognised first.

        Returns:
            The figures with their intervals, each a dictionary of ``value``, ``low``, ``high``.
        """
        sure = self.sure_precision
        result: dict[str, Any] = {
            "model": self.model,
            "dataset": self.dataset,
            "split": self.split,
            "n": self.n,
            "classes": int((self.per_class.support > 0).sum()),
            "accuracy": self.accuracy.to_json(),
            "balanced_accuracy": self.balanced_accuracy.to_json(),
            "macro_f1": self.macro_f1.to_json(),
            "top5": self.top5.to_json(),
            "ece": self.ece,
            "aurc": self.risk_coverage.aurc,
            "sure": {
                "threshold": self.sure_threshold,
                "coverage": self.sure_coverage.to_json(),
                "precision": sure.to_json() if sure else None,
            },
            "reliability": [
                {"n": b.n, "confidence": b.confidence, "accuracy": b.accuracy.to_json()}
                for b in reliability_curve(self.predictions.confidence, self.predictions.correct)
            ],
            "risk_coverage": [{"coverage": share, "risk": self._risk_at(share)} for share in COVERAGES],
            "confusions": _confusions(self),
            "mistakes": _mistakes(self),
        }
        if self.members:
            result["members"] = list(self.members)
        if self.bins:
            result["bins"] = [b.to_json() for b in self.bins]
        if self.only_dataset_classes:
            result["only_dataset_classes"] = True
        if self.predictions.unknown:
            result["unknown_to_model"] = list(self.predictions.unknown)
        if per_class:
            result["per_class"] = _per_class(self)
        return result

    def _risk_at(self, share: float) -> float:
        """Share wrong among the most confident images, where this share of all is answered."""
        return float(self.risk_coverage.risk[max(0, int(np.ceil(share * self.n)) - 1)])


def _confusions(e: Evaluation) -> list[dict[str, Any]]:
    classes = e.predictions.classes
    pairs = confusion_pairs(e.predictions.labels, e.predictions.predicted, CONFUSIONS)
    return [{"label": classes[true], "read_as": classes[guess], "n": n} for true, guess, n in pairs]


def _mistakes(e: Evaluation) -> list[dict[str, Any]]:
    p = e.predictions
    return [
        {
            "index": int(i),
            "label": p.classes[p.labels[i]],
            "read_as": p.classes[p.predicted[i]],
            "probability": float(p.confidence[i]),
        }
        for i in p.surest_mistakes(MISTAKES)
    ]


def _per_class(e: Evaluation) -> list[dict[str, Any]]:
    p, classes = e.per_class, e.predictions.classes
    shown = np.flatnonzero(p.support > 0)
    shown = shown[np.argsort(p.recall[shown], kind="stable")]
    return [
        {
            "char": classes[i],
            "n": int(p.support[i]),
            "right": int(p.right[i]),
            "read_as": int(p.guessed[i]),
            "recall": float(p.recall[i]),
            "precision": float(p.precision[i]) if p.guessed[i] else None,
            "f1": float(p.f1[i]),
        }
        for i in shown
    ]
