"""Pictures of whole pages: even ink on flat paper, and straight strips along its columns."""

from __future__ import annotations

from kuzushiji.images.page.ink import page_ink, red_channel
from kuzushiji.images.page.strip import (
    CHARACTER,
    EDGE,
    STEP,
    STRIP_WIDTH,
    CentreLine,
    Strip,
    character_size,
    straighten,
)

__all__ = [
    "CHARACTER",
    "EDGE",
    "STEP",
    "STRIP_WIDTH",
    "CentreLine",
    "Strip",
    "character_size",
    "page_ink",
    "red_channel",
    "straighten",
]
