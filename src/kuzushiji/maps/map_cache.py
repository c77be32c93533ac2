"""Finished maps, kept in the cache, so that an interrupted command goes on from where it was."""

from __future__ import annotations

import hashlib
import importlib.metadata
import inspect
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji._files import replacing
from kuzushiji._version import __version__
from kuzushiji.maps.inputs.placing import place
from kuzushiji.maps.methods.method import Job, Method

_LIBRARIES = ("openTSNE", "umap-learn", "pacmap", "scikit-learn", "trimap", "keras")


@dataclass(frozen=True)
class Finished:
    """One map as it is kept.

    Attributes:
        points: float32 (n, dims).
        new: float32 (m, dims), or None.
        seconds: wall time of the method, with what it imports and compiles.
        parameters: what it ran with.
        note: what was done differently.
    """

    points: np.ndarray
    new: np.ndarray | None
    seconds: float
    parameters: dict[str, Any]
    note: str


def place_of(folder: Path, digest: str, method: Method, job: Job, new: str = "") -> Path:
    """The file of one map; the same for the same features, method and its code, dimensions, seed, versions
    and new images.

    Args:
        folder: where maps are kept.
        digest: of the features.
        method: the method.
        job: dimensions and seed; the number of threads changes no map's name.
        new: digest of the new images.
    """
    parts = [__version__, _code(method), digest, method.name, job.dims, job.seed, new, _versions()]
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return folder / digest[:16] / f"{method.name}-{job.dims}d-{job.seed}-{key}.npz"


def keep(path: Path, finished: Finished) -> None:
    """Writes a map, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    words = {"seconds": finished.seconds, "parameters": finished.parameters, "note": finished.note}
    arrays = {"points": finished.points, "words": np.array(json.dumps(words))}
    if finished.new is not None:
        arrays["new"] = finished.new
    with replacing(path) as part, part.open("wb") as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]


def kept(path: Path) -> Finished | None:
    """Reads a map; None when it is not there or was damaged."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            words = json.loads(str(file["words"]))
            return Finished(file["points"], file["new"] if "new" in file.files else None, **words)
    except Exception:  # a damaged archive raises whatever its reader trips over
        return None


def finish(method: Method, sees: Any, job: Job, scores: np.ndarray, new: np.ndarray | None) -> Finished:
    """Runs a method and completes what it made: plain float32, and places for new images it could not
    transform.

    Args:
        method: the method.
        sees: what it looks at.
        job: what to make.
        scores: float32 (n, k), principal scores.
        new: float32 (m, k), those of new images, or None.
    """
    import time

    start = time.perf_counter()
    fitted = method.fit(sees, job)
    seconds = time.perf_counter() - start
    points = np.ascontiguousarray(fitted.points, np.float32)
    if not np.isfinite(points).all():
        from kuzushiji.errors import KuzushijiError

        raise KuzushijiError(
            f"{method.name} gave places that are not finite: leave it out, or take another --seed"
        )
    put, note = fitted.new, fitted.note
    if new is not None and put is None:
        put = place(points, scores, new)
        note = "; ".join(filter(None, [note, "new images placed between their 5 nearest neighbours"]))
    parameters = {**fitted.parameters, "dims": job.dims, "seed": job.seed}
    return Finished(
        points, None if put is None else np.ascontiguousarray(put, np.float32), seconds, parameters, note
    )


def _code(method: Method) -> str:
    """What the method runs with stands in its module: another text, another map."""
    module = inspect.getsourcefile(method.fit)
    return "" if module is None else hashlib.sha256(Path(module).read_bytes()).hexdigest()


def _versions() -> list[str]:
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
