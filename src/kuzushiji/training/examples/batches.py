"""What is seen at each step: a batch is a function of (seed, epoch, step) alone, and the next one is made on
another core while the network learns from this one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kuzushiji.training.examples.assembly import Assembled
from kuzushiji.training.examples.label_codes import with_answers
from kuzushiji.training.examples.sampling import chances
from kuzushiji.training.examples.sharpness import Soften
from kuzushiji.training.examples.teacher import Teacher
from kuzushiji.training.examples.unknown import Outside
from kuzushiji.training.examples.voicing import Voicing
from kuzushiji.training.recipe import Recipe


@dataclass(frozen=True)
class Batch:
    """What one step learns from.

    Attributes:
        seed: for what is random inside the network (dropout).
        glyphs: float32 (n, size, size) in [0, 1], augmented.
        wanted: what the loss compares the logits with: int64 (n,), or with a teacher its
            `label_codes.with_answers`.
    """

    seed: int
    glyphs: np.ndarray
    wanted: np.ndarray


class Batches:
    """The batches of a training.

    Args:
        recipe: how they are drawn and augmented.
        data: what they are drawn from.
        shapes: int (n,), the shape of each training image inside its class, for ``fit.shape_power``.
        teacher: who is asked about each batch.

    Attributes:
        soften: of the recipe's ``data.soften``; None without.
        outside: of the recipe's ``data.outside``; None without.
        per_epoch: batches in an epoch.
        drawn: how often each class is, up to a factor, float64 (classes,).
    """

    def __init__(
        self,
        recipe: Recipe,
        data: Assembled,
        shapes: np.ndarray | None = None,
        teacher: Teacher | None = None,
    ) -> None:
        own, fit = recipe.data, recipe.fit
        self._recipe, self._data, self._teacher = recipe, data, teacher
        self._chances = None  # every image once an epoch
        if fit.sampling_power != 1 or shapes is not None:
            self._chances = chances(data.train.labels, fit.sampling_power, shapes, fit.shape_power)
        self.soften = Soften.of(own.soften, data) if own.soften else None
        self._voicing = Voicing.of(own.voiced, data.classes) if own.voiced else None
        self.outside = None
        if own.outside:
            side = self.soften.side if self.soften else 0
            self.outside = Outside.of(own.outside, data.classes, own.typefaces, own.size, side)
        self.per_epoch = max(1, len(data.train) // fit.batch_size)
        seen = np.bincount(data.train.labels, minlength=len(data.classes)).astype(np.float64)
        self.drawn = seen**fit.sampling_power
        if self.soften:
            self.drawn *= self.soften.open_share
        self._order = lru_cache(maxsize=2)(self.order)

    def order(self, epoch: int) -> np.ndarray:
        """Indices of the training part in the order of an epoch, int64, at least steps x batch of them."""
        rng = np.random.default_rng((self._recipe.fit.seed, epoch))
        n = len(self._data.train)
        need = self.per_epoch * self._recipe.fit.batch_size
        if self._chances is None:
            order = rng.permutation(n)
            return order if len(order) >= need else np.resize(order, need)
        return rng.choice(n, need, p=self._chances)

    def __getitem__(self, step: int) -> Batch:
        """The batch of a step, counted from 0 over all epochs."""
        fit, train = self._recipe.fit, self._data.train
        epoch, within = divmod(step, self.per_epoch)
        chosen = self._order(epoch)[within * fit.batch_size : (within + 1) * fit.batch_size]
        rng = np.random.default_rng((fit.seed, epoch, step))
        seed = int(rng.integers(2**31))
        images, labels = train.images[chosen], train.labels[chosen]
        wanted = labels
        if self.soften:
            images, wanted = self.soften(images, labels, train.sides[chosen], rng)
        if self._voicing:
            images = self._voicing(images, labels, rng)
        if self.outside:
            images, wanted = self.outside(images, wanted, rng)
        glyphs = self._recipe.augment(images, rng)
        if self._teacher:
            wanted = with_answers(wanted, self._teacher(glyphs))
        return Batch(seed, glyphs, wanted)

    def ahead(self, first: int, end: int) -> Iterator[Batch]:
        """The batches of the steps from ``first`` to before ``end``, each made while the last one is used."""
        with ThreadPoolExecutor(1, thread_name_prefix="batches") as worker:
            coming = worker.submit(self.__getitem__, first)
            for step in range(first + 1, end + 1):
                batch = coming.result()
                if step < end:
                    coming = worker.submit(self.__getitem__, step)
                yield batch
