"""Metrics with intervals, calibration, the label audit, and pages a person would read.

The measures are plain numpy; :func:`evaluate` runs a model over a data set and gathers them. Public names are
imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kuzushiji._lazy import lazily

_LAZY = {
    "evaluate": "kuzushiji.evaluation.evaluation",
    "Evaluation": "kuzushiji.evaluation.result",
    "Predictions": "kuzushiji.evaluation.predictions",
    "embeddings": "kuzushiji.evaluation.predictions",
    "Ensemble": "kuzushiji.evaluation.ensemble",
    "open_models": "kuzushiji.evaluation.ensemble",
    "write_report": "kuzushiji.evaluation.report",
    "vote": "kuzushiji.evaluation.voting",
    "nearest": "kuzushiji._vectors",
    "shapes_in_class": "kuzushiji.evaluation.clusters",
    "Abstention": "kuzushiji.evaluation.measures.calibration",
    "abstention_threshold": "kuzushiji.evaluation.measures.calibration",
    "fit_temperature": "kuzushiji.evaluation.measures.calibration",
    "Comparison": "kuzushiji.evaluation.measures.comparison",
    "compare": "kuzushiji.evaluation.measures.comparison",
    "Estimate": "kuzushiji.evaluation.measures.intervals",
    "stratified_bootstrap": "kuzushiji.evaluation.measures.intervals",
    "wilson": "kuzushiji.evaluation.measures.intervals",
    "accuracy": "kuzushiji.evaluation.measures.metrics",
    "balanced_accuracy": "kuzushiji.evaluation.measures.metrics",
    "confusion_pairs": "kuzushiji.evaluation.measures.metrics",
    "macro_f1": "kuzushiji.evaluation.measures.metrics",
    "ranks_of": "kuzushiji.evaluation.measures.metrics",
    "top_k": "kuzushiji.evaluation.measures.metrics",
    "by_training_count": "kuzushiji.evaluation.measures.bins",
    "ece": "kuzushiji.evaluation.measures.reliability",
    "reliability_curve": "kuzushiji.evaluation.measures.reliability",
    "risk_coverage": "kuzushiji.evaluation.measures.reliability",
}
__all__ = [*_LAZY]

if TYPE_CHECKING:
    from kuzushiji._vectors import nearest as nearest
    from kuzushiji.evaluation.clusters import shapes_in_class as shapes_in_class
    from kuzushiji.evaluation.ensemble import Ensemble as Ensemble
    from kuzushiji.evaluation.ensemble import open_models as open_models
    from kuzushiji.evaluation.evaluation import evaluate as evaluate
    from kuzushiji.evaluation.measures.bins import by_training_count as by_training_count
    from kuzushiji.evaluation.measures.calibration import Abstention as Abstention
    from kuzushiji.evaluation.measures.calibration import abstention_threshold as abstention_threshold
    from kuzushiji.evaluation.measures.calibration import fit_temperature as fit_temperature
    from kuzushiji.evaluation.measures.comparison import Comparison as Comparison
    from kuzushiji.evaluation.measures.comparison import compare as compare
    from kuzushiji.evaluation.measures.intervals import Estimate as Estimate
    from kuzushiji.evaluation.measures.intervals import stratified_bootstrap as stratified_bootstrap
    from kuzushiji.evaluation.measures.intervals import wilson as wilson
    from kuzushiji.evaluation.measures.metrics import accuracy as accuracy
    from kuzushiji.evaluation.measures.metrics import balanced_accuracy as balanced_accuracy
    from kuzushiji.evaluation.measures.metrics import confusion_pairs as confusion_pairs
    from kuzushiji.evaluation.measures.metrics import macro_f1 as macro_f1
    from kuzushiji.evaluation.measures.metrics import ranks_of as ranks_of
    from kuzushiji.evaluation.measures.metrics import top_k as top_k
    from kuzushiji.evaluation.measures.reliability import ece as ece
    from kuzushiji.evaluation.measures.reliability import reliability_curve as reliability_curve
    from kuzushiji.evaluation.measures.reliability import risk_coverage as risk_coverage
    from kuzushiji.evaluation.predictions import Predictions as Predictions
    from kuzushiji.evaluation.predictions import embeddings as embeddings
    from kuzushiji.evaluation.report import write_report as write_report
    from kuzushiji.evaluation.result import Evaluation as Evaluation
    from kuzushiji.evaluation.voting import vote as vote
else:
    __getattr__, __dir__ = lazily(__name__, _LAZY)
