"""A data set for TensorFlow: chunks are read as the pipeline asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from kuzushiji.errors import UsageError

if TYPE_CHECKING:
    from kuzushiji.datasets.dataset import Dataset

_CHUNK = 256


def to_tf(dataset: Dataset) -> Any:
    """A ``tf.data.Dataset`` of (image, label): float32 (h, w, 1) in [0, 1], white ink on black, and int64.

    Raises:
        UsageError: TensorFlow is not installed; no extra of this package installs it.
    """
    try:
        import tensorflow as tf
    except ModuleNotFoundError as e:
        raise UsageError("this needs TensorFlow: pip install tensorflow") from e

    def chunks() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, len(dataset), _CHUNK):
            images = np.asarray(dataset.images[start : start + _CHUNK])[..., None]
            yield images, dataset.labels[start : start + _CHUNK]

    height, width = dataset.images.shape[1:]
    signature = (
        tf.TensorSpec((None, height, width, 1), tf.uint8),
        tf.TensorSpec((None,), tf.int64),
    )
    pairs = tf.data.Dataset.from_generator(chunks, output_signature=signature)
    pairs = pairs.map(lambda images, labels: (tf.cast(images, tf.float32) / 255.0, labels))
    return pairs.unbatch().apply(tf.data.experimental.assert_cardinality(len(dataset)))
