"""A column's log probabilities to characters, each with its place, its probability and its alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages.context.alignment import Span, align, window_probabilities
from kuzushiji.pages.context.beam import Frame, beam_search, frames_of, greedy
from kuzushiji.pages.context.language import MARK, LanguageModel, State, language_model
from kuzushiji.pages.context.lattice import NOTHING, Ranked, rank
from kuzushiji.pages.context.settings import DEFAULT, Settings


@dataclass(frozen=True, slots=True)
class Spot:
    """One character of a column.

    Attributes:
        label: position of its class in the classes that the decoder was made with.
        span: its frames.
        alone: probability of the label without context: that the network shows exactly this character in the
            span's window.
        candidates: (label, probability) of the network alone, the likeliest first.
        posterior: (label, probability) after context, the likeliest first, at most 1 in sum.
        nothing: probability after context that no character is here.
    """

    label: int
    span: Span
    alone: float
    candidates: tuple[tuple[int, float], ...]
    posterior: tuple[tuple[int, float], ...]
    nothing: float

    @property
    def probability(self) -> float:
        """Of the label, after context."""
        return dict(self.posterior)[self.label]


@dataclass(frozen=True, slots=True)
class Decoded:
    """One column.

    Attributes:
        spots: its characters, from top to bottom.
        after: the language model's state for the next column.
    """

    spots: tuple[Spot, ...]
    after: State


class Decoder:
    """Turns a column network's output into text."""

    def __init__(
        self, classes: Sequence[str], model: LanguageModel | None = None, settings: Settings = DEFAULT
    ) -> None:
        """Prepares for one network.

        Args:
            classes: the character of each label.
            model: the language model; None for the shipped one.
            settings: weights and limits.
        """
        self.classes = tuple(classes)
        self.model = language_model() if model is None else model
        self.settings = settings
        self.ids = self.model.ids(self.classes)

    def decode(self, log_probabilities: np.ndarray, before: State = (), context: bool = True) -> Decoded:
        """Reads one column.

        Args:
            log_probabilities: (T, 1 + C) float, natural logarithms of each frame's probabilities, from top to
                bottom; column 0 is the blank, column 1 + i is ``classes[i]``.
            before: `Decoded.after` of the column before; ``()`` at the beginning of a page.
            context: False reads without the language model (the likeliest path).

        Raises:
            KuzushijiError: not such an array, or not finite.
        """
        logp = self._checked(log_probabilities)
        frames = frames_of(logp, self.settings.floor, self.settings.top)
        labels = self._searched(frames, before) if context else greedy(logp)
        spans = align(logp, labels)
        lists, nothing = self._lists(logp, frames, labels, spans)
        if context:
            ranked = self.rank([[*c, (NOTHING, n)] for c, n in zip(lists, nothing, strict=True)], before)
        else:
            ranked = [_unranked(c, n) for c, n in zip(lists, nothing, strict=True)]
        spots = [_spot(*parts) for parts in zip(labels, spans, lists, ranked, strict=True)]
        return Decoded(tuple(spots), self.state(spots, before))

    def decode_page(self, columns: Sequence[np.ndarray], context: bool = True) -> list[Decoded]:
        """Reads columns in reading order; each is context for the next, never for one before."""
        found: list[Decoded] = []
        for column in columns:
            found.append(self.decode(column, found[-1].after if found else (), context))
        return found

    def rank(self, lists: Sequence[Sequence[tuple[int, float]]], before: State = ()) -> list[Ranked]:
        """Ranks candidate lists along a column; see `kuzushiji.pages.context.lattice.rank`."""
        return rank(lists, self.ids, self.model, self.settings, before)

    def state(self, spots: Sequence[Spot], before: State = ()) -> State:
        """What the next column may know: the characters after the last one that is not trusted.

        Args:
            spots: a column.
            before: the state that it was read with; counts where all of its characters are trusted.
        """
        ids: list[int] = []
        for spot in spots:
            if spot.probability < self.settings.trusted:
                ids, before = [], ()
            elif self.ids[spot.label] != MARK:
                ids.append(self.ids[spot.label])
        return self.model.state(ids, before)

    def _searched(self, frames: Sequence[Frame], before: State) -> list[int]:
        return beam_search(frames, self.ids, self.model, self.settings, before)

    def _checked(self, log_probabilities: np.ndarray) -> np.ndarray:
        logp = np.asarray(log_probabilities)
        if logp.ndim != 2 or logp.shape[1] != 1 + len(self.classes):
            raise KuzushijiError(
                f"a column's log probabilities have shape {logp.shape}; wanted (T, {1 + len(self.classes):,})"
            )
        if logp.size and not logp.max() <= 1e-3:  # a NaN compares as false
            raise KuzushijiError("a column's log probabilities are above 0 or not numbers")
        return logp

    def _lists(
        self, logp: np.ndarray, frames: Sequence[Frame], labels: Sequence[int], spans: Sequence[Span]
    ) -> tuple[list[list[tuple[int, float]]], list[float]]:
        """For each character, the candidates with the network's probabilities, and that of no character."""
        top = self.settings.top
        table = np.full((len(labels), top), 0)
        counts = []
        for i, (label, span) in enumerate(zip(labels, spans, strict=True)):
            best = {label: 2.0}  # the text's own label is always among them
            for frame in frames[span.first : span.last]:
                for other, p in frame.labels:
                    best[other] = max(p, best.get(other, 0.0))
            chosen = sorted(best, key=lambda k: (-best[k], k))[:top]
            table[i] = (chosen + [label] * top)[:top]
            counts.append(len(chosen))
        found, nothing = window_probabilities(logp, spans, table)
        lists = [
            sorted(zip(row[:k], values[:k], strict=True), key=lambda pair: (-pair[1], pair[0]))
            for row, values, k in zip(table.tolist(), found.tolist(), counts, strict=True)
        ]
        return lists, nothing.tolist()


def _unranked(candidates: Sequence[tuple[int, float]], nothing: float) -> Ranked:
    return Ranked(candidates[0][0], (*candidates, (NOTHING, nothing)))


def _spot(label: int, span: Span, candidates: Sequence[tuple[int, float]], ranked: Ranked) -> Spot:
    posterior = tuple(pair for pair in ranked.posterior if pair[0] != NOTHING)
    nothing = dict(ranked.posterior).get(NOTHING, 0.0)
    return Spot(label, span, dict(candidates)[label], tuple(candidates), posterior, nothing)
