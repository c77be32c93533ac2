"""A small synthetic map set: each class is its own picture, so that a glyph can be told by its pixels."""

from __future__ import annotations

import numpy as np

from kuzushiji.maps.result import Added, Cluster, Map, MapQuality, MapSet, PCAInfo

CLASSES = ("か", "き", "く", "山")
SIDE = 16


def pictures(labels: np.ndarray, seed: int = 0) -> np.ndarray:
    """White bars on black: their place tells the class, a little noise the image."""
    images = np.random.default_rng(seed).integers(0, 40, (len(labels), SIDE, SIDE)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 + 3 * label : 5 + 3 * label] = 255
    return images


def synthetic(n: int = 400, seed: int = 0) -> MapSet:
    """Four classes in four corners; shuffled, so that the page's order is not the data set's."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % len(CLASSES))
    corners = np.array([[-3, -3], [3, -3], [-3, 3], [3, 3]], np.float32)
    spread = rng.uniform(-1, 1, (n, 2)).astype(np.float32)
    flat = corners[labels] + spread
    turned = np.stack([-flat[:, 1], flat[:, 0]], axis=1)
    deep = np.concatenate([corners[(labels + 1) % 4], rng.uniform(-3, 3, (n, 1))], axis=1).astype(np.float32)
    quality = MapQuality(0.91, 0.4, 0.99, 0.7, 0.8, 0.5, 0.01, 300)
    clusters = (labels * 2 + (spread[:, 0] > 0)).astype(np.int64)
    images = pictures(labels, seed)
    place = np.array([[0.5, 0.25]], np.float32)
    return MapSet(
        dataset="kmnist",
        split="test",
        features="pixels",
        images=images,
        labels=labels,
        classes=CLASSES,
        indices=np.arange(n) + 1000,
        maps=(
            Map(
                "umap",
                flat,
                1.5,
                quality,
                {"n_neighbors": 15},
                place,
                can="What is near.",
                cannot="What is far.",
            ),
            Map(
                "pca",
                turned,
                0.1,
                MapQuality(0.7, 0.1, 0.8, 0.9, 0.9, 0.2, None, 300),
                transform_points=place,
            ),
            Map("tsne", deep, 2.0),
        ),
        pca=PCAInfo(
            images.mean(axis=0).astype(np.float32) / 255,
            rng.normal(size=(3, SIDE, SIDE)).astype(np.float32),
            np.array([0.5, 0.25, 0.125], np.float32),
        ),
        class_means=np.stack([images[labels == k].mean(axis=0) / 255 for k in range(4)]).astype(np.float32),
        extra_colours={
            "cluster": clusters,
            "training count": np.array([10, 20, 40, 80])[labels],
            "error": (np.arange(n) % 50 == 0).astype(np.int64),
        },
        clusters=tuple(
            Cluster(k, k // 2, np.flatnonzero(clusters == k)[:5], int((clusters == k).sum()), 0.5)
            for k in range(8)
        ),
        added=Added(("mine.png",), pictures(np.array([2]))),
    )
