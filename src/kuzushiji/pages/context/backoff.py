"""A back-off n-gram model as sorted tables: probabilities, mixtures, pruning. Used to build, not to read.

The probability of sign ``w`` after the context ``h`` is the table's entry for ``hw`` if there is one, else
the context's back-off weight times the probability of ``w`` after ``h`` without its first sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Texts = Sequence[np.ndarray]
"""Runs of signs that belong together (pages, chapters): 1-D int64 arrays of positions in the vocabulary."""


@dataclass(frozen=True)
class Order:
    """All n-grams of one length n.

    Attributes:
        keys: (m,) int64, ascending: the n-gram's signs as the digits of a number to the base of the
            vocabulary's size.
        probability: (m,) float64 in (0, 1], of the last sign after the others.
        backoff: (m,) float64, weight of the shorter context where the n-gram is a context, else 1.
    """

    keys: np.ndarray
    probability: np.ndarray
    backoff: np.ndarray


@dataclass(frozen=True)
class Backoff:
    """A model of one or more orders.

    Attributes:
        base: size of the vocabulary.
        orders: the tables of the 1-grams, 2-grams, ...; all ``base`` 1-grams are in.
    """

    base: int
    orders: tuple[Order, ...]

    @property
    def order(self) -> int:
        """Length of the longest n-grams."""
        return len(self.orders)

    @property
    def size(self) -> int:
        """Number of n-grams."""
        return sum(len(order.keys) for order in self.orders)

    def probability(self, keys: np.ndarray, n: int) -> np.ndarray:
        """The probability of the last sign of n-grams after their other signs.

        Args:
            keys: (k,) int64, n-grams of length n.
            n: at least 1 and at most the model's order.

        Returns:
            (k,) float64.
        """
        table = self.orders[n - 1]
        place, there = find(table.keys, keys)
        result = np.empty(len(keys))
        result[there] = table.probability[place[there]]
        if n > 1 and not there.all():
            rest = keys[~there]
            result[~there] = self.weight(rest // self.base, n - 1) * self.probability(
                rest % self.base ** (n - 1), n - 1
            )
        return result

    def weight(self, contexts: np.ndarray, n: int) -> np.ndarray:
        """Back-off weights (k,) of contexts of length n; 1 for those the model does not have."""
        table = self.orders[n - 1]
        place, there = find(table.keys, contexts)
        return np.where(there, table.backoff[place], 1.0)

    def cross_entropy(self, texts: Texts) -> float:
        """Mean negative log2 probability of a sign, in bits; ``2 ** bits`` is the perplexity.

        The first signs of each text have what context there is.
        """
        total, count = 0.0, 0
        for text in texts:
            for n in range(1, self.order + 1):
                keys = grams(text, n, self.base)
                keys = keys if n == self.order else keys[:1]
                total -= float(np.log2(self.probability(keys, n)).sum())
                count += len(keys)
        return total / max(1, count)


def grams(text: np.ndarray, n: int, base: int) -> np.ndarray:
    """The n-grams of one text as keys, in order: (len(text) - n + 1,) int64."""
    if len(text) < n:
        return np.empty(0, np.int64)
    keys = np.zeros(len(text) - n + 1, np.int64)
    for i in range(n):
        keys = keys * base + text[i : i + len(keys)]
    return keys


def find(table: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of keys in an ascending table, and which of them are there; the other positions are any."""
    if not len(table):
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), bool)
    place = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return place, table[place] == keys


def mix(first: Backoff, second: Backoff, share: float) -> Backoff:
    """A model whose probabilities are those of two models, averaged.

    For every n-gram that either has, the probability is ``share`` of the first's and the rest of the
    second's; back-off weights are set such that probabilities sum to 1 after each context. For n-grams that
    neither has, the result is an approximation of the average.

    Args:
        first: a model.
        second: another of the same vocabulary; its order may differ.
        share: of the first, in [0, 1].
    """
    orders = []
    for n in range(1, max(first.order, second.order) + 1):
        keys = np.unique(np.concatenate([m.orders[n - 1].keys for m in (first, second) if n <= m.order]))
        a, b = (_at_most(m, keys, n) for m in (first, second))
        orders.append(Order(keys, share * a + (1 - share) * b, np.ones(len(keys))))
    return normalised(Backoff(first.base, tuple(orders)))


def _at_most(model: Backoff, keys: np.ndarray, n: int) -> np.ndarray:
    n = min(n, model.order)
    return model.probability(keys % model.base**n if n * np.log2(model.base) < 63 else keys, n)


def normalised(model: Backoff) -> Backoff:
    """The same probabilities in the tables, with the back-off weights that make every context sum to 1."""
    orders = [model.orders[0]]
    for n in range(2, model.order + 1):
        table, shorter = model.orders[n - 1], Backoff(model.base, tuple(orders))
        contexts, start = np.unique(table.keys // model.base, return_index=True)
        given = np.add.reduceat(table.probability, start) if len(start) else np.empty(0)
        below = shorter.probability(table.keys % model.base ** (n - 1), n - 1)
        taken = np.add.reduceat(below, start) if len(start) else np.empty(0)
        place, there = find(orders[-1].keys, contexts)
        if not there.all():
            raise ValueError("a context is no n-gram of the model")
        weights = np.ones(len(orders[-1].keys))
        weights[place] = np.maximum(1e-9, 1 - given) / np.maximum(1e-9, 1 - taken)
        orders[-1] = Order(orders[-1].keys, orders[-1].probability, weights)
        orders.append(Order(table.keys, table.probability, np.ones(len(table.keys))))
    return Backoff(model.base, tuple(orders))


def pruned(model: Backoff, threshold: float) -> Backoff:
    """Drops n-grams that change the model little (relative entropy, after Stolcke 1998).

    An n-gram is dropped where using the shorter context in its place would add less than ``threshold`` to
    the cross-entropy; one that is the context of a longer n-gram stays.

    Args:
        model: any.
        threshold: in nats for each sign of text; 0 drops nothing.
    """
    kept: list[Order] = []
    needed = np.empty(0, np.int64)
    for n in range(model.order, 1, -1):
        table = model.orders[n - 1]
        if threshold > 0:
            stay = _loss(model, n) >= threshold
            stay |= find(needed, table.keys)[1]
            table = Order(table.keys[stay], table.probability[stay], table.backoff[stay])
        needed = np.unique(table.keys // model.base)
        kept.insert(0, table)
    return normalised(Backoff(model.base, (model.orders[0], *kept)))


def _loss(model: Backoff, n: int) -> np.ndarray:
    """For each n-gram, by how much dropping it alone raises the cross-entropy, in nats."""
    table = model.orders[n - 1]
    contexts = table.keys // model.base
    _, start, inverse = np.unique(contexts, return_index=True, return_inverse=True)
    below = model.probability(table.keys % model.base ** (n - 1), n - 1)
    given = np.add.reduceat(table.probability, start)[inverse]
    taken = np.add.reduceat(below, start)[inverse]
    left, free = np.maximum(1e-9, 1 - given), np.maximum(1e-9, 1 - taken)
    old, new = left / free, (left + table.probability) / (free + below)
    change = table.probability * (np.log(below) + np.log(new) - np.log(table.probability))
    return -_context_probability(model, contexts, n - 1) * (change + left * (np.log(new) - np.log(old)))


def _context_probability(model: Backoff, contexts: np.ndarray, n: int) -> np.ndarray:
    total = np.ones(len(contexts))
    for length in range(1, n + 1):
        total *= model.probability(contexts // model.base ** (n - length), length)
    return total
