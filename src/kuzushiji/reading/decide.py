"""Whether to answer: the rule behind ``sure``, in one place."""

from __future__ import annotations

import numpy as np

INK = 64
"""A glyph's pixel at or above this (of 255) counts as ink: the soft edge of a stroke included."""

LEAST_INK, MOST_INK = 0.01, 0.85
"""Share of inked pixels outside of which there is no character to read. No image of KMNIST's training set
lies outside, so the rule costs no right answer there."""


def faults(glyph: np.ndarray) -> tuple[str, ...]:
    """What is wrong with a glyph as such, whatever the model thinks of it.

    Args:
        glyph: uint8 (size, size), white ink on black.

    >>> faults(np.zeros((28, 28), np.uint8))
    ('blank: almost no ink',)
    """
    ink = float((glyph >= INK).mean())
    if ink < LEAST_INK:
        return ("blank: almost no ink",)
    if ink > MOST_INK:
        return ("almost all ink",)
    return ()


def doubts(probabilities: np.ndarray, threshold: float) -> tuple[str, ...]:
    """What is doubtful about an answer.

    Args:
        probabilities: of the candidates, best first, in [0, 1].
        threshold: the model's own least probability for a sure answer.

    >>> doubts(np.array([0.5, 0.4]), 0.9)
    ('the best two candidates are close',)
    """
    best = float(probabilities[0])
    if best >= threshold:
        return ()
    if len(probabilities) > 1 and best < 2 * float(probabilities[1]):
        return ("the best two candidates are close",)
    return (f"probability below {threshold:.2f}",)
