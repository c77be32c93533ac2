"""Losses on logits, for any Keras backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kuzushiji.errors import UsageError
from kuzushiji.training.examples.label_codes import apart_again, class_of, is_sharp, is_unknown

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
        closed: bool (c,), classes that are left out of the softmax of an image whose label is marked as sharp
            (see `kuzushiji.training.examples.label_codes`); None where no label is. Not with label smoothing.
        outside: images whose label is marked as unknown are none of the classes, and cost the more the less
            evenly the softmax of their logits is spread.

    Returns:
        A function from labels int (n,), marked or plain, and logits float32 (n, c) to the mean loss in nats.

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
        none = is_unknown(labels, classes)
        if closed is not None:
            raised = ops.cast(is_sharp(labels, classes), logits.dtype)
            logits = logits - raised * ops.convert_to_tensor(_SHUT * closed.astype(np.float32))
        log_p = ops.log_softmax(logits, axis=-1)
        right = ops.take_along_axis(log_p, class_of(labels, classes), axis=-1)
        if outside:
            right = ops.where(none, ops.mean(ops.log_softmax(free, axis=-1), axis=-1, keepdims=True), right)
        value = -(1 - label_smoothing) * ops.mean(right)
        return value - label_smoothing * ops.mean(log_p) if label_smoothing else value

    return loss


def with_teacher(
    loss: Callable[[Any, Any], Any], share: float, temperature: float
) -> Callable[[Any, Any], Any]:
    """A loss on labels and a teacher's answers.

    Args:
        loss: of the labels: a function of labels int (n,) and logits float32 (n, c) to the mean loss, nats.
        share: weight of the teacher, in (0, 1]; the labels have the rest.
        temperature: divides the logits of both, so that the teacher's second thoughts count; the divergence
            is multiplied by its square, which keeps its gradients of one size (Hinton et al.).

    Returns:
        A function from `kuzushiji.training.examples.label_codes.with_answers` and logits to the mean loss:
        the divergence (Kullback and Leibler's) of the student from the teacher, which is 0 where they agree,
        and the labels' loss.
    """
    from keras import ops

    def both(packed: Any, logits: Any) -> Any:
        labels, answers = apart_again(packed)
        taught = ops.log_softmax(answers / temperature, axis=-1)
        said = ops.log_softmax(logits / temperature, axis=-1)
        apart = ops.mean(ops.sum(ops.exp(taught) * (taught - said), axis=-1))
        value = share * temperature**2 * apart
        return value if share == 1 else value + (1 - share) * loss(ops.cast(labels, "int64"), logits)

    return both
