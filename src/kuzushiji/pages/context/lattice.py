"""Candidate lists along a column, ranked again by context: the sum over all texts that they allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from kuzushiji.pages.context.language import LanguageModel, State
from kuzushiji.pages.context.settings import Settings

NOTHING = -1
"""The label of "no character here"."""

Choices = Sequence[tuple[int, float]]
"""(label, probability) of the candidates for one place; the probabilities need not sum to 1."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One place after context.

    Attributes:
        label: its label in the most probable text.
        posterior: (label, probability) after context, the likeliest first; they sum to 1.
    """

    label: int
    posterior: tuple[tuple[int, float], ...]


def rank(
    lists: Sequence[Choices], ids: Sequence[int], model: LanguageModel, settings: Settings, before: State = ()
) -> list[Ranked]:
    """Ranks the candidates of every place by what comes before and after it.

    The most probable text is found by a Viterbi search, the posterior of each candidate by adding up all
    texts that have it (forward and backward); both follow at most ``settings.beam`` states at a time.

    Args:
        lists: the candidates of each place, from top to bottom, at least one each; `NOTHING` leaves the place
            out.
        ids: the language model's sign of each label.
        model: the language model.
        settings: weights and limits.
        before: the state after the column before.

    Returns:
        One answer for each place.

    Raises:
        ValueError: a place has no candidate.
    """
    if not all(lists):
        raise ValueError("a place has no candidate")
    states, mass, best = [before], [1.0], [1.0]
    layers = []
    for choices in lists:
        count = len(states)
        states, mass, best, edges, ways = _advance(states, mass, best, choices, ids, model, settings)
        layers.append((count, edges, ways))
    at = int(np.argmax(best))
    behind = [1.0] * len(states)
    answers = []
    for choices, (count, edges, ways) in zip(reversed(lists), reversed(layers), strict=True):
        total = [0.0] * len(choices)
        sources = [0.0] * count
        for source, target, choice, forward, weight in edges:
            total[choice] += forward * behind[target]
            sources[source] += weight * behind[target]
        at, choice = ways[at]
        answers.append(Ranked(choices[choice][0], _shares(choices, total)))
        most = max(sources)
        behind = [value / most for value in sources]
    return answers[::-1]


def _advance(states, mass, best, choices, ids, model, settings):  # type: ignore[no-untyped-def]
    """From the states before a place to those after it.

    Returns:
        States, their summed and their best probability, the edges (source, target, choice, forward mass,
        weight), and for each state the source and choice of its best text.
    """
    index: dict[tuple[int, ...], int] = {}
    found: list[list] = []  # state, mass, best, (source, choice)
    edges = []
    for source, state in enumerate(states):
        for choice, (label, p) in enumerate(choices):
            if label == NOTHING:
                weight, after = p, state
            else:
                logp, after = model.step(state, ids[label])
                weight = p * exp(settings.weight * logp + settings.bonus)
            target = index.setdefault(after, len(found))
            if target == len(found):
                found.append([after, 0.0, -1.0, (0, 0)])
            entry = found[target]
            entry[1] += mass[source] * weight
            if best[source] * weight > entry[2]:
                entry[2], entry[3] = best[source] * weight, (source, choice)
            edges.append((source, target, choice, mass[source] * weight, weight))
    return _narrowed(found, edges, settings)


def _narrowed(found, edges, settings):  # type: ignore[no-untyped-def]
    most, top = max(entry[1] for entry in found), max(entry[2] for entry in found)
    order = sorted(range(len(found)), key=lambda i: (-found[i][1], i))[: settings.beam]
    order = [i for i in order if found[i][1] >= settings.ratio * most] or order[:1]
    best = max(range(len(found)), key=lambda i: found[i][2])
    if best not in order:
        order.append(best)
    new = {old: i for i, old in enumerate(order)}
    kept = [found[i] for i in order]
    return (
        [entry[0] for entry in kept],
        [entry[1] / (most or 1.0) for entry in kept],
        [entry[2] / (top or 1.0) for entry in kept],
        [(s, new[t], c, forward / (most or 1.0), w) for s, t, c, forward, w in edges if t in new],
        [entry[3] for entry in kept],
    )


def _shares(choices: Choices, total: Sequence[float]) -> tuple[tuple[int, float], ...]:
    whole = sum(total) or 1.0
    shares = [(label, value / whole) for (label, _), value in zip(choices, total, strict=True)]
    return tuple(sorted(shares, key=lambda pair: (-pair[1], pair[0])))


def joined(first: Choices, second: Choices, weight: float, floor: float = 1e-4) -> list[tuple[int, float]]:
    """Two opinions on one place as one: ``first * second ** weight``, made to sum to 1.

    Args:
        first: candidates of the column network.
        second: of another reader; what one has and the other lacks counts there as ``floor``.
        weight: of the second opinion, at least 0.
        floor: the least probability that an opinion can give.

    Returns:
        (label, probability), the likeliest first.

    >>> [(label, round(p, 3)) for label, p in joined([(0, 0.6), (1, 0.4)], [(1, 0.9), (0, 0.1)], 0.5)]
    [(1, 0.667), (0, 0.333)]
    """
    one, two = dict(first), dict(second)
    labels = list(dict.fromkeys([*one, *(two if weight > 0 else ())]))
    scores = [max(one.get(i, 0.0), floor) * max(two.get(i, 0.0), floor) ** weight for i in labels]
    whole = sum(scores)
    return sorted(((i, s / whole) for i, s in zip(labels, scores, strict=True)), key=lambda p: (-p[1], p[0]))
