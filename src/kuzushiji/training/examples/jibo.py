"""Kanji as further examples of the kana that were made of them.

A hiragana had many shapes (hentaigana), each the cursive form of a kanji, its jibo: す comes from 寸, and was
also written as 春 or 須. How often each shape occurs differs from book to book, and a set may hold a few
dozen of one that the next book prefers. The same strokes stand in Kuzushiji-Kanji, where the sign was meant
as the kanji. Which kanji are jibo of which kana is Unicode's knowledge (`kuzushiji.characters`).
"""

from __future__ import annotations

import numpy as np

from kuzushiji.characters import lookup
from kuzushiji.datasets import load
from kuzushiji.images import resize_glyphs

SOURCE = ("kkanji", "train")
"""The set and the split that the kanji are taken from; its validation and test splits are left alone, and so
is what stands in a test part of a set of kana (``kuzushiji.datasets.shared_pictures``)."""


def jibo_glyphs(classes: tuple[str, ...], size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Glyphs of the kanji that are jibo of exactly one of the classes, labelled as that one.

    Args:
        classes: characters. Kanji among them are left out of the glyphs: they are characters of their own.
        size: side of the glyphs, pixels.

    Returns:
        Images uint8 (n, size, size), labels int64 (n,), positions in ``classes``, and the side at which each
        was published, int64 (n,), pixels.

    Raises:
        KuzushijiError: Kuzushiji-Kanji is not here (the message says how to get it).
    """
    source = load(*SOURCE, drop_shared=True)
    labels = kana_of(source.classes, classes)[np.asarray(source.labels)]
    rows = np.flatnonzero(labels >= 0)
    images = source.images[rows]
    return resize_glyphs(images, size), labels[rows], np.full(len(rows), images.shape[1])


def kana_of(kanji: tuple[str, ...], classes: tuple[str, ...]) -> np.ndarray:
    """The class that each kanji was written for, int64 (n,); -1 where there is none, or more than one.

    >>> kana_of(("寸", "夜", "山"), ("す", "や", "よ")).tolist()
    [0, -1, -1]
    """
    found = np.full(len(kanji), -1)
    for k, char in enumerate(kanji):
        meant = [c for c in lookup(char).jibo_of if c in classes]
        if len(meant) == 1 and char not in classes:
            found[k] = classes.index(meant[0])
    return found
