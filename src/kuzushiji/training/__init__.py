"""From a recipe to a run folder: data, augmentation, the loop, calibration, export.

Public names are imported on first use; ``train`` needs the ``train`` extra.

Example::

    from kuzushiji.training import load_recipe, train

    run = train(load_recipe("recipes/kmnist-tiny.toml", ["fit.epochs=2"]))
    print(run.folder)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kuzushiji._lazy import lazily

_LAZY = {
    "Recipe": "kuzushiji.training.recipe",
    "Fit": "kuzushiji.training.recipe",
    "load_recipe": "kuzushiji.training.recipe",
    "Augment": "kuzushiji.training.augment",
    "Callbacks": "kuzushiji.training.pipeline",
    "train": "kuzushiji.training.pipeline",
    "Run": "kuzushiji.training.fitting.run_folder",
    "EpochRecord": "kuzushiji.training.fitting.loop",
    "Loop": "kuzushiji.training.fitting.loop",
    "Progress": "kuzushiji.training.fitting.loop",
    "logits": "kuzushiji.training.fitting.loop",
    "learning_rate": "kuzushiji.training.fitting.schedule",
    "Assembled": "kuzushiji.training.examples.assembly",
    "Part": "kuzushiji.training.examples.assembly",
    "assemble": "kuzushiji.training.examples.assembly",
    "Fidelity": "kuzushiji.training.shipping.export",
    "export_run": "kuzushiji.training.shipping.export",
    "write_onnx": "kuzushiji.training.shipping.export",
    "KuzushijiClassifier": "kuzushiji.training.estimator",
}
__all__ = [*_LAZY]

if TYPE_CHECKING:
    from kuzushiji.training.augment import Augment as Augment
    from kuzushiji.training.estimator import KuzushijiClassifier as KuzushijiClassifier
    from kuzushiji.training.examples.assembly import Assembled as Assembled
    from kuzushiji.training.examples.assembly import Part as Part
    from kuzushiji.training.examples.assembly import assemble as assemble
    from kuzushiji.training.fitting.loop import EpochRecord as EpochRecord
    from kuzushiji.training.fitting.loop import Loop as Loop
    from kuzushiji.training.fitting.loop import Progress as Progress
    from kuzushiji.training.fitting.loop import logits as logits
    from kuzushiji.training.fitting.run_folder import Run as Run
    from kuzushiji.training.fitting.schedule import learning_rate as learning_rate
    from kuzushiji.training.pipeline import Callbacks as Callbacks
    from kuzushiji.training.pipeline import train as train
    from kuzushiji.training.recipe import Fit as Fit
    from kuzushiji.training.recipe import Recipe as Recipe
    from kuzushiji.training.recipe import load_recipe as load_recipe
    from kuzushiji.training.shipping.export import Fidelity as Fidelity
    from kuzushiji.training.shipping.export import export_run as export_run
    from kuzushiji.training.shipping.export import write_onnx as write_onnx
else:
    __getattr__, __dir__ = lazily(__name__, _LAZY)
