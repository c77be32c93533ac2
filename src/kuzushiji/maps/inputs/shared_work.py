"""What the methods share: one PCA, one graph of nearest neighbours, one initialisation, the class means.

Everything is computed once, on first use, and timed. What the long methods need goes to files, so that they
can run in processes of their own beside each other (:meth:`Shared.stage`, :func:`staged`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from kuzushiji._vectors import nearest
from kuzushiji.maps.inputs.features import Features
from kuzushiji.maps.inputs.principal_components import Principal, principal

COMPONENTS = 50
"""Principal components that neighbour methods see; on KMNIST a 10-NN vote is better on 50 than on all
pixels."""


@dataclass
class Reduced:
    """What the long methods see of the images: plain arrays, perhaps memory-mapped.

    Attributes:
        scores: float32 (n, <= 50), principal scores.
        neighbours: int32 (n, k), nearest first, without the image itself.
        distances: float32 (n, k), Euclidean, between scores.
        labels: int64 (n,).
        new: float32 (m, <= 50), scores of new images to be placed, or None.
    """

    scores: np.ndarray
    neighbours: np.ndarray
    distances: np.ndarray
    labels: np.ndarray
    new: np.ndarray | None = None

    def start(self, dims: int, width: float) -> np.ndarray:
        """The one initialisation: first principal scores, float32 (n, dims), scaled to that standard
        deviation.

        Directions that the data does not have are zero.
        """
        start = np.zeros((len(self.scores), dims), np.float32)
        have = min(dims, self.scores.shape[1])
        start[:, :have] = self.scores[:, :have]
        return start / max(float(start[:, 0].std()), 1e-12) * width


@dataclass
class Shared:
    """The shared work on one set of features.

    Attributes:
        features: what is mapped.
        k: neighbours of each image in the graph.
        threads: CPU threads of this work.
        new: float32 (m, width), features of new images, or None.
        seconds: name of each finished work -> wall seconds.
    """

    features: Features
    k: int
    threads: int = 1
    new: np.ndarray | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of images."""
        return len(self.features)

    @cached_property
    def principal(self) -> Principal:
        """Principal components of the features: all, or 100 for rows of more than 1,024 numbers."""
        with self._timed("pca"):
            return principal(self.features.blocks, self.features.width, 2 * COMPONENTS)

    @cached_property
    def scores(self) -> np.ndarray:
        """float32 (n, <= 50), scores on the first principal components."""
        basis = self.principal
        with self._timed("pca"):
            return np.concatenate([basis.project(b, COMPONENTS) for b in self.features.blocks()])

    @cached_property
    def graph(self) -> tuple[np.ndarray, np.ndarray]:
        """Exact nearest neighbours in the space of the scores: int32 (n, k) and float32 distances (n, k)."""
        scores = self.scores
        with self._timed("neighbours"):
            distances, indices = nearest(scores, scores, self.k, skip_self=True, threads=self.threads)
            return indices.astype(np.int32), distances

    @cached_property
    def class_means(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean features float64 (classes, width), NaN rows for classes without images, and their counts."""
        classes, labels = len(self.features.source.classes), self.features.source.labels
        sums, at = np.zeros((classes, self.features.width)), 0
        for block in self.features.blocks():
            part = labels[at : at + len(block)]
            order = np.argsort(part, kind="stable")
            present, start = np.unique(part[order], return_index=True)
            sums[present] += np.add.reduceat(block[order], start, axis=0)
            at += len(block)
        counts = np.bincount(labels, minlength=classes)
        with np.errstate(invalid="ignore"):
            return sums / counts[:, None], counts

    @property
    def reduced(self) -> Reduced:
        """The arrays of the long methods, in this process."""
        neighbours, distances = self.graph
        new = None if self.new is None else self.principal.project(self.new, COMPONENTS)
        return Reduced(self.scores, neighbours, distances, self.features.source.labels, new)

    def stage(self, folder: Path) -> Path:
        """Writes :attr:`reduced` as ``.npy`` files for other processes; returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in vars(self.reduced).items():
            if array is not None:
                np.save(folder / f"{name}.npy", array)
        return folder

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def staged(folder: Path) -> Reduced:
    """Opens, memory-mapped, what :meth:`Shared.stage` wrote."""
    arrays = {f.stem: np.load(f, mmap_mode="r", allow_pickle=False) for f in sorted(folder.glob("*.npy"))}
    return Reduced(**arrays)
