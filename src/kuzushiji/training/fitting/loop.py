"""The training loop: the same batch at the same step, whatever happened in between.

Every batch is a function of (seed, epoch, step) alone (`kuzushiji.training.examples.batches`), and a
checkpoint holds weights, optimizer, moving average and random states; so a run that was killed and resumed
ends with the weights of one that was not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.evaluation.measures import metrics
from kuzushiji.evaluation.measures.calibration import negative_log_likelihood
from kuzushiji.training.examples.assembly import Assembled, Part
from kuzushiji.training.examples.batches import Batch, Batches
from kuzushiji.training.examples.teacher import Teacher
from kuzushiji.training.fitting import checkpoint, losses, optimizers
from kuzushiji.training.fitting.schedule import learning_rate
from kuzushiji.training.recipe import Recipe

_PROBE = 64
"""Training images that a checkpoint's weights are tried on."""


@dataclass(frozen=True)
class EpochRecord:
    """One line of ``metrics.csv``; validation figures are nan where nothing is held out."""

    epoch: int
    step: int
    seconds: float
    images_per_second: float
    learning_rate: float
    loss: float
    validation_loss: float
    validation_accuracy: float
    validation_balanced_accuracy: float


@dataclass(frozen=True)
class Progress:
    """What the loop tells while it runs: steps done of all, loss so far this epoch, speed, time left."""

    step: int
    steps: int
    epoch: int
    loss: float
    images_per_second: float
    seconds_left: float


