"""Sharp glyphs and soft ones in one training, without teaching that softness is a character.

The kana were published at 28 px only, the kanji at 64. A network that sees both at more than 28 px need not
look at the strokes to tell one from the other, and misreads the sharp kana of a photograph. Here

- a part of the kanji goes the way that the kana went, through 28 px and back: among these soft glyphs all
  classes compete, and nothing but their shape tells them apart;
- from a kanji that stays sharp only *which kanji* is learned: the classes that have no sharp glyphs are left
  out of its softmax, so that no weight ever hears that what is sharp is no kana.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.images import resize_glyphs
from kuzushiji.training.examples.assembly import Assembled
from kuzushiji.training.examples.label_codes import mark_sharp


@dataclass(frozen=True)
class Soften:
    """What a run with ``data.soften`` does to each batch.

    Attributes:
        share: part of the sharp glyphs that are made soft, in (0, 1].
        side: of the smallest source, in pixels.
        closed: bool (classes,), those without a sharp glyph.
    """

    share: float
    side: int
    closed: np.ndarray

    @classmethod
    def of(cls, share: float, data: Assembled) -> Soften:
        """For a training set whose parts were published at different sizes."""
        part = data.train
        has_sharp = np.bincount(part.labels[part.sides > part.sides.min()], minlength=len(data.classes)) > 0
        return cls(share, int(part.sides.min()), ~has_sharp)

    @property
    def open_share(self) -> np.ndarray:
        """Part of each class's glyphs that stand among all classes, float64 (classes,)."""
        return np.where(self.closed, 1.0, self.share)

    def __call__(
        self, images: np.ndarray, labels: np.ndarray, sides: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Softens a part of a batch.

        Args:
            images: uint8 (n, size, size), white ink on black.
            labels: int (n,).
            sides: int (n,), at which each was published.
            rng: the only source of chance.

        Returns:
            The images, and labels for `kuzushiji.training.fitting.losses.make`: those of glyphs that are
            sharp still are raised by the number of classes.
        """
        sharp = sides > self.side
        chosen = sharp & (rng.random(len(labels)) < self.share)
        if chosen.any():
            size = images.shape[1]
            images = images.copy()
            images[chosen] = resize_glyphs(resize_glyphs(images[chosen], self.side), size)
        return images, mark_sharp(labels, sharp & ~chosen, len(self.closed))
