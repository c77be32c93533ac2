"""What the column network says of a column, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuzushiji.images.page import CHARACTER, EDGE, STEP, STRIP_WIDTH, Strip
from kuzushiji.weights.network import Network

_BATCH_ROWS = 6000  # rows of strips, padded, in one call of the network


@dataclass(frozen=True)
class Frames:
    """One column as the network sees it.

    Attributes:
        log_p: float32 (t, 1 + classes): log probabilities, the blank first.
        boxes: float32 (t, 4): left, top, right, bottom in strip pixels, as if a character were at each frame.
        marks: float32 (t, 2): probabilities of a voicing mark and of a semi-voicing mark.
    """

    log_p: np.ndarray
    boxes: np.ndarray
    marks: np.ndarray


class ColumnNetwork:
    """Runs the column network over strips.

    Args:
        network: the network.

    Attributes:
        classes: its classes, in order; class ``k`` is column ``k + 1`` of ``log_p``.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.classes: tuple[str, ...] = tuple(network.info["classes"])

    def __call__(self, strips: Sequence[Strip]) -> list[Frames]:
        """Frames of each strip, in order."""
        found: list[Frames | None] = [None] * len(strips)
        order = sorted(range(len(strips)), key=lambda k: len(strips[k].ink))
        batch: list[int] = []
        for k in order:
            if batch and (len(batch) + 1) * len(strips[k].ink) > _BATCH_ROWS:
                self._run(strips, batch, found)
                batch = []
            batch.append(k)
        if batch:
            self._run(strips, batch, found)
        return [frames for frames in found if frames is not None]

    def _run(self, strips: Sequence[Strip], batch: list[int], found: list[Frames | None]) -> None:
        rows = -(-max(len(strips[k].ink) for k in batch) // STEP) * STEP
        ink = np.zeros((len(batch), 1, rows, STRIP_WIDTH), np.float32)
        for i, k in enumerate(batch):
            ink[i, 0, : len(strips[k].ink)] = strips[k].ink
        logits, boxes, marks = self._network.run(["logits", "boxes", "marks"], ink)
        for i, k in enumerate(batch):
            frames = -(-len(strips[k].ink) // STEP)
            found[k] = Frames(
                log_softmax(logits[i, :frames]),
                decode_boxes(boxes[i, :frames]),
                1 / (1 + np.exp(-marks[i, :frames])),
            )


def decode_boxes(coded: np.ndarray) -> np.ndarray:
    """Boxes in strip pixels of the network's offsets, float (t, 4)."""
    middle = (np.arange(len(coded)) + 0.5) * STEP
    left, top, right, bottom = coded.T
    return np.stack(
        [
            (left + EDGE) * CHARACTER,
            (top - 0.5) * CHARACTER + middle,
            (right + EDGE) * CHARACTER,
            (bottom + 0.5) * CHARACTER + middle,
        ],
        1,
    )


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Log probabilities along the last axis, of the same shape."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float32)
