"""A map set as the page reads it: one JSON object, and arrays as little-endian bytes.

All per-image arrays are in the page's own order, sorted by class and cluster: neighbours on a map then lie
on the same sprite sheets. ``indices`` has each image's place in the data set.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.maps.methods.notes import WORDS, note_ja
from kuzushiji.maps.methods.registry import methods
from kuzushiji.maps.page.words import class_record
from kuzushiji.maps.result import CLUSTER, ERROR, SPLIT, TRAINING_COUNT, Map, MapSet

_EIGEN_GLYPHS = 24
_SCALES = {TRAINING_COUNT}  # counts are whole numbers, but a scale all the same
_LOGARITHMIC = {TRAINING_COUNT}
_NAMED = {ERROR: ["read rightly", "misread"], SPLIT: ["train", "test"]}


@dataclass(frozen=True)
class Payload:
    """What goes into the page.

    Attributes:
        words: the JSON object.
        arrays: name -> little-endian array, C order.
        order: int64 (n,), the image at each of the page's places.
    """

    words: dict[str, Any]
    arrays: dict[str, np.ndarray]
    order: np.ndarray


def quantise(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Squeezes points into 16 bits, keeping their proportions.

    Args:
        points: float (n, d), finite.

    Returns:
        uint16 (n, d); the centre (d,); the half-width that became 32767.

    >>> q, centre, half = quantise(np.array([[0.0, 0.0], [2.0, 1.0]]))
    >>> q.tolist(), centre.tolist(), half
    ([[0, 16384], [65534, 49150]], [1.0, 0.5], 1.0)
    """
    low, high = points.min(axis=0), points.max(axis=0)
    centre = (low + high) / 2
    half = float((high - low).max() / 2) or 1.0
    return np.rint((points - centre) / half * 32767 + 32767).astype("<u2"), centre, half


