"""Temperature and the threshold of ``sure``, fitted on a run's shifted hold-out.

The logits are those the shipped file gives: averaged over its views.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kuzushiji.evaluation.measures.calibration import abstention_threshold, fit_temperature
from kuzushiji.evaluation.measures.metrics import accuracy, balanced_accuracy
from kuzushiji.training.examples.assembly import Part
from kuzushiji.weights.model import softmax


@dataclass(frozen=True)
class Calibration:
    """What the shipped file needs to know, and what it was measured on.

    Attributes:
        temperature: divides the logits.
        threshold: least calibrated probability that is called sure.
        n: held-out images.
        figures: accuracy, balanced accuracy, coverage and precision of ``sure`` on the hold-out.
        look_alikes: for a class, the classes it is most taken for there, as positions; see `look_alikes`.
    """

    temperature: float
    threshold: float
    n: int
    figures: dict[str, Any]
    look_alikes: dict[str, list[int]]


def calibrate(logits: np.ndarray, part: Part, precision: float) -> Calibration:
    """Fits both on logits float32 (n, c) of a held-out part.

    Args:
        logits: averaged over the shifts that the shipped file will use.
        part: the held-out part, in the same order.
        precision: least fraction of right answers among those called sure.
    """
    temperature = fit_temperature(logits, part.labels)
    p = softmax(logits / temperature)
    confidence = p.max(1)
    predicted = logits.argmax(1)
    chosen = abstention_threshold(confidence, predicted == part.labels, precision)
    figures = {
        "accuracy": asdict(accuracy(part.labels, predicted)),
        "balanced_accuracy": asdict(balanced_accuracy(part.labels, predicted)),
        "sure_coverage": chosen.coverage,
        "sure_precision": asdict(chosen.precision),
        "sure_target": precision,
    }
    return Calibration(temperature, chosen.threshold, len(part), figures, look_alikes(p, part.labels))


def look_alikes(
    probabilities: np.ndarray, labels: np.ndarray, most: int = 3, least: float = 0.002
) -> dict[str, list[int]]:
    """What each class is taken for, by the probability that held-out images of it give to others.

    Args:
        probabilities: float (n, c), calibrated.
        labels: int (n,).
        most: how many for one class.
        least: mean probability below which a likeness is not worth telling.

    Returns:
        For each class that has some (its position as text, as JSON wants), the positions of its look-alikes,
        the likest first.

    >>> p = np.array([[0.7, 0.3, 0.0], [0.8, 0.2, 0.0], [0.0, 0.1, 0.9]])
    >>> look_alikes(p, np.array([0, 0, 2]))
    {'0': [1], '2': [1]}
    """
    found = {}
    for label in np.unique(labels):
        mean = probabilities[labels == label].mean(0)
        mean[label] = 0
        best = [int(k) for k in np.argsort(-mean, kind="stable")[:most] if mean[k] >= least]
        if best:
            found[str(label)] = best
    return found
