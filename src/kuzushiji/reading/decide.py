"""Whether to answer: the rule behind ``sure``, in one place.

An answer is sure when the picture has no fault and the best candidate reaches the model's own threshold
(`kuzushiji.weights.ModelInfo.sure_threshold`, fitted with the model).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kuzushiji.images import Quality


def faults(glyph: np.ndarray) -> tuple[str, ...]:
    """What is wrong with a glyph as such, whatever the model thinks of it.

    Args:
        glyph: uint8 (size, size), white ink on black.

    >>> faults(np.zeros((28, 28), np.uint8))
    ('blank: no ink found',)
    """
    from kuzushiji import images

    return faults_of(images.glyph_quality(glyph))


def faults_of(quality: Quality) -> tuple[str, ...]:
    """The findings about a picture that forbid a sure answer.

    A character that touches the picture's edge is not among them: people crop tightly, and more than half of
    our real crops do.
    """
    return tuple(reason for reason in quality.reasons if not reason.startswith("cut"))


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