def _finite(value: Any) -> Any:
    """JSON has no NaN: they become null, in nested mappings and lists too."""
    if isinstance(value, Mapping):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    if isinstance(value, float | np.floating):
        return round(float(value), 5) if math.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def _map_words(m: Map, n: int, order: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    points = np.asarray(m.points, np.float64)
    if points.ndim != 2 or points.shape[0] != n or points.shape[1] not in (2, 3):
        raise KuzushijiError(
            f"map {m.method}: points {points.shape} do not fit {n} images in 2 or 3 dimensions"
        )
    if not np.isfinite(points).all():
        raise KuzushijiError(f"map {m.method}: some points are not finite, so it cannot be drawn")
    packed, centre, half = quantise(points)
    words: dict[str, Any] = {k: getattr(m, k) for k in ("method", "seconds")}
    known = methods().get(m.method)
    words["title"] = known.title if known else m.method
    words["use"] = _use(m)
    words["note"] = {"en": m.note, "ja": note_ja(m.note)}
    words["dims"] = points.shape[1]
    words["parameters"] = dict(m.parameters)
    words["quality"] = (
        {k: getattr(m.quality, k) for k in m.quality.__dataclass_fields__} if m.quality else None
    )
    if m.transform_points is not None:
        words["added"] = ((np.asarray(m.transform_points, np.float64) - centre) / half).tolist()
    return _finite(words), packed[order]


def _use(m: Map) -> dict[str, dict[str, str]]:
    """What the map may and may not be read for, by language; Japanese only where it is a known method."""
    english = {"can": m.can, "cannot": m.cannot}
    known = WORDS.get(m.method)
    if known is None:
        return {"en": english, "ja": english}
    return {
        "en": {"can": m.can or known.can, "cannot": m.cannot or known.cannot},
        "ja": {"can": known.can_ja, "cannot": known.cannot_ja},
    }


def _colour(name: str, values: np.ndarray, order: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    v = np.asarray(values)[order]
    if name in _SCALES or not np.issubdtype(v.dtype, np.integer):
        v = v.astype("<f4")
        known = v[np.isfinite(v)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        return {
            "name": name,
            "type": "scale",
            "low": low,
            "high": high,
            "log": name in _LOGARITHMIC and low >= 0,
        }, v
    words = {"name": name, "type": "category", "count": int(v.max(initial=-1)) + 1}
    if name in _NAMED:
        words["names"] = _NAMED[name]
    return words, v.astype("<i4")


def build(mapset: MapSet) -> Payload:
    """Turns a map set into what the page reads.

    Raises:
        KuzushijiError: it has no images or no maps, or arrays that do not fit each other.
    """
    n, labels = len(mapset), np.asarray(mapset.labels, np.int64)
    if n == 0 or not mapset.maps:
        raise KuzushijiError(f"nothing to show: the map set of {mapset.dataset} has no images or no maps")
    if labels.min() < 0 or labels.max() >= len(mapset.classes):
        raise KuzushijiError(f"labels of {mapset.dataset} lie outside its {len(mapset.classes)} classes")
    clusters = np.asarray(mapset.extra_colours.get(CLUSTER, np.zeros(n, np.int64)))
    order = np.lexsort((clusters, labels))
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    counts = np.bincount(labels, minlength=len(mapset.classes))

    arrays: dict[str, np.ndarray] = {"labels": labels[order].astype("<u2")}
    arrays["indices"] = np.asarray(mapset.indices)[order].astype("<u4")
    maps, colours = [], []
    for i, m in enumerate(mapset.maps):
        words, arrays[f"map{i}"] = _map_words(m, n, order)
        maps.append(words)
    for i, (name, values) in enumerate(mapset.extra_colours.items()):
        if len(values) != n:
            raise KuzushijiError(f'colour "{name}" has {len(values)} values for {n} images')
        words, arrays[f"colour{i}"] = _colour(name, values, order)
        if name == CLUSTER and mapset.clusters:
            words["names"] = shape_names(mapset)
        colours.append(words)
    words = {
        **{k: getattr(mapset, k) for k in ("dataset", "split", "features")},
        "title": title(mapset.dataset),
        "n": n,
        "classes": [class_record(c, int(k)) for c, k in zip(mapset.classes, counts, strict=True)],
        "maps": maps,
        "colours": colours,
        "clusters": [
            {
                **{k: getattr(c, k) for k in ("id", "label", "size")},
                "silhouette": _finite(float(c.silhouette)),
                "shown": place[np.asarray(c.representatives, np.int64)].tolist(),
            }
            for c in mapset.clusters
        ],
        "added": list(mapset.added.names) if mapset.added is not None else [],
        "shared": _finite(mapset.shared_seconds),
    }
    if mapset.pca is not None:
        words["pca"] = _pca(mapset, arrays)
    return Payload(words, arrays, order)


def shape_names(mapset: MapSet) -> list[str]:
    """What the page calls each shape: its character, and its number among that character's shapes."""
    names = [""] * (1 + max(c.id for c in mapset.clusters))
    seen: Counter[int] = Counter()
    for c in mapset.clusters:
        seen[c.label] += 1
        names[c.id] = f"{mapset.classes[c.label]} {seen[c.label]}"
    return names


def title(dataset: str) -> str:
    """What people call the set: its published title, or the last part of the path of one's own.

    >>> title("kkanji"), title("data/mine")
    ('Kuzushiji-Kanji', 'mine')
    """
    from kuzushiji.datasets.registry import PUBLISHED

    known = PUBLISHED.get(dataset)
    return known.title if known else re.split(r"[\\/]", dataset.rstrip("\\/"))[-1]


def _pca(mapset: MapSet, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """The variance curve, and the first eigen-glyphs as signed bytes, each scaled to its largest weight."""
    assert mapset.pca is not None
    components = np.asarray(mapset.pca.components[:_EIGEN_GLYPHS], np.float32)
    peak = np.abs(components).max(axis=(1, 2), keepdims=True)
    arrays["eigen"] = np.rint(components / np.where(peak > 0, peak, 1) * 127).astype("<i1")
    arrays["mean"] = np.rint(np.clip(mapset.pca.mean, 0, 1) * 127).astype("<i1")
    k, h, w = components.shape
    return {
        "ratio": _finite([float(r) for r in mapset.pca.explained_variance_ratio]),
        "shown": k,
        "height": h,
        "width": w,
    }
