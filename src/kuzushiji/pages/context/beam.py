"""CTC prefix beam search with a language model (after Graves & Jaitly 2014, Hannun et al. 2014)."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import NamedTuple

import numpy as np

from kuzushiji.pages.context.language import LanguageModel, State
from kuzushiji.pages.context.settings import Settings


class Frame(NamedTuple):
    """What one frame of a column may show.

    Attributes:
        blank: probability of no character.
        labels: (label, probability) of the classes that are considered, the likeliest first.
    """

    blank: float
    labels: list[tuple[int, float]]


def frames_of(log_probabilities: np.ndarray, floor: float, top: int) -> list[Frame]:
    """Keeps the likely classes of each frame.

    Args:
        log_probabilities: (T, 1 + C) float, natural logarithms; column 0 is the blank, column 1 + i label i.
        floor: classes below this probability are dropped.
        top: at most so many are kept.

    Returns:
        T frames.
    """
    blanks = np.exp(log_probabilities[:, 0]).tolist()
    frames = [Frame(blank, []) for blank in blanks]
    flat = np.ascontiguousarray(log_probabilities).reshape(-1)
    likely = np.flatnonzero(flat > np.log(floor))
    places, columns = np.divmod(likely, log_probabilities.shape[1])
    values = np.exp(flat[likely]).tolist()
    for place, column, value in zip(places.tolist(), columns.tolist(), values, strict=True):
        if column:
            frames[place].labels.append((column - 1, value))
    for frame in frames:
        if len(frame.labels) > 1:
            frame.labels.sort(key=lambda pair: (-pair[1], pair[0]))
            del frame.labels[top:]
    return frames


class _Prefix:
    """A text read so far. Probabilities are those of the network times the factors of all its characters."""

    __slots__ = ("blank", "children", "factor", "label", "next_blank", "next_sign", "parent", "sign", "state")

    def __init__(self, parent: _Prefix | None, label: int, factor: float, state: State) -> None:
        self.parent, self.label, self.factor, self.state = parent, label, factor, state
        self.children: dict[int, _Prefix] = {}
        self.blank = self.sign = 0.0  # of the paths that end in the blank, and in the last label
        self.next_blank = self.next_sign = 0.0

    def labels(self) -> list[int]:
        found, node = [], self
        while node.parent is not None:
            found.append(node.label)
            node = node.parent
        return found[::-1]


def beam_search(
    frames: Sequence[Frame], ids: Sequence[int], model: LanguageModel, settings: Settings, before: State = ()
) -> list[int]:
    """The most probable text of a column.

    Paths of the network that give the same text are added up. Probabilities are plain numbers, divided by
    the best one's after each frame.

    Args:
        frames: of `frames_of`.
        ids: the language model's sign of each label.
        model: the language model.
        settings: weights and limits.
        before: the state after the column before.

    Returns:
        Labels, from top to bottom.
    """
    root = _Prefix(None, -1, 1.0, before)
    root.blank = 1.0
    beam = [root]
    # No factor is above exp(bonus), so what stays below this share of the best is cut in any case.
    share = settings.ratio * exp(-settings.bonus)
    for blank, labels in frames:
        touched = beam[:]
        most = 0.0
        for node in beam:  # the best first
            total = node.blank + node.sign
            node.next_blank += total * blank
            most = max(most, node.next_blank + node.next_sign)
            for label, p in labels:
                if total * p <= most * share:
                    break
                mass = total * p
                if label == node.label:
                    node.next_sign += node.sign * p
                    mass = node.blank * p
                    if mass <= most * share:
                        continue
                child = node.children.get(label)
                if child is None:
                    logp, state = model.step(node.state, ids[label])
                    factor = exp(settings.weight * logp + settings.bonus)
                    child = node.children[label] = _Prefix(node, label, factor, state)
                if not (child.blank or child.sign or child.next_sign or child.next_blank):
                    touched.append(child)
                child.next_sign += mass * child.factor
                if child.next_sign > most:
                    most = child.next_sign
        beam = _kept(touched, settings)
    return beam[0].labels()


def _kept(touched: list[_Prefix], settings: Settings) -> list[_Prefix]:
    """Makes the next frame's probabilities the current ones and keeps the best prefixes."""
    found = [(node.next_blank + node.next_sign, node) for node in touched]
    best = max(total for total, _ in found)
    scale, least, kept = 1 / best if best > 0 else 0.0, settings.ratio * best, []
    for total, node in found:
        node.blank = node.sign = 0.0
        if total >= least:
            kept.append((total, node))
        else:
            node.next_blank = node.next_sign = 0.0
    kept.sort(key=_total, reverse=True)
    for _, node in kept[: settings.beam]:
        node.blank, node.sign = node.next_blank * scale, node.next_sign * scale
    for _, node in kept:
        node.next_blank = node.next_sign = 0.0
    return [node for _, node in kept[: settings.beam]]


def _total(pair: tuple[float, _Prefix]) -> float:
    return pair[0]


def greedy(log_probabilities: np.ndarray) -> list[int]:
    """The text of the likeliest path: the best class of each frame, repeats joined, blanks dropped.

    Args:
        log_probabilities: (T, 1 + C), as in `frames_of`.

    Returns:
        Labels, from top to bottom.

    >>> greedy(np.log([[0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [0.9, 0.05, 0.05], [0.1, 0.7, 0.2]]))
    [0, 0]
    """
    best = np.asarray(log_probabilities).argmax(axis=1)
    new = np.r_[True, best[1:] != best[:-1]] & (best > 0)
    return (best[new] - 1).tolist()
