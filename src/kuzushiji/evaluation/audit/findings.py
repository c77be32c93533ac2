"""What an audit looks for: labels that look wrong, images twice, images with nothing on them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kuzushiji._vectors import nearest, unit_length
from kuzushiji.evaluation.audit.material import Material, shrunk
from kuzushiji.evaluation.features import BLOCK, PCA, hog
from kuzushiji.evaluation.voting import vote

COMPONENTS = 64
NEIGHBOURS = 10
JUDGED_FROM = 5
"""Images that a class needs for its labels to be judged: among fewer, neighbours prove nothing."""
NEAR = 0.97
"""Correlation of pixels, at the best shift by at most one, from which two images are near duplicates."""
SPARSE = 0.01
"""Share of inked pixels below which an image counts as nearly empty."""

Progress = Callable[[int], None] | None


@dataclass(frozen=True)
class Suspect:
    """An image whose neighbours all say something else than its label.

    Attributes:
        index: the image, counted through all splits.
        suggested: class that its neighbours suggest.
        own: share of its neighbours' votes for its label, in [0, 1].
        other: share for the suggestion.
        like: the nearest image of the suggested class.
    """

    index: int
    suggested: int
    own: float
    other: float
    like: int


@dataclass(frozen=True)
class Pair:
    """Two images that are the same, or nearly.

    Attributes:
        first: an image, counted through all splits.
        second: a later one.
        likeness: correlation of their pixels; 1 when they are identical byte for byte.
        exact: they are.
    """

    first: int
    second: int
    likeness: float
    exact: bool


@dataclass(frozen=True)
class Blank:
    """An image with little or nothing on it.

    Attributes:
        index: the image, counted through all splits.
        ink: share of its pixels that are inked (128 or more), in [0, 1].
        black: every pixel is 0.
    """

    index: int
    ink: float
    black: bool


def neighbours(material: Material, progress: Progress = None) -> tuple[np.ndarray, np.ndarray]:
    """The nearest images of each, itself left out, by gradient histograms reduced to principal components.

    No label is used, so a vote among the neighbours is a leave-one-out prediction: out of fold for every
    image.

    Args:
        material: the images.
        progress: called with the number of images done.

    Returns:
        ``(distances, indices)``, float32 and int64 (n, k), nearest first.
    """
    project = PCA.fit(material, lambda images: hog(shrunk(images)), COMPONENTS)
    features = project(material)
    return nearest(features, features, NEIGHBOURS, skip_self=True, progress=progress)


def suspects(labels: np.ndarray, distances: np.ndarray, indices: np.ndarray) -> list[Suspect]:
    """Images whose neighbours vote for another class, the clearest cases first.

    Args:
        labels: (n,) int64.
        distances: (n, k) to the neighbours.
        indices: (n, k) of the neighbours, nearest first.

    Returns:
        Those for which another class has more votes than the own one, by the difference of votes, then by how
        near the nearest image is. Classes with fewer than :data:`JUDGED_FROM` images are left out.
    """
    size = np.bincount(labels)
    found = []
    for start in range(0, len(labels), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(labels)))
        around = labels[indices[rows]]
        # Few classes occur in a block: number them anew, so that 3,832 classes cost little more than 10.
        names, small = np.unique(around, return_inverse=True)
        votes = vote(distances[rows], small.reshape(around.shape), len(names))
        column = np.searchsorted(names, labels[rows])
        known = (column < len(names)) & (names[np.minimum(column, len(names) - 1)] == labels[rows])
        line = np.arange(len(rows))
        own = np.where(known, votes[line, np.minimum(column, len(names) - 1)], 0.0)
        votes[line[known], column[known]] = -1
        best = votes.argmax(axis=1)
        other = votes[line, best]
        for r in np.flatnonzero((other > own) & (size[labels[rows]] >= JUDGED_FROM)):
            like = int(indices[rows[r]][np.argmax(around[r] == names[best[r]])])
            found.append(Suspect(int(rows[r]), int(names[best[r]]), float(own[r]), float(other[r]), like))
    first = distances[:, 0]
    # Shares that differ in the last bits of their sums alone are equal: unanimous is unanimous.
    return sorted(found, key=lambda s: (round(s.own - s.other, 5), first[s.index]))


def exact_duplicates(material: Material) -> list[Pair]:
    """Images that are equal byte for byte, black ones left out.

    Args:
        material: the images.

    Returns:
        Pairs of the first such image with each later one.
    """
    groups: dict[bytes, list[int]] = defaultdict(list)
    for start in range(0, len(material), BLOCK):
        images = material[start : start + BLOCK]
        for i, image in enumerate(images):
            if image.any():
                groups[hashlib.blake2b(image.tobytes(), digest_size=16).digest()].append(start + i)
    return [Pair(group[0], i, 1.0, True) for group in groups.values() for i in group[1:]]


def near_duplicates(
    material: Material, indices: np.ndarray, exact: list[Pair], near: float = NEAR
) -> list[Pair]:
    """Neighbours whose pixels correlate, after the best shift by at most one pixel.

    Args:
        material: the images.
        indices: (n, k) neighbours of each; only the three nearest are looked at.
        exact: pairs known already: of images that are equal none is reported again, each with each.
        near: least correlation reported.

    Returns:
        Pairs, the most alike first.
    """
    n = len(material)
    a = np.repeat(np.arange(n), min(3, indices.shape[1]))
    b = indices[:, :3].ravel()
    pairs = np.unique(np.stack([np.minimum(a, b), np.maximum(a, b)], axis=1), axis=0)
    same = {p.second: p.first for p in exact}  # `exact_duplicates` pairs all of a group with its first
    found = []
    for start in range(0, len(pairs), BLOCK):
        block = pairs[start : start + BLOCK]
        likeness = correlation(shrunk(material[block[:, 0]]), shrunk(material[block[:, 1]]))
        for i in np.flatnonzero(likeness >= near):
            first, second = int(block[i, 0]), int(block[i, 1])
            if same.get(first, first) != same.get(second, second):
                found.append(Pair(first, second, float(likeness[i]), False))
    return sorted(found, key=lambda p: -p.likeness)


def correlation(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Correlation of grey values, image by image, at the best of the nine shifts by at most one pixel.

    Args:
        x: uint8 (n, h, w).
        y: uint8 (n, h, w).

    Returns:
        float32 (n,) in [-1, 1]; 0 where an image is of one grey.

    >>> x = np.zeros((1, 8, 8), np.uint8); x[0, 3:5, 2:6] = 255
    >>> float(correlation(x, np.roll(x, 1, axis=2))[0].round(3))
    1.0
    """
    inner = x[:, 1:-1, 1:-1]
    h, w = inner.shape[1:]
    best = np.full(len(x), -1, np.float32)
    unit_x = _pattern(inner)
    for dy in range(3):
        for dx in range(3):
            best = np.maximum(best, (unit_x * _pattern(y[:, dy : dy + h, dx : dx + w])).sum(axis=1))
    return best


def _pattern(images: np.ndarray) -> np.ndarray:
    """What remains of the grey values without brightness and contrast, float32 (n, pixels)."""
    x = images.reshape(len(images), -1).astype(np.float32)
    return unit_length(x - x.mean(axis=1, keepdims=True))


def blanks(material: Material, sparse: float = SPARSE) -> list[Blank]:
    """Images without ink, or with next to none.

    Args:
        material: the images.
        sparse: share of inked pixels below which an image is reported.

    Returns:
        The emptiest first.
    """
    found = []
    for start in range(0, len(material), BLOCK):
        images = material[start : start + BLOCK]
        flat = images.reshape(len(images), -1)
        ink, black = np.mean(flat >= 128, axis=1), flat.max(axis=1) == 0
        found += [
            Blank(start + int(i), float(ink[i]), bool(black[i]))
            for i in np.flatnonzero(black | (ink < sparse))
        ]
    return sorted(found, key=lambda b: (not b.black, b.ink))
