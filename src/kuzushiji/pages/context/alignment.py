"""Where on a column its characters are, and how sure the network alone is of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

_LEAST = -1e4  # a log probability for what cannot be


class Span(NamedTuple):
    """The frames of one character.

    Attributes:
        start: first frame in which the network shows it.
        stop: first frame after those.
        peak: the frame in which it is likeliest.
        first: first frame of its window: the windows of a column's characters lie side by side and cover
            the column.
        last: first frame after its window.
    """

    start: int
    stop: int
    peak: int
    first: int
    last: int


def align(log_probabilities: np.ndarray, labels: Sequence[int]) -> list[Span]:
    """The likeliest path of the network that gives a text (Viterbi).

    Args:
        log_probabilities: (T, 1 + C) float, natural logarithms; column 0 is the blank.
        labels: the text; T is at least their number and one more for each label that repeats the one before.

    Returns:
        The span of each character.

    Raises:
        ValueError: the column has too few frames for the text.
    """
    frames, count = len(log_probabilities), len(labels)
    if not count:
        return []
    if frames < count + sum(a == b for a, b in pairwise(labels)):
        raise ValueError(f"{count} characters do not fit {frames} frames")
    states = np.zeros(2 * count + 1, np.int64)  # blank, label, blank, ..., label, blank
    states[1::2] = np.asarray(labels) + 1
    emitted = np.maximum(log_probabilities[:, states], _LEAST)
    skips = np.zeros(len(states), bool)  # a blank may be left out between two different labels
    skips[3::2] = states[3::2] != states[1:-2:2]
    never = 10 * _LEAST * frames
    skipping = np.where(skips, 0.0, never)
    scores = np.full((frames, 2 + len(states)), never)  # two columns of padding
    scores[0, 2:4] = emitted[0, :2]
    for t in range(1, frames):
        best = scores[t - 1, :-2] + skipping
        np.maximum(best, scores[t - 1, 1:-1], out=best)
        np.maximum(best, scores[t - 1, 2:], out=best)
        np.add(best, emitted[t], out=scores[t, 2:])
    at = len(states) - (1 if scores[-1, -1] >= scores[-1, -2] else 2)
    path = np.empty(frames, np.int64)
    for t in range(frames - 1, 0, -1):
        path[t] = at
        skip, one, stay = scores[t - 1, at : at + 3].tolist()
        skip += skipping[at]
        if stay < max(one, skip):
            at -= 1 if one >= skip else 2
    path[0] = at
    return _spans(path, emitted, count)


def _spans(path: np.ndarray, emitted: np.ndarray, count: int) -> list[Span]:
    start = np.searchsorted(path, 2 * np.arange(count) + 1)
    stop = np.searchsorted(path, 2 * np.arange(count) + 1, side="right")
    peaks = [
        a + int(emitted[a:b, 2 * i + 1].argmax()) for i, (a, b) in enumerate(zip(start, stop, strict=True))
    ]
    edges = np.r_[0, (stop[:-1] + start[1:] + 1) // 2, len(path)]
    return [Span(*map(int, values)) for values in zip(start, stop, peaks, edges[:-1], edges[1:], strict=True)]


def window_probabilities(
    log_probabilities: np.ndarray, spans: Sequence[Span], candidates: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How probable it is, for the network alone, that a window shows exactly one character, and which.

    All paths through the window's frames that give just that character are added up. What is left to 1 is
    for other characters, for several, and for none.

    Args:
        log_probabilities: (T, 1 + C), as in `align`.
        spans: n spans.
        candidates: (n, k) int labels to ask for in each window.

    Returns:
        Probabilities (n, k) of each candidate and (n,) of no character.
    """
    none = np.ones((len(spans), 1))
    inside, after = np.zeros(candidates.shape), np.zeros(candidates.shape)
    first = np.array([span.first for span in spans])[:, None]
    last = np.array([span.last for span in spans])[:, None]
    columns = np.concatenate([np.zeros((len(spans), 1), np.int64), candidates + 1], axis=1)
    for t in range(int((last - first).max(initial=0))):
        frame = np.minimum(first + t, len(log_probabilities) - 1)
        p = np.exp(log_probabilities[frame, columns])
        blank, own = p[:, :1], p[:, 1:]
        on = first + t < last
        after = np.where(on, (inside + after) * blank, after)
        inside = np.where(on, (none + inside) * own, inside)
        none = np.where(on, none * blank, none)
    return inside + after, none[:, 0]
