"""Peak memory of training on Kuzushiji-49 as published, shown on made data of its size.

    python benchmarks k49_memory                                  # recipes/k49.toml
    python benchmarks/k49_memory.py recipes/k49.toml   # another recipe

The official images could not be had when this was written. So 232,365 training and 38,547 test images of
noise are laid out in a temporary folder as the publisher's npz files are, with labels as unequal as the
real ones (392 to 6,000 a class), and the recipe is trained on them by the public function, in a process of
its own: all that a whole run does (loading, hold-out, steps, checkpoint, measuring, the second training
that calibrates, export), but each training is one epoch of a few steps, each of which takes its batch from
all of the set. What is reported is the largest resident memory that the system saw of that process.

Goal: under 2 GB. About 2 minutes on one core.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bench
import numpy as np
from bench import Row

from kuzushiji.datasets import registry

LIMIT = 2e9
STEPS = 20
RECIPES = Path(__file__).parents[1] / "recipes"
CLASSES, FEWEST, MOST = 49, 392, 6000


def make_labels(n: int, rng: np.random.Generator) -> np.ndarray:
    """uint8 (n,), shuffled: every class, some fifteen times as often as others."""
    share = np.linspace(FEWEST, MOST, CLASSES)
    counts = np.floor(n * share / share.sum()).astype(int)
    counts[-1] += n - counts.sum()
    return rng.permutation(np.repeat(np.arange(CLASSES, dtype=np.uint8), counts))


def make_images(n: int, rng: np.random.Generator) -> np.ndarray:
    """uint8 (n, 28, 28): a patch of noise in the middle, so that making the files does not take minutes."""
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 8:20, 8:20] = rng.integers(0, 256, (n, 12, 12), dtype=np.uint8)
    return images


def make_set(folder: Path, seed: int = 0) -> None:
    """Writes the four npz files of Kuzushiji-49 in the official layout, filled with noise."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    for split in ("train", "test"):
        n = registry.K49.counts[split]
        np.savez_compressed(folder / f"k49-{split}-imgs.npz", make_images(n, rng))
        np.savez_compressed(folder / f"k49-{split}-labels.npz", make_labels(n, rng))


def shortened(recipe: Any) -> Any:
    """The recipe on Kuzushiji-49, each of its trainings one epoch long; one view, since views take turns."""
    fit = replace(recipe.fit, epochs=1)
    second = min(1, recipe.export.calibration_epochs)
    export = replace(recipe.export, calibration_epochs=second, shifts=((0, 0),))
    return replace(recipe, data=replace(recipe.data, sources=("k49",)), fit=fit, export=export)


def child(recipe: Path, steps: int, folder: Path) -> None:
    """Trains in this process and prints its peak memory in bytes."""
    from kuzushiji.training import pipeline as room
    from kuzushiji.training.fitting.loop import Loop
    from kuzushiji.training.recipe import load_recipe

    class FewSteps(Loop):
        """An epoch of a few steps; all else as it is."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.steps_per_epoch = steps
            self.steps = steps * self.recipe.fit.epochs

    room.Loop = FewSteps  # type: ignore[misc]
    run = room.train(shortened(load_recipe(recipe)), folder / "runs")
    assert (run.folder / "model.onnx").is_file()
    unit = 1 if sys.platform == "darwin" else 1024
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def measure(recipe: Path | None = None, steps: int = STEPS) -> Iterator[Row]:
    recipe = recipe or RECIPES / "k49.toml"
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        make_set(folder / "home" / "k49")
        peak = _peak(recipe, steps, folder)
    name = f"recipes/{recipe.name} on made data of K49's size: peak resident memory"
    yield Row(name, peak / 1e6, "MB", 1)
    yield Row(name, peak / LIMIT, "ratio", 1, ratio_to="2 GB")


def _peak(recipe: Path, steps: int, folder: Path) -> int:
    words = [str(recipe), "--steps", str(steps), "--child", str(folder)]
    environment = {**os.environ, "KUZUSHIJI_HOME": str(folder / "home"), "KUZUSHIJI_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, __file__, *words], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return int(done.stdout.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", type=Path, nargs="?")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.recipe, options.steps, options.child)
        return
    rows = list(measure(options.recipe, options.steps))
    print(*(f"{row.metric}: {row.value:.4g} {row.unit}" for row in rows), sep="\n")
    bench.write("k49_memory", rows)


if __name__ == "__main__":
    main()
