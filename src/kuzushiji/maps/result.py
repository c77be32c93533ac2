"""What a run of the mapping engine hands on: the maps, their quality, and what a page needs to show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

CLUSTER, TRAINING_COUNT, SPLIT, ERROR = "cluster", "training count", "split", "error"
"""Names in :attr:`MapSet.extra_colours`."""


@dataclass(frozen=True)
class MapQuality:
    """How much of the original space a map keeps; every measure lies in [0, 1] unless stated, more is better.

    Attributes:
        trustworthiness: neighbours on the map that are near in the original space too, at 15 neighbours
            (Venna and Kaski 2001).
        knn_recall: share of the 15 nearest neighbours WITHIN the sample that are among the map's 15 nearest
            within it. It rises as the sample becomes a smaller part of the set: sets of different size do
            not compare by it.
        knn_accuracy: leave-one-out accuracy of a 10-nearest-neighbour vote on the map; NaN without classes.
        random_triplets: random triplets (i, j, k) whose order of distances d(i,j) < d(i,k) is kept.
        centroid_triplets: the same over the class means; NaN with fewer than three classes.
        silhouette: mean silhouette of the classes on the map, in [-1, 1], over the sample, in which an image
            alone in its class counts as 0; NaN with one class.
        procrustes: disparity in [0, 1] between this map and one from another seed after translation,
            scaling and rotation: 0 is the same map (LESS is better); None where no second seed was run.
        sample: number of images the O(n^2) measures were taken on.
    """

    trustworthiness: float
    knn_recall: float
    knn_accuracy: float
    random_triplets: float
    centroid_triplets: float
    silhouette: float
    procrustes: float | None = None
    sample: int = 0


@dataclass(frozen=True)
class Map:
    """One map of the images.

    Attributes:
        method: name in the registry, e.g. ``"umap"``.
        points: float32 (n, d), d 2 or 3, one row an image; finite; any scale.
        seconds: wall time of this method alone, without what it shares with others (PCA, neighbour graph).
        quality: measures, or None when not asked for.
        parameters: what the method ran with; plain JSON values.
        transform_points: float32 (m, d), places of :attr:`MapSet.added`, or None.
        note: plain words on what was done differently (landmarks, how new images were placed); may be empty.
        can: plain words on what this map may be read for.
        cannot: plain words on what it may not be read for.
    """

    method: str
    points: np.ndarray
    seconds: float
    quality: MapQuality | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    transform_points: np.ndarray | None = None
    note: str = ""
    can: str = ""
    cannot: str = ""


@dataclass(frozen=True)
class PCAInfo:
    """Principal components of the pixels: always of the pixels, whatever features the maps are of.

    Attributes:
        mean: float32 (h, w), the mean glyph in [0, 1].
        components: float32 (k, h, w), the eigen-glyphs, unit vectors, largest variance first.
        explained_variance_ratio: float32 (k,), share of the total variance of each, in [0, 1].
    """

    mean: np.ndarray
    components: np.ndarray
    explained_variance_ratio: np.ndarray


@dataclass(frozen=True)
class Cluster:
    """One shape inside one class.

    Attributes:
        id: number of the cluster, unique in the set; the value in ``extra_colours["cluster"]``.
        label: index of the class in :attr:`MapSet.classes`.
        representatives: int64 (r,), positions in :attr:`MapSet.images`, the medoid first, then typical
            others.
        size: number of images.
        silhouette: mean silhouette of the class's division in [-1, 1]; NaN when the class is one cluster.
    """

    id: int
    label: int
    representatives: np.ndarray
    size: int
    silhouette: float


@dataclass(frozen=True)
class Added:
    """New images placed on the maps.

    Attributes:
        names: what to call each, e.g. the file's name.
        images: uint8 (m, h, w), white ink on black, the size of the set's images.
    """

    names: tuple[str, ...]
    images: np.ndarray


@dataclass(frozen=True)
class MapSet:
    """The maps of one set of images.

    Attributes:
        dataset: name or path of the data set.
        split: ``"train"``, ``"test"``, ``"all"`` or another split of the set.
        features: ``"pixels"`` or the model whose embedding was mapped.
        images: uint8 (n, h, w) array-like, white ink (255) on black; may be lazy: index it by slices or
            arrays.
        labels: int64 (n,), index into ``classes``.
        classes: the character of each class.
        indices: int64 (n,), each image's place in the whole split.
        maps: the maps, in the order asked for.
        pca: principal components of the pixels, or None.
        class_means: float32 (len(classes), h, w) in [0, 1], mean glyph of each class, or None; NaN where a
            class has no image here.
        extra_colours: name -> (n,) array. Integers are categories (-1: none), floats a scale (NaN: none).
            Names in use: ``"cluster"``, ``"training count"`` (images of the class in the training split),
            ``"split"`` (0 train, 1 test, for split ``"all"``), ``"error"`` (1 where the features' model
            reads the image wrongly).
        clusters: the shapes inside each class, or empty.
        added: new images placed on the maps, or None; each map's ``transform_points`` has their places.
        shared_seconds: name -> wall seconds of the work shared by the maps (``"pca"``, ``"neighbours"``,
            ...).
    """

    dataset: str
    split: str
    features: str
    images: Any
    labels: np.ndarray
    classes: tuple[str, ...]
    indices: np.ndarray
    maps: tuple[Map, ...]
    pca: PCAInfo | None = None
    class_means: np.ndarray | None = None
    extra_colours: Mapping[str, np.ndarray] = field(default_factory=dict)
    clusters: tuple[Cluster, ...] = ()
    added: Added | None = None
    shared_seconds: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of images."""
        return len(self.labels)
