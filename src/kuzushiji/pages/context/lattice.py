"""Candidate lists along a column, ranked again by context: the sum over all texts that they allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

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
    layers = [[_Node(before, 1.0, 1.0, (0, 0))]]
    ways = []
    for choices in lists:
        nodes, edges = _advance(layers[-1], choices, ids, model, settings)
        layers.append(nodes)
        ways.append(edges)
    at = max(range(len(layers[-1])), key=lambda i: layers[-1][i].best)
    behind = [1.0] * len(layers[-1])
    answers = []
    for place in range(len(lists) - 1, -1, -1):
        choices = lists[place]
        total = [0.0] * len(choices)
        sources = [0.0] * len(layers[place])
        for edge in ways[place]:
            total[edge.choice] += edge.forward * behind[edge.target]
            sources[edge.source] += edge.weight * behind[edge.target]
        at, choice = layers[place + 1][at].way
        answers.append(Ranked(choices[choice][0], _shares(choices, total)))
        most = max(sources) or 1.0
        behind = [value / most for value in sources]
    return answers[::-1]


class _Edge(NamedTuple):
    """One candidate after one state: positions of both states and of the candidate, and the mass."""

    source: int
    target: int
    choice: int
    forward: float  # mass of all texts up to here that go this way
    weight: float  # of this step alone


@dataclass(slots=True)
class _Node:
    """A state after a place, and the texts that lead there."""

    state: State
    mass: float  # of all of them
    best: float  # of the best one
    way: tuple[int, int]  # its state before the place, and its candidate


def _advance(
    nodes: Sequence[_Node],
    choices: Choices,
    ids: Sequence[int],
    model: LanguageModel,
    settings: Settings,
) -> tuple[list[_Node], list[_Edge]]:
    """From the states before a place to those after it."""
    index: dict[State, int] = {}
    found: list[_Node] = []
    edges = []
    for source, node in enumerate(nodes):
        for choice, (label, p) in enumerate(choices):
            if label == NOTHING:
                weight, after = p, node.state
            else:
                logp, after = model.step(node.state, ids[label])
                weight = p * exp(settings.weight * logp + settings.bonus)
            target = index.setdefault(after, len(found))
            if target == len(found):
                found.append(_Node(after, 0.0, -1.0, (0, 0)))
            entry = found[target]
            entry.mass += node.mass * weight
            if node.best * weight > entry.best:
                entry.best, entry.way = node.best * weight, (source, choice)
            edges.append(_Edge(source, target, choice, node.mass * weight, weight))
    return _narrowed(found, edges, settings)


def _narrowed(found: list[_Node], edges: list[_Edge], settings: Settings) -> tuple[list[_Node], list[_Edge]]:
    """Keeps the states of most mass, and that of the best text; masses are made to be at most 1."""
    most = max(node.mass for node in found)
    order = sorted(range(len(found)), key=lambda i: (-found[i].mass, i))[: settings.beam]
    order = [i for i in order if found[i].mass >= settings.ratio * most] or order[:1]
    best = max(range(len(found)), key=lambda i: found[i].best)
    if best not in order:
        order.append(best)
    scale, top = most or 1.0, found[best].best or 1.0
    for i in order:
        found[i].mass /= scale
        found[i].best /= top
    new = {old: i for i, old in enumerate(order)}
    kept = [
        _Edge(e.source, new[e.target], e.choice, e.forward / scale, e.weight)
        for e in edges
        if e.target in new
    ]
    return [found[i] for i in order], kept


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
