"""Losses on logits, for any Keras backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kuzushiji.errors import UsageError

_SHUT = 1e4  # nats: no probability is left, and float32 still adds exactly enough


def make(
    kind: str,
    counts: np.ndarray,
    label_smoothing: float = 0.0,
    closed: np.ndarray | None = None,
    outside: bool = False,
) -> Callable[[Any, Any], Any]:
    """A loss for ``model.compile``.

    Args:
        kind: ``softmax`` (cross-entropy) or ``balanced-softmax`` (the log of each class's training count is
            added to its logit, so that the logits themselves are free of the prior; Ren et al. 2020,
            arXiv:2007.10740).
        counts: int or float (c,), training images a class, or how many of each class an epoch draws; below 1
            they count as 1.
        label_smoothing: probability spread evenly over all classes, in [0, 1).
        closed: bool (c,), classes that are left out of the softmax of an image whose label is raised by c
            (see `kuzushiji.training.examples.sharpness`); None where no label is. Not with label smoothing.
        outside: images whose label is 2 c are none of the classes, and cost the more the less evenly the
            softmax of their logits is spread (see `kuzushiji.training.examples.unknown`).

    Returns:
        A function from labels int (n,) and logits float32 (n, c) to the mean loss in nats.

    Raises:
        UsageError: no such loss, or closed classes with label smoothing, which would be infinite.
    """
    from keras import ops

    if kind not in ("softmax", "balanced-softmax"):
        raise UsageError(f"fit.loss is {kind!r}; there are: softmax, balanced-softmax")
    if closed is not None and label_smoothing:
        raise UsageError("fit.label_smoothing and data.soften do not go together: set one of them to 0")
    prior = np.log(np.maximum(counts, 1) / max(1.0, float(counts.sum()))).astype(np.float32)
    balanced, classes = kind == "balanced-softmax", len(counts)

    def loss(labels: Any, logits: Any) -> Any:
        free = logits
        if balanced:
            logits = logits + ops.convert_to_tensor(prior)
        labels = ops.reshape(ops.cast(labels, "int64"), (-1, 1))
        none = labels == 2 * classes
        if closed is not None:
            raised = ops.cast((labels >= classes) & ~none, logits.dtype)
            logits = logits - raised * ops.convert_to_tensor(_SHUT * closed.astype(np.float32))
        log_p = ops.log_softmax(logits, axis=-1)
        right = ops.take_along_axis(log_p, labels % classes, axis=-1)
        if outside:
            right = ops.where(none, ops.mean(ops.log_softmax(free, axis=-1), axis=-1, keepdims=True), right)
        value = -(1 - label_smoothing) * ops.mean(right)
        return value - label_smoothing * ops.mean(log_p) if label_smoothing else value

    return loss
