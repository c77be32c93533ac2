"""Temperature and the threshold of ``sure``, fitted on a run's shifted hold-out.

The logits are those the shipped file gives: averaged over its views.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kuzushiji.evaluation.calibration import abstention_threshold, fit_temperature
from kuzushiji.evaluation.metrics import accuracy, balanced_accuracy
from kuzushiji.training.data import Part


@dataclass(frozen=True)
class Calibration:
    """What the shipped file needs to know, and what it was measured on.

    Attributes:
        temperature: divides the logits.
        threshold: least calibrated probability that is called sure.
        n: held-out images.
        figures: accuracy, balanced accuracy, coverage and precision of ``sure`` on the hold-out.
    """

    temperature: float
    threshold: float
    n: int
    figures: dict[str, Any]


def calibrate(logits: np.ndarray, part: Part, precision: float) -> Calibration:
    """Fits both on logits float32 (n, c) of a held-out part.

    Args:
        logits: averaged over the shifts that the shipped file will use.
        part: the held-out part, in the same order.
        precision: least fraction of right answers among those called sure.
    """
    temperature = fit_temperature(logits, part.labels)
    scaled = logits / temperature
    p = np.exp(scaled - scaled.max(1, keepdims=True))
    confidence = p.max(1) / p.sum(1)
    predicted = logits.argmax(1)
    chosen = abstention_threshold(confidence, predicted == part.labels, precision)
    figures = {
        "accuracy": asdict(accuracy(part.labels, predicted)),
        "balanced_accuracy": asdict(balanced_accuracy(part.labels, predicted)),
        "sure_coverage": chosen.coverage,
        "sure_precision": asdict(chosen.precision),
        "sure_target": precision,
    }
    return Calibration(temperature, chosen.threshold, len(part), figures)
