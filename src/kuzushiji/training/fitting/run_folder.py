"""Run folders: what was asked, on what machine, how it went, and what came out."""

from __future__ import annotations

import csv
import json
import os
import platform
import time
from dataclasses import asdict, fields
from importlib import metadata
from itertools import count
from pathlib import Path
from typing import Any

from kuzushiji._files import replacing
from kuzushiji._machine import cores, processor
from kuzushiji._version import __version__
from kuzushiji.errors import KuzushijiError
from kuzushiji.training.fitting.loop import EpochRecord
from kuzushiji.training.recipe import Recipe, from_dict


class Run:
    """A run's folder.

    It holds ``config.json`` (the recipe as run), ``environment.json``, ``metrics.csv`` (a line an epoch),
    ``checkpoint.npz``, and at the end ``model.keras``, ``model.onnx``, ``result.json``, ``curves.png`` and
    ``MODEL_CARD.md``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def new(cls, recipe: Recipe, parent: Path) -> Run:
        """Makes ``parent/NAME-seedS-TIME`` and writes what is known before the first step.

        A second run of one second has ``-2`` behind its name.

        Raises:
            KuzushijiError: the folder cannot be made.
        """
        name = f"{recipe.name}-seed{recipe.fit.seed}-{time.strftime('%Y%m%d-%H%M%S')}"
        folders = (parent / (f"{name}-{n}" if n > 1 else name) for n in count(1))
        return cls.begin(recipe, next(filter(_made, folders)))

    @classmethod
    def begin(cls, recipe: Recipe, folder: Path) -> Run:
        """Makes the folder, or takes it up again where the same recipe began it.

        Raises:
            KuzushijiError: it cannot be made, or holds another run.
        """
        run = cls(folder)
        if (folder / "config.json").is_file():
            if run.recipe != recipe:
                raise KuzushijiError(f"{folder} holds a run of another recipe: name another folder")
            return run
        _made(folder)
        run.write("environment.json", environment())
        run.write("config.json", recipe.to_dict())  # last: it is what makes the folder a run's
        return run

    @classmethod
    def open(cls, folder: Path) -> Run:
        """An existing run.

        Raises:
            KuzushijiError: the folder holds no run.
        """
        if not (folder / "config.json").is_file():
            raise KuzushijiError(f"{folder} is not a run folder: it has no config.json")
        return cls(folder)

    @property
    def recipe(self) -> Recipe:
        """The recipe as run."""
        return from_dict(self.read("config.json"), where=str(self.folder / "config.json"))

    @property
    def checkpoint(self) -> Path:
        """The file of the last good state."""
        return self.folder / "checkpoint.npz"

    def write(self, name: str, tree: dict[str, Any]) -> None:
        """Writes a JSON file of the folder, whole or not at all."""
        text = json.dumps(tree, indent=1, ensure_ascii=False) + "\n"
        with replacing(self.folder / name) as part:
            part.write_text(text, encoding="utf-8")

    def read(self, name: str) -> dict[str, Any]:
        """Reads a JSON file of the folder.

        Raises:
            KuzushijiError: it is not there, or not JSON.
        """
        path = self.folder / name
        try:
            tree: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except OSError as e:
            raise KuzushijiError(f"{path}: {e.strerror}; has the run ended?") from e
        except ValueError as e:
            raise KuzushijiError(f"{path} cannot be read: {e}") from e
        return tree

    def record(self, line: EpochRecord) -> None:
        """Adds a line to ``metrics.csv``; an epoch that is run again after a resume replaces its line."""
        kept = [m for m in self.metrics() if m.epoch < line.epoch]
        with (
            replacing(self.folder / "metrics.csv") as part,
            open(part, "w", newline="", encoding="utf-8") as f,
        ):
            writer = csv.DictWriter(f, [x.name for x in fields(EpochRecord)])
            writer.writeheader()
            writer.writerows(asdict(m) for m in [*kept, line])

    def metrics(self) -> list[EpochRecord]:
        """The lines of ``metrics.csv`` so far."""
        path = self.folder / "metrics.csv"
        if not path.exists():
            return []
        with open(path, newline="", encoding="utf-8") as f:
            return [
                EpochRecord(int(r.pop("epoch")), int(r.pop("step")), *map(float, r.values()))
                for r in csv.DictReader(f)
            ]


def _made(folder: Path) -> bool:
    """Makes a folder; False where it is there already.

    Raises:
        KuzushijiError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True)
    except OSError as e:
        if folder.is_dir():
            return False
        raise KuzushijiError(f"run folder {folder}: {e.strerror}") from e
    return True


def environment() -> dict[str, Any]:
    """Versions, processor and threads: what a time or a last digit may depend on."""
    packages = {}
    for name in ("keras", "torch", "jax", "tensorflow", "numpy", "onnx", "onnxruntime"):
        try:
            packages[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "kuzushiji": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": cores(),
        "threads": os.environ.get("OMP_NUM_THREADS", ""),
        "backend": os.environ.get("KERAS_BACKEND", ""),
        "packages": packages,
    }
