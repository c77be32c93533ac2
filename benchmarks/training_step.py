"""What Keras and augmentation cost in a training step, as ratios within one run.

Goals: at least 0.9 of the images a second of the same network in bare PyTorch; augmentation at most 15 % of
a step. And what ``fit.bfloat16`` gains, on the network of recipes/reader.toml too, which is larger. Thread
count as the environment gives it (OMP_NUM_THREADS), else all cores.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np
from bench import NotHereError, Row

RECIPE = Path(__file__).parents[1] / "recipes" / "kmnist-base.toml"
READER, READER_CLASSES = RECIPE.with_name("reader.toml"), 3881
STEPS = 12  # in one round
ROUNDS = 7


def measure() -> Iterator[Row]:
    """Alternates rounds of the same training in Keras and in bare PyTorch; augmentation by itself."""
    try:
        import torch
    except ModuleNotFoundError as e:
        raise NotHereError("PyTorch is not installed") from e
    from kuzushiji.training.recipe import load_recipe

    recipe = load_recipe(RECIPE)
    n = recipe.fit.batch_size
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (n * STEPS, 28, 28), np.uint8)
    labels = rng.integers(0, 10, n * STEPS)
    keras_round, torch_round = _keras(recipe, images, labels), _torch(images, labels, n)
    keras_round(), torch_round()  # the first steps pay for kernels being chosen
    pairs = [(_timed(keras_round), _timed(torch_round)) for _ in range(ROUNDS)]
    augment = statistics.median(
        _timed(lambda: [recipe.augment(images[:n], rng) for _ in range(STEPS)]) for _ in range(ROUNDS)
    )
    ours = statistics.median(a for a, _ in pairs)
    short = replace(recipe, fit=replace(recipe.fit, bfloat16=True))
    gain = _gain(keras_round, _keras(short, images, labels))
    reader = load_recipe(READER)
    whole = replace(reader, fit=replace(reader.fit, bfloat16=False))
    large = rng.integers(
        0, 256, (reader.fit.batch_size * STEPS, reader.data.size, reader.data.size), np.uint8
    )
    many = rng.integers(0, READER_CLASSES, len(large))
    reader_gain = _gain(_keras(whole, large, many), _keras(reader, large, many))
    total = len(images)
    yield Row("threads", torch.get_num_threads(), "threads", 1)
    yield Row("Keras, images a second", total / ours, "1/s", ROUNDS)
    yield Row("bare PyTorch, images a second", total / statistics.median(b for _, b in pairs), "1/s", ROUNDS)
    yield Row("Keras speed", statistics.median(b / a for a, b in pairs), "ratio", ROUNDS, "bare PyTorch")
    yield Row("bfloat16 speed", gain, "ratio", ROUNDS, "float32")
    yield Row("bfloat16 speed, the reader's network", reader_gain, "ratio", ROUNDS, "float32")
    yield Row("augmentation of a step", augment / (ours + augment), "ratio", ROUNDS, "step with augmentation")


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _gain(slow: Callable[[], None], fast: Callable[[], None]) -> float:
    """How many times as fast the second is, in alternating rounds."""
    slow(), fast()
    return statistics.median(_timed(slow) / _timed(fast) for _ in range(ROUNDS))


def _keras(recipe: object, images: np.ndarray, labels: np.ndarray) -> Callable[[], None]:
    """Steps of the package's own loop, with SGD and without averaging: the arithmetic of the other side."""
    from kuzushiji import models
    from kuzushiji.training.augment import Augment
    from kuzushiji.training.examples.assembly import Assembled, Part
    from kuzushiji.training.fitting.loop import Loop

    fit = replace(recipe.fit, optimizer="sgd", ema=0.0, label_smoothing=0.0, epochs=1_000_000)
    plain = replace(recipe, fit=fit, augment=Augment(), data=replace(recipe.data, soften=0.0, voiced=0.0))
    classes = tuple(map(chr, range(0x4E00, 0x4E00 + max(10, int(labels.max()) + 1))))
    model = models.create("residual", len(classes), images.shape[1], **recipe.model.options)
    loop = Loop(model, plain, Assembled(classes, Part(images, labels), None))

    def run() -> None:
        loop.step = 0
        for _ in range(STEPS):
            loop._train_step(loop.batches[loop.step])
            loop.step += 1

    return run


def _torch(images: np.ndarray, labels: np.ndarray, n: int) -> Callable[[], None]:
    """The network of `kuzushiji.models.residual` with its default options, in PyTorch at its fastest:
    with channels last in memory."""
    import torch
    from torch import nn

    def convolve(before: int, width: int, stride: int = 1) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width, 1e-5, 0.1), nn.ReLU()
        )

    class Residual(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.body = nn.Sequential(convolve(width, width), convolve(width, width))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self.body(x)

    net = nn.Sequential(
        convolve(1, 24),
        convolve(24, 48, 2),
        Residual(48),
        convolve(48, 96, 2),
        Residual(96),
        convolve(96, 96),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(96, 10),
    ).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)

    def run() -> None:
        for k in range(STEPS):
            part = slice(k * n, (k + 1) * n)
            glyphs = torch.from_numpy(images[part, None].astype(np.float32) / 255)
            glyphs = glyphs.to(memory_format=torch.channels_last)
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(glyphs), torch.from_numpy(labels[part]))
            loss.backward()
            optimizer.step()
            loss.item()

    return run
