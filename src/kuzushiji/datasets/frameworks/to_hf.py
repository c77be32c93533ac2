"""A data set for Hugging Face ``datasets``: images are pictures there, labels have names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from kuzushiji._version import __version__
from kuzushiji.datasets.exports.files import encoded
from kuzushiji.datasets.exports.split_names import split_name
from kuzushiji.errors import need

if TYPE_CHECKING:
    from kuzushiji.datasets.dataset import Dataset

_CHUNK = 4096


def to_hf(dataset: Dataset, streaming: bool = False) -> Any:
    """A ``datasets.Dataset``, or with ``streaming`` a ``datasets.IterableDataset``.

    Args:
        dataset: the images.
        streaming: make each image when the iteration reaches it. Without it the first call writes them into
            the cache of ``datasets``, from where they are memory-mapped; later calls open what is there.

    Returns:
        Columns ``image`` (a grey Pillow image) and ``label`` (a ``ClassLabel`` with the characters as names).

    Raises:
        UsageError: the ``data`` extra is not installed.
    """
    hf = need("datasets", extra="data")
    features = hf.Features({"image": hf.Image(), "label": hf.ClassLabel(names=list(dataset.classes))})
    split = hf.NamedSplit(split_name(dataset.split))

    def examples() -> Iterator[dict[str, Any]]:
        for number, label, data in encoded(dataset):
            yield {"image": {"bytes": data, "path": f"{number:07d}.png"}, "label": label}

    if streaming:
        return hf.IterableDataset.from_generator(examples, features=features, split=split)
    return hf.Dataset.from_generator(
        examples, features=features, split=split, fingerprint=_fingerprint(dataset)
    )


def _fingerprint(dataset: Dataset) -> str:
    """By the content, so that a changed folder of one's own is not taken for the one in the cache."""
    digest = hashlib.sha256("\0".join((__version__, *dataset.classes)).encode())
    digest.update(np.ascontiguousarray(dataset.labels).tobytes())
    digest.update(str(dataset.images.shape).encode())
    for start in range(0, len(dataset), _CHUNK):
        digest.update(np.ascontiguousarray(dataset.images[start : start + _CHUNK]).tobytes())
    return digest.hexdigest()[:32]
