"""Losses on logits, for any Keras backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kuzushiji.errors import UsageError


def make(kind: str, counts: np.ndarray, label_smoothing: float = 0.0) -> Callable[[Any, Any], Any]:
    """A loss for ``model.compile``.

    Args:
        kind: ``softmax`` (cross-entropy) or ``balanced-softmax`` (the log of each class's training count is
            added to its logit, so that the logits themselves are free of the prior; Ren et al. 2020,
            arXiv:2007.10740).
        counts: int or float (c,), training images a class, or what is in proportion to how often each class
            is drawn.
        label_smoothing: probability spread evenly over all classes, in [0, 1).

    Returns:
        A function from labels int (n,) and logits float32 (n, c) to the mean loss in nats.
    """
    from keras import ops

    if kind not in ("softmax", "balanced-softmax"):
        raise UsageError(f"fit.loss is {kind!r}; there are: softmax, balanced-softmax")
    prior = np.log(np.maximum(counts, 1) / max(1.0, float(counts.sum()))).astype(np.float32)
    balanced = kind == "balanced-softmax"

    def loss(labels: Any, logits: Any) -> Any:
        if balanced:
            logits = logits + ops.convert_to_tensor(prior)
        log_p = ops.log_softmax(logits, axis=-1)
        labels = ops.reshape(ops.cast(labels, "int64"), (-1, 1))
        right = ops.take_along_axis(log_p, labels, axis=-1)
        value = -(1 - label_smoothing) * ops.mean(right)
        return value - label_smoothing * ops.mean(log_p) if label_smoothing else value

    return loss