class Loop:
    """Trains a Keras model by a recipe.

    Args:
        model: from `kuzushiji.models.create`, not yet compiled.
        recipe: what to do.
        data: what to do it with.
        checkpoint: file for the state; None keeps none.
        loss: of one's own, in place of the recipe's: a function of labels int (n,) and logits float32 (n, c),
            written with ``keras.ops``, to the mean loss.
        shapes: int (n,), the shape of each training image inside its class, for the recipe's ``shape_power``.
        teacher: for the recipe's ``teacher``: whose answers are learned beside the labels.
    """

    def __init__(
        self,
        model: Any,
        recipe: Recipe,
        data: Assembled,
        checkpoint: Path | None = None,
        loss: Callable[[Any, Any], Any] | None = None,
        shapes: np.ndarray | None = None,
        teacher: Teacher | None = None,
    ) -> None:
        fit = recipe.fit
        self.model, self.recipe, self.data, self.checkpoint = model, recipe, data, checkpoint
        self.optimizer = optimizers.make(fit)
        self.batches = Batches(recipe, data, shapes, teacher)
        soften = self.batches.soften
        closed = soften.closed if soften else None
        loss = loss or losses.make(
            fit.loss, self.batches.drawn, fit.label_smoothing, closed, bool(self.batches.outside)
        )
        if teacher:
            loss = losses.with_teacher(loss, fit.teacher_share, fit.teacher_temperature)
        if fit.bfloat16:
            from kuzushiji.models.layers import in_bfloat16  # (chooses Keras' backend)

            in_bfloat16(model)
        model.compile(optimizer=self.optimizer, loss=loss, jit_compile=False)
        self.optimizer.build(model.trainable_variables)
        self.average = _copies(model) if fit.ema else []
        self.steps_per_epoch = self.batches.per_epoch
        self.steps = self.steps_per_epoch * fit.epochs
        self.step = 0
        self.seconds, self.losses = 0.0, list[float]()  # of the epoch that has begun

    def resume(self) -> None:
        """Takes the state up from the checkpoint.

        Raises:
            KuzushijiError: there is none, or it is of another network.
        """
        if self.checkpoint is None:
            raise KuzushijiError("this run keeps no checkpoint: nothing to resume")
        arrays = checkpoint.load(self.checkpoint)
        self.step = checkpoint.restore(self.model, self.average, arrays)
        if "losses" in arrays:
            self.seconds, self.losses = float(arrays["seconds"]), arrays["losses"].tolist()

    def run(
        self,
        on_epoch: Callable[[EpochRecord], None] = lambda record: None,
        on_step: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        """Trains to the end, then leaves the averaged weights in the model.

        Raises:
            KuzushijiError: the loss is not finite, or a checkpoint cannot be written; the last good
            checkpoint stays.
        """
        saved = time.monotonic()
        while self.step < self.steps:
            epoch = self.step // self.steps_per_epoch
            end = (epoch + 1) * self.steps_per_epoch
            started, first, before, rate = time.monotonic(), self.step, self.seconds, 0.0
            for batch in self.batches.ahead(self.step, end):
                rate = self._set_rate()
                self.losses.append(self._train_step(batch))
                self.step += 1
                self.seconds = before + time.monotonic() - started
                pace = (self.seconds - before) / (self.step - first)
                speed = self.recipe.fit.batch_size / pace
                left = (self.steps - self.step) * pace
                on_step(Progress(self.step, self.steps, epoch + 1, float(np.mean(self.losses)), speed, left))
                if self.step < end and time.monotonic() - saved > 60 * self.recipe.fit.checkpoint_minutes:
                    self._check()
                    self._save()
                    saved = time.monotonic()
            self._check()
            told = (self.seconds, speed, rate, float(np.mean(self.losses)), *self._measure())
            on_epoch(EpochRecord(epoch + 1, self.step, *told))
            self.seconds, self.losses = 0.0, []
            self._save()  # not before the epoch is on record: a run killed in between goes on from before it
        if self.average:
            self._swap()

    def _set_rate(self) -> float:
        fit = self.recipe.fit
        rate = learning_rate(fit.schedule, self.step / self.steps, fit.learning_rate, fit.warmup)
        self.optimizer.learning_rate = rate
        return rate

    def _train_step(self, batch: Batch) -> float:
        _seed_backend(batch.seed)
        loss = float(self.model.train_on_batch(batch.glyphs[:, None], batch.wanted))
        if not np.isfinite(loss):
            raise self._diverged(f"the loss is {loss}")
        if self.average:
            decay = min(self.recipe.fit.ema, (1 + self.step) / (10 + self.step))
            for mean, weight in zip(self.average, self.model.weights, strict=True):
                mean.assign(weight + decay * (mean - weight))
        return loss

    def _save(self) -> None:
        """Writes the checkpoint; comes after `_check`, else a run could never be taken up from it."""
        if self.checkpoint is None:
            return
        arrays = checkpoint.collect(self.model, self.average, self.step)
        arrays |= {"seconds": np.array(self.seconds), "losses": np.array(self.losses, np.float64)}
        checkpoint.save(self.checkpoint, arrays)

    def _check(self) -> None:
        """Raises KuzushijiError where the last update, whose loss is not known yet, wrecked the weights."""
        few = self.data.train.take(np.arange(min(_PROBE, len(self.data.train))))
        if not np.isfinite(logits(self.model, few)).all():
            raise self._diverged("the weights give no finite answers")

    def _diverged(self, what: str) -> KuzushijiError:
        epoch = self.step // self.steps_per_epoch
        kept = self.checkpoint is not None and self.checkpoint.is_file()
        return KuzushijiError(
            f"{what} at step {self.step + 1} (epoch {epoch + 1}): lower fit.learning_rate"
            + ("; the last good checkpoint is kept" if kept else "")
        )

    def _measure(self) -> tuple[float, float, float]:
        """Loss, accuracy and balanced accuracy of the (averaged) weights on the held-out part."""
        part = self.data.validation
        if part is None or not len(part):
            return (float("nan"),) * 3
        if self.average:
            self._swap()
        scores = logits(self.model, part)
        if self.average:
            self._swap()
        predicted = scores.argmax(1)
        return (
            negative_log_likelihood(scores, part.labels),
            metrics.accuracy(part.labels, predicted).value,
            metrics.balanced_accuracy(part.labels, predicted).value,
        )

    def _swap(self) -> None:
        """Exchanges the model's weights and their moving average."""
        from keras import ops

        for mean, weight in zip(self.average, self.model.weights, strict=True):
            kept = ops.copy(weight.value)
            weight.assign(mean.value)
            mean.assign(kept)


def _seed_backend(seed: int) -> None:
    """Makes dropout a function of the step: on PyTorch, Keras draws it from the global generator."""
    import keras

    if keras.backend.backend() == "torch":
        import torch

        torch.manual_seed(seed)


def _copies(model: Any) -> list[Any]:
    import keras

    return [keras.Variable(keras.ops.copy(w.value), trainable=False, dtype=w.dtype) for w in model.weights]


def logits(model: Any, part: Part, batch: int = 512) -> np.ndarray:
    """A Keras model's logits, float32 (n, c), for a part, without augmentation."""
    blocks = [
        model.predict_on_batch(part.images[i : i + batch, None].astype(np.float32) / 255)
        for i in range(0, len(part), batch)
    ]
    return np.concatenate(blocks)


def embeddings(model: Any, part: Part) -> np.ndarray:
    """A Keras model's last layer before the logits, float32 (n, d), for a part, without augmentation."""
    import keras

    return logits(keras.Model(model.input, model.get_layer("embedding").output), part)
