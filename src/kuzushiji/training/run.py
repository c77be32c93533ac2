"""Run folders: what was asked, on what machine, how it went, and what came out."""

from __future__ import annotations

import csv
import json
import os
import platform
import time
from dataclasses import asdict, fields
from importlib import metadata
from pathlib import Path
from typing import Any

from kuzushiji._files import replacing
from kuzushiji._machine import cores, processor
from kuzushiji._version import __version__
from kuzushiji.errors import KuzushijiError
from kuzushiji.training.loop import EpochRecord
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
        """Makes ``parent/NAME-seedS-TIME`` and writes what is known before the first step."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        return cls.begin(recipe, parent / f"{recipe.name}-seed{recipe.fit.seed}-{stamp}")

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
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise KuzushijiError(f"run folder {folder}: {e.strerror}") from e
        run.write("config.json", recipe.to_dict())
        run.write("environment.json", environment())
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
        """Writes a JSON file of the folder."""
        text = json.dumps(tree, indent=1, ensure_ascii=False) + "\n"
        (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> dict[str, Any]:
        """Reads a JSON file of the folder."""
        tree: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
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
