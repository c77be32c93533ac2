"""Maps in a folder: arrays in one ``arrays.npz`` (no pickles) and everything else in ``mapset.json``.

The images are not stored: they are named by data set, split and indices, and read again from the cache.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.maps.inputs.source import load_source
from kuzushiji.maps.result import Added, Cluster, Map, MapQuality, MapSet, PCAInfo

_VERSION = 1
_MAP_WORDS = ("method", "seconds", "note", "can", "cannot")
_PCA_ARRAYS = ("mean", "components", "explained_variance_ratio")


def save_maps(mapset: MapSet, folder: str | Path) -> Path:
    """Writes ``mapset.json`` and ``arrays.npz``.

    Args:
        mapset: the maps.
        folder: where to; made if missing.

    Returns:
        The folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray] = {
        "labels": np.asarray(mapset.labels),
        "indices": np.asarray(mapset.indices),
    }
    maps = []
    for i, m in enumerate(mapset.maps):
        arrays[f"map{i}"] = np.asarray(m.points, np.float32)
        if m.transform_points is not None:
            arrays[f"map{i}.transform"] = np.asarray(m.transform_points, np.float32)
        quality = asdict(m.quality) if m.quality else None
        maps.append(
            {
                **{k: getattr(m, k) for k in _MAP_WORDS},
                "parameters": dict(m.parameters),
                "quality": quality,
            }
        )
    if mapset.pca is not None:
        arrays.update({f"pca.{k}": np.asarray(getattr(mapset.pca, k), np.float32) for k in _PCA_ARRAYS})
    if mapset.class_means is not None:
        arrays["class_means"] = np.asarray(mapset.class_means, np.float32)
    arrays.update({f"colour.{k}": np.asarray(v) for k, v in mapset.extra_colours.items()})
    arrays.update({f"cluster{c.id}": np.asarray(c.representatives, np.int64) for c in mapset.clusters})
    if mapset.added is not None:
        arrays["added"] = np.asarray(mapset.added.images, np.uint8)
    words = {
        "version": _VERSION,
        **{k: getattr(mapset, k) for k in ("dataset", "split", "features")},
        "classes": list(mapset.classes),
        "maps": maps,
        "clusters": [
            {k: getattr(c, k) for k in ("id", "label", "size", "silhouette")} for c in mapset.clusters
        ],
        "added": list(mapset.added.names) if mapset.added is not None else None,
        "shared_seconds": dict(mapset.shared_seconds),
    }
    np.savez(folder / "arrays.npz", **arrays)  # type: ignore[arg-type]
    (folder / "mapset.json").write_text(json.dumps(words, ensure_ascii=False, indent=1), encoding="utf-8")
    return folder


def load_maps(folder: str | Path, images: Any = None) -> MapSet:
    """Reads what :func:`save_maps` wrote.

    Args:
        folder: the folder.
        images: uint8 (n, h, w) of the saved set; read again from the data set's cache when not given.

    Raises:
        KuzushijiError: the folder holds no saved map set, or a damaged one.
    """
    folder = Path(folder)
    try:
        words = json.loads((folder / "mapset.json").read_text(encoding="utf-8"))
        with open(folder / "arrays.npz", "rb") as stream, np.load(stream, allow_pickle=False) as file:
            saved = _saved(words, {k: file[k] for k in file.files})
    except Exception as e:  # a damaged archive raises whatever its reader trips over
        why = " ".join(f"{type(e).__name__}: {e}".split())
        raise KuzushijiError(f"{folder} holds no saved maps ({why}): run `kuzushiji map` again") from e
    if images is None:
        images = load_source(saved["dataset"], saved["split"]).images[saved["indices"]]
    return MapSet(images=images, **saved)


def _saved(words: Mapping[str, Any], a: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """All of a :class:`MapSet` but its images."""
    maps = tuple(
        Map(
            **{k: m[k] for k in _MAP_WORDS},
            points=a[f"map{i}"],
            parameters=m["parameters"],
            quality=MapQuality(**m["quality"]) if m["quality"] else None,
            transform_points=a.get(f"map{i}.transform"),
        )
        for i, m in enumerate(words["maps"])
    )
    return {
        **{k: words[k] for k in ("dataset", "split", "features", "shared_seconds")},
        "labels": a["labels"],
        "classes": tuple(words["classes"]),
        "indices": a["indices"],
        "maps": maps,
        "pca": PCAInfo(**{k: a[f"pca.{k}"] for k in _PCA_ARRAYS}) if "pca.mean" in a else None,
        "class_means": a.get("class_means"),
        "extra_colours": {k.removeprefix("colour."): v for k, v in a.items() if k.startswith("colour.")},
        "clusters": tuple(Cluster(**c, representatives=a[f"cluster{c['id']}"]) for c in words["clusters"]),
        "added": Added(tuple(words["added"]), a["added"]) if words["added"] is not None else None,
    }
