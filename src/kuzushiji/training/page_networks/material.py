"""Glyphs and text of composed pages, as a recipe names them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kuzushiji.datasets import load, registry
from kuzushiji.training.composing import GlyphBank, TextSource
from kuzushiji.training.page_networks.recipe import PageMaterial

_KANA_SHARE = 1.2  # kana in random text, as a multiple of the kanji
_FLATTER = 0.7  # exponent of the kanji's frequencies in random text


def glyph_bank(material: PageMaterial, seed: int = 0) -> GlyphBank:
    """All images of the sources; kana with few images get elastic copies.

    Raises:
        KuzushijiError: a source is not on this machine.
    """
    banks = []
    for name in material.sources:
        splits = registry.PUBLISHED[name].splits
        parts = [load(name, split=split) for split in (("all",) if "all" in splits else splits)]
        images = np.concatenate([np.asarray(part.images) for part in parts])
        labels = np.concatenate([part.labels for part in parts])
        kana = images.shape[1] < 64
        banks.append(GlyphBank(images, labels, parts[0].classes, seed, warp=kana))
    return GlyphBank.joined(*banks)


def text_source(material: PageMaterial, bank: GlyphBank) -> TextSource:
    """Real columns where the recipe names some, else random text.

    Raises:
        KuzushijiError: the folder has no text.
    """
    counts = bank.counts()
    kanji = {c: n**_FLATTER for c, n in counts.items() if c > "\u3400"}
    kana = [c for c in counts if c < "\u3100"]
    each = _KANA_SHARE * sum(kanji.values()) / max(len(kana), 1) if kanji else 1.0
    frequencies = {**kanji, **dict.fromkeys(kana, each)}
    if not material.text:
        return TextSource([], frequencies)
    return TextSource.read(Path(material.text), frequencies, material.random_share)
