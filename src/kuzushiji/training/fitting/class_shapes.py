"""The shapes inside each class, as an earlier network sees them.

A kana has several shapes, and books share them out unevenly: what is one image in twenty of a training set
may be one in four of the next book. Nobody labelled the shapes; clusters of an earlier network's embedding
stand for them, as in GEORGE (Sohoni et al. 2020, arXiv:2011.12945): rare ones can then be practised more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kuzushiji.evaluation.clusters import kmeans, squared_distances
from kuzushiji.training.examples.assembly import Part
from kuzushiji.training.fitting.loop import embeddings


def find_shapes(model: Any, part: Part, most: int = 8, seed: int = 0) -> np.ndarray:
    """Cuts every class into clusters of a network's embedding.

    Args:
        model: a trained network from `kuzushiji.models.create`.
        part: the images.
        most: clusters a class; fewer where a class has fewer than ten images for each.
        seed: of the clustering.

    Returns:
        int64 (n,), the cluster of each image, numbered inside its class.
    """
    embedding = embeddings(model, part)
    shapes = np.zeros(len(part), np.int64)
    for label in np.unique(part.labels):
        members = np.flatnonzero(part.labels == label)
        inside = embedding[members].astype(np.float64)
        centres = kmeans(inside, max(1, min(most, len(members) // 10)), seed)
        shapes[members] = squared_distances(inside, centres).argmin(1)
    return shapes
