"""What is mapped: the pixels of the images, or what a model makes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.maps.inputs.source import Source


@dataclass(frozen=True)
class Features:
    """One row of numbers for each image; pixels are read by blocks and never held as floats all at once.

    Attributes:
        name: ``"pixels"`` or the model.
        source: the images.
        matrix: float32 (n, d), or None for pixels.
        digest: hex digest of every number in it; the same digest, the same maps.
        error: int64 (n,), 1 where the model reads the image wrongly, 0 where rightly, -1 where it has no
            such class; None where that was not asked for.
    """

    name: str
    source: Source
    matrix: np.ndarray | None
    digest: str
    error: np.ndarray | None = None

    def __len__(self) -> int:
        """Number of images."""
        return len(self.source)

    @property
    def width(self) -> int:
        """Numbers in a row."""
        h, w = self.source.shape
        return h * w if self.matrix is None else int(self.matrix.shape[1])

    def blocks(self, size: int = 4096) -> Iterator[np.ndarray]:
        """The rows in order, float32 (<= size, width)."""
        if self.matrix is None:
            yield from self.source.blocks(size)
        else:
            for start in range(0, len(self), size):
                yield self.matrix[start : start + size]

    def rows(self, indices: np.ndarray) -> np.ndarray:
        """Some rows, float32 (len(indices), width)."""
        return self.source.rows(indices) if self.matrix is None else self.matrix[indices]

    def of(self, images: np.ndarray, threads: int | None = None) -> np.ndarray:
        """The same features of other images, uint8 (m, h, w) of the set's size: float32 (m, width)."""
        if self.matrix is None:
            return images.reshape(len(images), -1).astype(np.float32) / 255.0
        from kuzushiji.evaluation.predictions import embeddings
        from kuzushiji.weights import open_model

        return embeddings(open_model(self.name, threads), images)


def features_of(source: Source, name: str, threads: int | None = None, errors: bool = False) -> Features:
    """The features of a name.

    Args:
        source: the images.
        name: ``"pixels"``, or a model as for :func:`embedded`.
        threads: CPU threads; None for all.
        errors: also find the images that the model reads wrongly.

    Raises:
        UsageError: errors of pixels, which read nothing.
        KuzushijiError: as for :func:`embedded`.
    """
    if name != "pixels":
        return embedded(source, name, threads, errors)
    if errors:
        raise UsageError("--errors marks what a model reads wrongly: name one with --features")
    return pixels(source)


def pixels(source: Source) -> Features:
    """The pixels, each in [0, 1]."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr(("pixels", *source.shape, len(source), source.classes)).encode())
    digest.update(np.ascontiguousarray(source.labels).tobytes())
    for start in range(0, len(source), 4096):
        digest.update(np.ascontiguousarray(source.images[start : start + 4096]).tobytes())
    return Features("pixels", source, None, digest.hexdigest())


def embedded(source: Source, model: str, threads: int | None = None, errors: bool = False) -> Features:
    """A model's embedding of every image.

    Args:
        source: the images; brought to the model's size.
        model: a shipped name, an ``.onnx`` file or a run folder.
        threads: CPU threads; None for all.
        errors: also find the images that the model reads wrongly; takes at least as long again.

    Raises:
        KuzushijiError: no such model, or its embedding has numbers that are not finite.
    """
    from kuzushiji.evaluation.predictions import embeddings
    from kuzushiji.images import resize_glyphs
    from kuzushiji.weights import open_model

    opened = open_model(model, threads)
    matrix = embeddings(opened, source.images)
    if not errors:
        return from_matrix(source, matrix, model)
    known = {c: i for i, c in enumerate(opened.info.classes)}
    truth = np.array([known.get(c, -1) for c in source.classes], np.int64)[source.labels]
    best = []
    for start in range(0, len(source), 1024):
        glyphs = resize_glyphs(np.asarray(source.images[start : start + 1024]), opened.info.size)
        best.append(opened.logits(glyphs).argmax(1))
    error = np.where(truth < 0, -1, (np.concatenate(best) != truth).astype(np.int64))
    return from_matrix(source, matrix, model, error)


def from_matrix(source: Source, matrix: Any, name: str, error: np.ndarray | None = None) -> Features:
    """Features of one's own: any finite numbers (n, d), one row an image.

    Raises:
        KuzushijiError: wrong shape, or NaN or infinite numbers.
    """
    matrix = np.ascontiguousarray(matrix, np.float32)
    if matrix.ndim != 2 or len(matrix) != len(source):
        raise KuzushijiError(
            f"features {name}: shape {matrix.shape}, but {len(source)} rows of numbers are needed"
        )
    bad = int((~np.isfinite(matrix).all(1)).sum())
    if bad:
        raise KuzushijiError(
            f"features {name}: {bad} of {len(matrix)} rows hold NaN or infinite numbers; remove them"
        )
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((name, matrix.shape, source.classes)).encode())
    digest.update(np.ascontiguousarray(source.labels).tobytes())
    digest.update(matrix.tobytes())
    return Features(name, source, matrix, digest.hexdigest(), error)
