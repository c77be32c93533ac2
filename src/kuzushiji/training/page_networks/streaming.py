"""A training loop over an endless stream: each step's batch is a function of the seed and the step alone.

The page networks learn from composed pages, of which there is no end: there are no epochs, only steps. Like
the other loop (`kuzushiji.training.fitting.loop`) it can be killed and resumed.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.training.fitting import checkpoint
from kuzushiji.training.fitting.schedule import learning_rate

Example = tuple[np.ndarray, Any]
"""What the network takes, and what the loss compares with."""


@dataclass(frozen=True)
class StreamRecord:
    """One line of ``metrics.csv``."""

    step: int
    seconds: float
    learning_rate: float
    loss: float


class _Learner(keras.Model):
    """A network with a loss over all its outputs and any targets."""

    def __init__(self, network: Any, loss: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self.network, self._own_loss = network, loss

    def call(self, x: Any, training: bool | None = None) -> Any:
        return self.network(x, training=training)

    def compute_loss(self, x: Any, y: Any, y_pred: Any, *_: Any, **__: Any) -> Any:
        return self._own_loss(y, y_pred)


class StreamLoop:
    """Trains a network on a stream.

    Args:
        network: a Keras model, built.
        loss: of targets and outputs, written with ``keras.ops``.
        examples: the batch of a step; None where there is nothing to learn (the step is passed over).
        steps: how many.
        rate: peak learning rate of AdamW.
        folder: for ``checkpoint.npz`` and ``metrics.csv``.
        ema: decay of the moving average of the weights that is kept at the end.
        weight_decay: of AdamW.
        warmup: share of the steps over which the rate rises.
    """

    def __init__(
        self,
        network: Any,
        loss: Callable[[Any, Any], Any],
        examples: Callable[[int], Example | None],
        steps: int,
        rate: float,
        folder: Path,
        ema: float = 0.998,
        weight_decay: float = 1e-3,
        warmup: float = 0.02,
    ) -> None:
        self.network, self._examples, self.steps = network, examples, steps
        self._rate, self._ema, self._warmup, self._folder = rate, ema, warmup, folder
        self.optimizer = keras.optimizers.AdamW(
            learning_rate=rate, weight_decay=weight_decay, beta_1=0.9, beta_2=0.98, global_clipnorm=3.0
        )
        self._learner = _Learner(network, loss)
        self._learner.compile(optimizer=self.optimizer, jit_compile=False)
        self.optimizer.build(network.trainable_variables)
        self.average = [
            keras.Variable(keras.ops.convert_to_numpy(w).copy(), trainable=False) for w in network.weights
        ]
        self.step = 0

    @property
    def checkpoint(self) -> Path:
        """The file of the last good state."""
        return self._folder / "checkpoint.npz"

    def resume(self) -> None:
        """Takes the state up from the checkpoint.

        Raises:
            KuzushijiError: there is none, or it is of another network.
        """
        self.step = checkpoint.restore(self._stateful(), self.average, checkpoint.load(self.checkpoint))

    def run(
        self, every: int = 50, minutes: float = 5.0, watch: Callable[[StreamRecord], None] = print
    ) -> None:
        """Trains to the end, then leaves the averaged weights in the network.

        Args:
            every: steps per line of ``metrics.csv``.
            minutes: between two checkpoints.
            watch: told each line.

        Raises:
            KuzushijiError: the loss is not finite, or a checkpoint cannot be written.
        """
        started = saved = time.monotonic()
        losses: list[float] = []
        with ThreadPoolExecutor(1, thread_name_prefix="stream") as worker:
            coming = worker.submit(self._examples, self.step)
            while self.step < self.steps:
                example = coming.result()
                coming = worker.submit(self._examples, self.step + 1)
                rate = learning_rate("one-cycle", self.step / self.steps, self._rate, self._warmup)
                self.optimizer.learning_rate = max(rate, 0.02 * self._rate * (self.step > self.steps / 2))
                if example is not None:
                    losses.append(self._train_step(*example))
                self.step += 1
                if self.step % every == 0 and losses:
                    line = StreamRecord(
                        self.step, time.monotonic() - started, float(rate), float(np.mean(losses))
                    )
                    self._record(line)
                    watch(line)
                    losses = []
                if time.monotonic() - saved > 60 * minutes:
                    self._save()
                    saved = time.monotonic()
            coming.cancel()
        self._save()
        self.use_average()

    def use_average(self) -> None:
        """Puts the moving average of the weights into the network."""
        for weight, mean in zip(self.network.weights, self.average, strict=True):
            weight.assign(mean)

    def _train_step(self, x: np.ndarray, y: Any) -> float:
        loss = float(self._learner.train_on_batch(x, y))
        if not np.isfinite(loss):
            raise KuzushijiError(
                f"the loss is {loss} at step {self.step}: resume from {self.checkpoint} with a lower rate"
            )
        decay = min(self._ema, (1 + self.step) / (10 + self.step))
        for mean, weight in zip(self.average, self.network.weights, strict=True):
            mean.assign(weight + decay * (mean - weight))
        return loss

    def _save(self) -> None:
        checkpoint.save(self.checkpoint, checkpoint.collect(self._stateful(), self.average, self.step))

    def _stateful(self) -> Any:
        class Both:
            variables = self.network.variables
            optimizer = self.optimizer

        return Both

    def _record(self, line: StreamRecord) -> None:
        path = self._folder / "metrics.csv"
        new = not path.exists()
        with open(path, "a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, [x.name for x in fields(StreamRecord)])
            if new:
                writer.writeheader()
            writer.writerow(asdict(line))
