"""Interpolated modified Kneser-Ney smoothing (Chen & Goodman 1999) of sign n-grams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages.context.backoff import Backoff, Order, Texts, find, grams


@dataclass(frozen=True)
class Discounts:
    """What is taken off the counts of seen n-grams, by their count, and given to unseen ones.

    Attributes:
        one: off a count of 1.
        two: off a count of 2.
        more: off a count of 3 or more.
    """

    one: float
    two: float
    more: float

    @classmethod
    def of(cls, counts: np.ndarray) -> Discounts:
        """The estimate from how many n-grams occur once, twice, three and four times.

        Each lies between 0 and its count; too few n-grams for an estimate give 0.5, 1 and 1.5.

        >>> Discounts.of(np.array([1] * 8 + [2] * 4 + [3] * 3 + [4] * 2))
        Discounts(one=0.5, two=0.875, more=1.6666666666666667)
        """
        n = [int((counts == k).sum()) for k in range(1, 5)]
        if not all(n):
            return cls(0.5, 1.0, 1.5)
        share = n[0] / (n[0] + 2 * n[1])
        found = [k - (k + 1) * share * n[k] / n[k - 1] for k in range(1, 4)]
        return cls(*(min(max(0.05, d), k - 0.05) for k, d in enumerate(found, 1)))

    def off(self, counts: np.ndarray) -> np.ndarray:
        """What is taken off each of the counts (all at least 1)."""
        return np.array([self.one, self.two, self.more])[np.minimum(counts, 3) - 1]


def estimate(texts: Texts, base: int, order: int) -> Backoff:
    """Learns a model from texts.

    Counts of the longest n-grams are how often they occur; of shorter ones, before how many different signs
    they occur, the beginning of a text being one of them (continuation counts).

    Args:
        texts: signs in [0, base); no n-gram reaches from one text into the next.
        base: size of the vocabulary; ``base ** order`` must be below 2 ** 63.
        order: length of the longest n-grams, at least 1.

    Returns:
        The model. Probabilities after each context sum to 1 over the vocabulary.

    Raises:
        KuzushijiError: no text, or the vocabulary is too large for the order.
    """
    if not any(len(text) for text in texts):
        raise KuzushijiError("cannot learn a language model: the texts are empty")
    if order * np.log2(base) >= 63:
        raise KuzushijiError(f"a vocabulary of {base:,} signs is too large for {order}-grams")
    orders: list[Order] = []
    for n in range(1, order + 1):
        keys, counts = _counted(texts, n, base) if n == order else _continuations(texts, n, base)
        orders.append(_discounted(keys, counts, Backoff(base, tuple(orders)), n))
    return _with_weights(base, orders)


def _counted(texts: Texts, n: int, base: int) -> tuple[np.ndarray, np.ndarray]:
    return np.unique(np.concatenate([grams(text, n, base) for text in texts]), return_counts=True)


def _continuations(texts: Texts, n: int, base: int) -> tuple[np.ndarray, np.ndarray]:
    longer, _ = _counted(texts, n + 1, base)
    first = np.unique(np.concatenate([grams(text, n, base)[:1] for text in texts]))
    return np.unique(np.concatenate([longer % base**n, first]), return_counts=True)


def _discounted(keys: np.ndarray, counts: np.ndarray, shorter: Backoff, n: int) -> Order:
    """The order's table; its column `backoff` holds, for now, each n-gram's share for the shorter context."""
    base = shorter.base
    off = Discounts.of(counts).off(counts)
    if n == 1:
        probability = np.full(base, off.sum() / counts.sum() / base)
        probability[keys] += (counts - off) / counts.sum()
        return Order(np.arange(base), probability, np.ones(base))
    _, start, inverse = np.unique(keys // base, return_index=True, return_inverse=True)
    total = np.add.reduceat(counts, start)[inverse]
    share = np.add.reduceat(off, start)[inverse] / total
    below = shorter.probability(keys % base ** (n - 1), n - 1)
    return Order(keys, (counts - off) / total + share * below, share)


def _with_weights(base: int, orders: list[Order]) -> Backoff:
    """Moves each context's share to the entry of the context."""
    tables = []
    for table, longer in zip(orders, [*orders[1:], None], strict=True):
        weights = np.ones(len(table.keys))
        if longer is not None and len(longer.keys):
            contexts, start = np.unique(longer.keys // base, return_index=True)
            place, _ = find(table.keys, contexts)
            weights[place] = longer.backoff[start]
        tables.append(Order(table.keys, table.probability, weights))
    return Backoff(base, tuple(tables))
