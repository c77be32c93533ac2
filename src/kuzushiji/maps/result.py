"""What a run of the mapping engine hands on: the maps, their quality, and what a page needs to show them.

A :class:`MapSet` keeps its arrays in one ``arrays.npz`` (no pickles) and everything else in ``mapset.json``.
The images are not stored: they are named by data set, split and indices, and read again from the cache.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kuzushiji.errors import KuzushijiError

Array = npt.NDArray[Any]
_VERSION = 1


@dataclass(frozen=True)
class Quality:
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
    points: Array
    seconds: float
    quality: Quality | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    transform_points: Array | None = None
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

    mean: Array
    components: Array
    explained_variance_ratio: Array


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
    representatives: Array
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
    images: Array


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
    labels: Array
    classes: tuple[str, ...]
    indices: Array
    maps: tuple[Map, ...]
    pca: PCAInfo | None = None
    class_means: Array | None = None
    extra_colours: Mapping[str, Array] = field(default_factory=dict)
    clusters: tuple[Cluster, ...] = ()
    added: Added | None = None
    shared_seconds: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of images."""
        return len(self.labels)

    def save(self, folder: str | Path) -> Path:
        """Writes ``mapset.json`` and ``arrays.npz`` into a folder, made if missing; returns it."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Array] = {"labels": np.asarray(self.labels), "indices": np.asarray(self.indices)}
        maps = []
        for i, m in enumerate(self.maps):
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
        if self.pca is not None:
            arrays.update({f"pca.{k}": np.asarray(getattr(self.pca, k), np.float32) for k in _PCA_ARRAYS})
        if self.class_means is not None:
            arrays["class_means"] = np.asarray(self.class_means, np.float32)
        arrays.update({f"colour.{k}": np.asarray(v) for k, v in self.extra_colours.items()})
        arrays.update({f"cluster{c.id}": np.asarray(c.representatives, np.int64) for c in self.clusters})
        if self.added is not None:
            arrays["added"] = np.asarray(self.added.images, np.uint8)
        words = {
            "version": _VERSION,
            **{k: getattr(self, k) for k in ("dataset", "split", "features")},
            "classes": list(self.classes),
            "maps": maps,
            "clusters": [
                {k: getattr(c, k) for k in ("id", "label", "size", "silhouette")} for c in self.clusters
            ],
            "added": list(self.added.names) if self.added is not None else None,
            "shared_seconds": dict(self.shared_seconds),
        }
        np.savez(folder / "arrays.npz", **arrays)  # type: ignore[arg-type]
        (folder / "mapset.json").write_text(json.dumps(words, ensure_ascii=False, indent=1), encoding="utf-8")
        return folder

    @classmethod
    def load(cls, folder: str | Path, images: Any = None) -> MapSet:
        """Reads what :meth:`save` wrote.

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
            from kuzushiji.maps.inputs.source import load_source

            images = load_source(saved["dataset"], saved["split"]).images[saved["indices"]]
        return cls(images=images, **saved)


def _saved(words: Mapping[str, Any], a: Mapping[str, Array]) -> dict[str, Any]:
    """All of a :class:`MapSet` but its images."""
    maps = tuple(
        Map(
            **{k: m[k] for k in _MAP_WORDS},
            points=a[f"map{i}"],
            parameters=m["parameters"],
            quality=Quality(**m["quality"]) if m["quality"] else None,
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


_MAP_WORDS = ("method", "seconds", "note", "can", "cannot")
_PCA_ARRAYS = ("mean", "components", "explained_variance_ratio")
