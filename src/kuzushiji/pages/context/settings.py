"""How much the network and how much the language model count."""

from __future__ import annotations

from dataclasses import dataclass

from kuzushiji.errors import UsageError


@dataclass(frozen=True, slots=True)
class Settings:
    """Weights and limits of a search.

    A text's score is ``log P_network + weight * log P_language + bonus * characters``.

    Attributes:
        weight: of the language model, at least 0; at 0 the network decides alone.
        bonus: added for each character, in nats. The language model makes every character costly, and so
            favours short texts; the bonus makes up for it. More gives fewer deletions and more insertions.
        beam: how many texts are followed at a time, at least 1.
        ratio: a text whose probability is below this share of the best one's is followed no further.
        floor: a frame's classes below this probability are not considered; in (0, 1).
        top: how many candidates of each frame, and of each character, are considered.
        trusted: characters that are at least so probable after context are context for the next column.
    """

    weight: float = 0.3
    bonus: float = 0.9
    beam: int = 8
    ratio: float = 1e-3
    floor: float = 2e-3
    top: int = 6
    trusted: float = 0.5

    def __post_init__(self) -> None:
        """Refuses what no search can use.

        Raises:
            UsageError: a value is out of its range.
        """
        if self.weight < 0 or self.beam < 1 or self.top < 1:
            raise UsageError("context settings: weight is at least 0, beam and top at least 1")
        if not 0 < self.floor < 1 or not 0 <= self.ratio < 1:
            raise UsageError("context settings: floor and ratio lie between 0 and 1")


DEFAULT = Settings()
"""Chosen on corrupted text of held-out books (docs/context.md)."""
