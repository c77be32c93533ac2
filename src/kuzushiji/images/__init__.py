"""Any picture to the glyph that the models are trained on: one definition for training and reading."""

from kuzushiji.images.cut import cut
from kuzushiji.images.fit import resize_glyph, resize_glyphs
from kuzushiji.images.glyph import analyse, framings, glyph_quality, is_glyph, to_glyph
from kuzushiji.images.quality import Quality, judge_glyph
from kuzushiji.images.read import read_image, read_picture
from kuzushiji.images.reasons import Reason

__all__ = [
    "Quality",
    "Reason",
    "analyse",
    "cut",
    "framings",
    "glyph_quality",
    "is_glyph",
    "judge_glyph",
    "read_image",
    "read_picture",
    "resize_glyph",
    "resize_glyphs",
    "to_glyph",
]
