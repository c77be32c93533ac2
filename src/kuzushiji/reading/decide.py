"""Whether to answer: the rule behind ``sure``, in one place.

An answer is sure when the picture has no fault, the best candidate reaches the model's own threshold
(`kuzushiji.weights.ModelInfo.sure_threshold`, fitted with the model), and no other form of the same kanji is
left standing: whether a page's 臺 is labelled 臺 or 台 is as much the habit of who labels it as a matter of
strokes, so that a trace of the other form says more than a trace of another character.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kuzushiji.images.reasons import Reason
from kuzushiji.weights.info import NEVER, reaches

OTHER_FORM = 0.002
"""Probability of another form of the same kanji from which it is left standing (see docs/reader.md)."""

if TYPE_CHECKING:
    from kuzushiji.images import Quality


def faults(glyph: np.ndarray) -> tuple[Reason, ...]:
    """What is wrong with a glyph as such, whatever the model thinks of it and whatever picture it is of.

    Args:
        glyph: uint8 (size, size), white ink on black.

    >>> faults(np.zeros((28, 28), np.uint8))
    (<Reason.BLANK: 'blank'>,)
    """
    from kuzushiji import images

    return faults_of(images.judge_glyph(glyph))


def faults_of(quality: Quality) -> tuple[Reason, ...]:
    """The findings about a picture that forbid a sure answer.

    A character that touches the picture's edge is not among them: people crop tightly, and more than half of
    our real crops do.
    """
    return tuple(reason for reason in quality.reason_codes if reason is not Reason.CUT)


def doubts(probabilities: np.ndarray, threshold: float, other_form: float = 0.0) -> tuple[Reason, ...]:
    """What is doubtful about an answer.

    Args:
        probabilities: of the candidates, best first, in [0, 1].
        threshold: the model's own least probability for a sure answer.
        other_form: the probability of the likeliest other form, old or new, of the best candidate.

    >>> doubts(np.array([0.5, 0.4]), 0.9)
    (<Reason.CLOSE: 'close'>,)
    >>> doubts(np.array([0.98, 0.01]), 0.9, other_form=0.01)
    (<Reason.OTHER_FORM: 'other-form'>,)
    """
    best = float(probabilities[0])
    if reaches(best, threshold):
        return (Reason.OTHER_FORM,) if other_form >= OTHER_FORM else ()
    if len(probabilities) > 1 and best < 2 * float(probabilities[1]):
        return (Reason.CLOSE,)
    return (Reason.BELOW_THRESHOLD if threshold < NEVER else Reason.NEVER_SURE,)
