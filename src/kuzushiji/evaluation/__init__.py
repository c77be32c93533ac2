"""Metrics with intervals, calibration, the label audit, and pages a person would read.

The measures are plain numpy; :func:`evaluate` runs a model over a data set and gathers them.
"""

from __future__ import annotations

from kuzushiji.evaluation.evaluation import Evaluation, evaluate
from kuzushiji.evaluation.measures.calibration import Abstention, abstention_threshold, fit_temperature
from kuzushiji.evaluation.measures.comparison import Comparison, compare
from kuzushiji.evaluation.measures.intervals import Estimate, wilson
from kuzushiji.evaluation.measures.metrics import accuracy, balanced_accuracy, macro_f1, top_k
from kuzushiji.evaluation.measures.reliability import ece, reliability_curve, risk_coverage

__all__ = [
    "Abstention",
    "Comparison",
    "Estimate",
    "Evaluation",
    "abstention_threshold",
    "accuracy",
    "balanced_accuracy",
    "compare",
    "ece",
    "evaluate",
    "fit_temperature",
    "macro_f1",
    "reliability_curve",
    "risk_coverage",
    "top_k",
    "wilson",
]
