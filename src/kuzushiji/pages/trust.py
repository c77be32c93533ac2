"""How far a page's characters may be trusted: one calibrated probability out of several opinions."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

from kuzushiji.pages.context import Spot

_LEAST = 1e-4
_FILE = Path(__file__).with_name("trust.json")


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one answer; probabilities in [0, 1].

    Attributes:
        network: of the column network alone.
        reader: of the reader of single characters.
        joined: of both.
        context: of both, after context.
        margin: by how much ``context`` exceeds the next candidate's.
    """

    network: float
    reader: float
    joined: float
    context: float
    margin: float

    @classmethod
    def of(
        cls,
        spot: Spot,
        second: Sequence[tuple[int, float]],
        alone: Mapping[int, float],
        posterior: Mapping[int, float],
        label: int,
    ) -> Features:
        """Gathers the opinions on a label."""
        network = dict(spot.candidates).get(label, 0.0)
        context = posterior.get(label, 0.0)
        others = max((p for k, p in posterior.items() if k != label), default=0.0)
        return cls(network, dict(second).get(label, 0.0), alone.get(label, 0.0), context, context - others)

    def values(self) -> tuple[float, ...]:
        """Log odds of the probabilities, and the margin."""
        odds = (_log_odds(p) for p in (self.network, self.reader, self.joined, self.context))
        return (*odds, self.margin)


NAMES = ("network", "reader", "joined", "context", "margin")
"""Of `Features.values`."""


@dataclass(frozen=True)
class Trust:
    """A logistic model over `Features`.

    Attributes:
        intercept: log odds when all values are 0.
        weights: of `Features.values`.
        threshold: least probability that is called sure.
    """

    intercept: float
    weights: tuple[float, ...]
    threshold: float

    def __call__(self, features: Features) -> tuple[float, bool]:
        """The probability that the answer is right, and whether it is sure."""
        odds = self.intercept + sum(w * v for w, v in zip(self.weights, features.values(), strict=True))
        p = 1 / (1 + exp(-max(-30.0, min(30.0, odds))))
        return p, p >= self.threshold


def shipped(context: bool = True) -> Trust:
    """The model that goes with the shipped networks.

    Args:
        context: for readings with the language model, or without it.
    """
    tree = json.loads(_FILE.read_text(encoding="utf-8"))["context" if context else "alone"]
    weights = tuple(float(tree["weights"][name]) for name in NAMES)
    return Trust(float(tree["intercept"]), weights, float(tree["threshold"]))


def save(model: Trust, context: bool) -> None:
    """Stores a model as the shipped one; see `shipped`. For ``scripts/fit_trust.py``."""
    tree = json.loads(_FILE.read_text(encoding="utf-8")) if _FILE.is_file() else {}
    tree["context" if context else "alone"] = {
        "intercept": round(model.intercept, 4),
        "weights": {name: round(w, 4) for name, w in zip(NAMES, model.weights, strict=True)},
        "threshold": round(model.threshold, 4),
    }
    _FILE.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")


def codes(features: Features) -> tuple[str, ...]:
    """Why an answer is not sure."""
    if features.reader < 0.2 <= features.network or features.network < 0.2 <= features.reader:
        return ("opinions-differ",)
    if features.margin < features.context / 2:
        return ("close-candidates",)
    return ("low-probability",)


def mark_evidence(mark: tuple[float, float]) -> float:
    """Log odds for a voicing mark, from what the column network sees: marks are often left out."""
    return max(-4.0, min(4.0, _log_odds(mark[0]) + 1.0)) - 1.0


def with_mark(char: str, mark: tuple[float, float]) -> str:
    """A kana with the mark that is seen beside it."""
    if mark[1] > 0.5 and mark[1] > mark[0]:
        return semi_voiced(char, mark) or char
    whole = unicodedata.normalize("NFC", char + "\u3099")
    return whole if mark[0] > 0.5 and len(whole) == 1 else char


def semi_voiced(char: str, mark: tuple[float, float]) -> str | None:
    """The kana with a semi-voicing mark where one is seen; else None."""
    whole = unicodedata.normalize("NFC", char + "\u309a")
    return whole if mark[1] > 0.5 and mark[1] > mark[0] and len(whole) == 1 else None


def _log_odds(p: float) -> float:
    p = min(max(p, _LEAST), 1 - _LEAST)
    return log(p / (1 - p))
