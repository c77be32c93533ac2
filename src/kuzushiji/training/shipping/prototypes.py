"""Class means in place of learned directions, for classes of a few images.

A head learns the direction of a class from its images; with one or two of them, seen among thousands of other
classes, it does not get there, while the mean embedding of those few images already points the right way
(prototypical networks: Snell et al. 2017, arXiv:1703.05175; imprinted weights: Qi et al. 2018,
arXiv:1712.07136). Both are directions in one space, so that a head can hold a mixture: more of the mean the
rarer the class.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kuzushiji._vectors import unit_length
from kuzushiji.training.examples.assembly import Part
from kuzushiji.training.fitting.loop import embeddings

MOST = 100
"""Images of a class that its mean is taken of."""
LEAST_SHARE = 0.02
"""Classes whose mean would weigh less than this keep what the head has learned."""


def use_prototypes(model: Any, part: Part, strength: float) -> int:
    """Turns the directions of a cosine head towards the mean embeddings of their classes, in place.

    The mean of a class of n images weighs ``strength / (strength + n)``, what the head has learned the rest.

    Args:
        model: a trained network from `kuzushiji.models.create`, with a cosine head.
        part: the training images.
        strength: images at which both weigh the same; 0 changes nothing.

    Returns:
        How many classes were changed.
    """
    head = model.get_layer("logits")
    (learned,) = head.get_weights()
    learned = unit_length(learned.T).T
    counts = np.bincount(part.labels, minlength=learned.shape[1])
    share = strength / np.maximum(strength + counts, 1e-12)
    chosen = np.flatnonzero((counts > 0) & (share >= LEAST_SHARE))
    if not len(chosen):
        return 0
    rows = _rows(part.labels, chosen)
    embedding = embeddings(model, Part(part.images[rows], part.labels[rows]))
    means = np.zeros_like(learned)
    np.add.at(means.T, part.labels[rows], unit_length(embedding))
    mixed = (1 - share) * learned + share * unit_length(means.T).T
    learned[:, chosen] = unit_length(mixed.T).T[:, chosen]
    head.set_weights([learned])
    return len(chosen)


def _rows(labels: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Positions of the first `MOST` images of each chosen class, sorted."""
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], chosen)
    stops = np.searchsorted(labels[order], chosen, side="right")
    return np.sort(np.concatenate([order[a : min(b, a + MOST)] for a, b in zip(starts, stops, strict=True)]))
