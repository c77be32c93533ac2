"""Context: a character language model, and the decoding of columns with it."""

from __future__ import annotations

from kuzushiji.pages.context.decode import Decoded, Decoder, Spot
from kuzushiji.pages.context.language import MARK, LanguageModel, State, language_model
from kuzushiji.pages.context.lattice import NOTHING, Ranked, joined, rank
from kuzushiji.pages.context.settings import DEFAULT, Settings

__all__ = [
    "DEFAULT",
    "MARK",
    "NOTHING",
    "Decoded",
    "Decoder",
    "LanguageModel",
    "Ranked",
    "Settings",
    "Spot",
    "State",
    "joined",
    "language_model",
    "rank",
]
