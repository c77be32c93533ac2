"""An evaluation as plain types, for machines: what ``kuzushiji evaluate --json`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kuzushiji.evaluation.measures.metrics import confusion_pairs
from kuzushiji.evaluation.measures.reliability import reliability_curve

if TYPE_CHECKING:
    from kuzushiji.evaluation.evaluation import Evaluation

CONFUSIONS = 20
"""How many of the commonest mistakes are told."""
MISTAKES = 60
"""How many of the most confident mistakes are told."""
COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Shares answered at which the share wrong is told."""


def record(e: Evaluation, per_class: bool = False) -> dict[str, Any]:
    """The result in plain types, ready for ``json.dumps``.

    Args:
        e: a result.
        per_class: also every class that occurs, the least recognised first.

    Returns:
        The figures with their intervals, each a dictionary of ``value``, ``low``, ``high``.
    """
    sure = e.sure_precision
    result: dict[str, Any] = {
        "model": e.model,
        "dataset": e.dataset,
        "split": e.split,
        "n": e.n,
        "classes": int((e.per_class.support > 0).sum()),
        "accuracy": e.accuracy.to_json(),
        "balanced_accuracy": e.balanced_accuracy.to_json(),
        "macro_f1": e.macro_f1.to_json(),
        "top5": e.top5.to_json(),
        "ece": e.ece,
        "aurc": e.risk_coverage.aurc,
        "sure": {
            "threshold": e.sure_threshold,
            "coverage": e.sure_coverage.to_json(),
            "precision": sure.to_json() if sure else None,
        },
        "reliability": [
            {"n": b.n, "confidence": b.confidence, "accuracy": b.accuracy.to_json()}
            for b in reliability_curve(e.predictions.confidence, e.predictions.correct)
        ],
        "risk_coverage": [
            {"coverage": share, "risk": float(e.risk_coverage.risk[max(0, int(np.ceil(share * e.n)) - 1)])}
            for share in COVERAGES
        ],
        "confusions": _confusions(e),
        "mistakes": _mistakes(e),
    }
    if e.members:
        result["members"] = list(e.members)
    if e.bins:
        result["bins"] = [b.to_json() for b in e.bins]
    if e.only_dataset_classes:
        result["only_dataset_classes"] = True
    if e.predictions.unknown:
        result["unknown_to_model"] = list(e.predictions.unknown)
    if per_class:
        result["per_class"] = _per_class(e)
    return result


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
