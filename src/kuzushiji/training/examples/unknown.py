"""Characters that the network has no class for, shown to it so that it is not sure of them.

There are fifty thousand kanji and the network tells apart a few thousand; a softmax that has only ever been
asked which of these it is gives the nearest one, and gladly. Other characters, in the typefaces that the
classes are learned from too (so that a typeface tells nothing), are learned to be none of them: their answer
is to be spread evenly over all classes (outlier exposure; Hendrycks et al. 2019, arXiv:1812.04606).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuzushiji.characters import kkanji_classes, lookup
from kuzushiji.errors import KuzushijiError
from kuzushiji.images import resize_glyphs
from kuzushiji.training.examples.label_codes import unknown
from kuzushiji.training.examples.typefaces import typeset_glyphs

MARKS = "々〱〲ゟ〻"
"""Signs of old texts that are no class of any of the sets."""
_KEPT = 10
"""One in so many is never learned, and measures what was (``benchmarks/outside.py``)."""


@dataclass(frozen=True)
class Outside:
    """What a run with ``data.outside`` does to each batch.

    Attributes:
        share: part of a batch that other characters take, in (0, 1).
        images: uint8 (n, size, size), the other characters.
        classes: number of classes.
    """

    share: float
    images: np.ndarray
    classes: int

    @classmethod
    def of(
        cls, share: float, classes: Sequence[str], typefaces: Sequence[str], size: int, soft: int = 0
    ) -> Outside:
        """Draws them.

        Args:
            share: see above.
            classes: characters that are not outside.
            typefaces: see `kuzushiji.training.examples.typefaces`.
            size: side of the glyphs, pixels.
            soft: every second one goes through this side, as glyphs of
                `kuzushiji.training.examples.sharpness` do; 0 for none.

        Raises:
            KuzushijiError: a typeface is not installed, or none has other characters.
        """
        images, _ = typeset_glyphs(others(classes)[0], typefaces, size)
        if not len(images):
            raise KuzushijiError("data.outside: the typefaces have no kanji but those that are classes")
        if soft:
            images[::2] = resize_glyphs(resize_glyphs(images[::2], soft), size)
        return cls(share, images, len(classes))

    def __call__(
        self, images: np.ndarray, labels: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Puts others in the place of a part of a batch.

        Args:
            images: uint8 (n, size, size), white ink on black.
            labels: int (n,), as the loss takes them.
            rng: the only source of chance.

        Returns:
            The images, and labels for `kuzushiji.training.fitting.losses.make`: those of others are twice the
            number of classes.
        """
        chosen = np.flatnonzero(rng.random(len(labels)) < self.share)
        if len(chosen):
            images, labels = images.copy(), labels.copy()
            images[chosen] = self.images[rng.integers(len(self.images), size=len(chosen))]
            labels[chosen] = unknown(self.classes)
        return images, labels


def others(classes: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Characters of old and newer texts that are no class, nor an old or new form of one.

    Returns:
        Those to learn from and those, one in ten, to measure with: kanji of JIS X 0208 and, to learn from,
        the `MARKS`.

    >>> learned, kept = others(("台", "悪"))
    >>> ["悪" in learned + kept, "臺" in learned + kept, "愛" in learned + kept, "々" in learned]
    [False, False, True, True]
    """
    known = set(kkanji_classes())
    inside = {form for c in classes for form in (c, *(lookup(c).variants if c in known else ()))}
    kanji = [c for c in map(chr, range(0x4E00, 0xA000)) if _in_jis(c) and c not in inside]
    kept = kanji[::_KEPT]
    return tuple(sorted({*kanji, *MARKS} - inside - {*kept})), tuple(kept)


def _in_jis(character: str) -> bool:
    try:
        return len(character.encode("euc_jp")) == 2
    except UnicodeEncodeError:
        return False
