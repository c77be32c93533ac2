"""Composed pages: pages of old books drawn from single glyphs, with the true place of every character.

Nobody has labelled pages for us, and the networks that read pages need none: each page is drawn anew, from
its seed alone, with other text, another hand, paper, layout, and damage.
"""

from __future__ import annotations

from kuzushiji.training.composing.glyphs import GlyphBank
from kuzushiji.training.composing.page import ComposedPage, Composer
from kuzushiji.training.composing.placed import Kind, Placed
from kuzushiji.training.composing.text import TextSource

__all__ = ["ComposedPage", "Composer", "GlyphBank", "Kind", "Placed", "TextSource"]
