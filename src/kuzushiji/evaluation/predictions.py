"""Runs a model over a data set and keeps of each image what the metrics need, and no more.

A model may know more classes than the data set, other ones, or the same in another order; classes are
matched by character.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.images import resize_glyphs

if TYPE_CHECKING:
    from kuzushiji.datasets import Dataset
    from kuzushiji.weights import ModelInfo

BATCH = 256
"""Images in memory at a time: 3,881 probabilities of each are 4 MB."""
KEPT = 5
"""Candidates kept of each image."""
UNKNOWN_RANK = int(np.iinfo(np.int64).max)
"""Place of a true class that the model does not have: outside any top-k."""


class Classifier(Protocol):
    """What evaluation asks of a model; :class:`kuzushiji.weights.Model` is one."""

    info: ModelInfo

    def probabilities(self, glyphs: np.ndarray) -> np.ndarray:
        """Calibrated probabilities float (n, classes) of glyphs uint8 (n, size, size)."""
        ...

    def embed(self, glyphs: np.ndarray) -> np.ndarray:
        """Embeddings float32 (n, d) of glyphs uint8 (n, size, size)."""
        ...


@dataclass(frozen=True)
class Predictions:
    """What a model made of each image. All indices are into ``classes``.

    Attributes:
        classes: the data set's classes in their order, then those that only the model knows.
        labels: (n,) int64 true classes.
        top: (n, k) int64 best candidates, best first; ``k = min(5, classes of the model)``.
        top_probability: (n, k) float32, their calibrated probabilities.
        ranks: (n,) int64, place of the true class, 0 first; :data:`UNKNOWN_RANK` where the model lacks it.
        unknown: characters of the data set that the model has no class for: always counted as mistakes.
    """

    classes: tuple[str, ...]
    labels: np.ndarray
    top: np.ndarray
    top_probability: np.ndarray
    ranks: np.ndarray
    unknown: tuple[str, ...]

    @property
    def predicted(self) -> np.ndarray:
        """(n,) int64 best candidate."""
        return self.top[:, 0]

    @property
    def confidence(self) -> np.ndarray:
        """(n,) float32 probability of the best candidate."""
        return self.top_probability[:, 0]

    @property
    def correct(self) -> np.ndarray:
        """(n,) bool, the best candidate is the label."""
        return self.top[:, 0] == self.labels

    def surest_mistakes(self, most: int) -> np.ndarray:
        """(k,) int64, ``k <= most``: indices of the wrongly read images, the most confident first."""
        wrong = np.flatnonzero(~self.correct)
        return wrong[np.argsort(-self.confidence[wrong], kind="stable")][:most]


def predict(
    model: Classifier,
    dataset: Dataset,
    only_dataset_classes: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Predictions:
    """Runs the model over every image, in batches.

    Args:
        model: an open model.
        dataset: what to run it on.
        only_dataset_classes: give the model's other classes no chance (their probability is shared out).
        progress: called after each batch with the number of images done.

    Returns:
        The predictions, in the order of the data set.

    Raises:
        KuzushijiError: the data set is empty, or the model knows none of its classes.
    """
    if not len(dataset):
        raise KuzushijiError(
            f"{dataset.name}: the split {dataset.split!r} has no images; choose another (--split)"
        )
    known = model.info.classes
    index = {char: i for i, char in enumerate(dataset.classes)}
    extra = [char for char in known if char not in index]
    classes = (*dataset.classes, *extra)
    index.update({char: len(dataset.classes) + i for i, char in enumerate(extra)})
    if len(extra) == len(known):
        raise KuzushijiError(
            f"model {model.info.name} knows none of the {len(dataset.classes)} classes of {dataset.name}; "
            "choose a model trained on them"
        )
    columns = np.array(
        [i for i, c in enumerate(known) if not only_dataset_classes or index[c] < len(dataset.classes)]
    )
    to_class = np.array([index[known[i]] for i in columns])
    column_of = np.full(len(classes), -1)
    column_of[to_class] = np.arange(len(columns))

    labels = np.asarray(dataset.labels, dtype=np.int64)
    k = min(KEPT, len(columns))
    top = np.empty((len(labels), k), np.int64)
    top_probability = np.empty((len(labels), k), np.float32)
    ranks = np.empty(len(labels), np.int64)
    for start in range(0, len(labels), BATCH):
        part = slice(start, min(start + BATCH, len(labels)))
        p = model.probabilities(resize_glyphs(np.asarray(dataset.images[part]), model.info.size))
        if len(columns) < len(known):
            p = p[:, columns]
            p = p / p.sum(axis=1, keepdims=True)
        best = np.argsort(-p, axis=1, kind="stable")[:, :k] if k == p.shape[1] else _best(p, k)
        top[part], top_probability[part] = to_class[best], np.take_along_axis(p, best, axis=1)
        ranks[part] = _ranks(p, column_of[labels[part]], best)
        if progress:
            progress(part.stop)
    unknown = tuple(c for i, c in enumerate(dataset.classes) if column_of[i] < 0 and (labels == i).any())
    return Predictions(classes, labels, top, top_probability, ranks, unknown)


def _best(p: np.ndarray, k: int) -> np.ndarray:
    """Columns of the k largest of each row, largest first."""
    some = np.argpartition(-p, k, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(p, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1)


def _ranks(p: np.ndarray, column: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Place of ``column`` in each row; ties after it, save that the predicted class itself has rank 0."""
    own = np.take_along_axis(p, np.maximum(column, 0)[:, None], axis=1)
    ranks = (p >= own).sum(axis=1) - 1
    ranks[best[:, 0] == column] = 0
    ranks[column < 0] = UNKNOWN_RANK
    return ranks


def embeddings(model: Classifier, images: np.ndarray | Sequence[np.ndarray]) -> np.ndarray:
    """The model's embeddings of many images, in batches.

    Args:
        model: an open model.
        images: uint8 (n, h, w), an array or a view that can be sliced.

    Returns:
        float32 (n, d).
    """
    parts = [
        model.embed(resize_glyphs(np.asarray(images[i : i + BATCH]), model.info.size))
        for i in range(0, len(images), BATCH)
    ]
    return np.concatenate(parts)
