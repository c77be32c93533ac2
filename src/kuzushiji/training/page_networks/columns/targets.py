"""Strips as one batch: packed ink, labels for CTC, and what each frame should say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kuzushiji.images.page import CHARACTER, EDGE, STEP, STRIP_WIDTH
from kuzushiji.training.page_networks.columns.strips import LabelledStrip

LANE = 1200
"""Rows of a lane, pixels: a multiple of `STEP`, and no less than the longest strip."""
IGNORED = -1
"""Frames that no loss looks at: beside a character's own, and padding."""


def batch(strips: Sequence[LabelledStrip], lanes: int = 8) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Packs strips into lanes of one length: strips in one lane follow each other, as one longer column.

    A batch of one shape is faster than one that is padded to its longest strip: less is padding, and the
    kernels are chosen once.

    Args:
        strips: one or more; those for which there is no room are left out.
        lanes: how many.

    Returns:
        Ink float32 (lanes, 1, LANE, STRIP_WIDTH), and the targets: ``labels`` int32 (lanes, most),
        ``label_lengths`` and ``frame_lengths`` int32 (lanes,), ``frames`` int32 (lanes, t) with the class at
        a character's middle, 0 for the blank and `IGNORED`, ``boxes`` float32 (lanes, t, 4) (see `encode`),
        ``marks`` float32 (lanes, t, 2).
    """
    t = LANE // STEP
    ink = np.zeros((lanes, 1, LANE, STRIP_WIDTH), np.float32)
    used, labels = [0] * lanes, [list[int]() for _ in range(lanes)]
    frames = np.full((lanes, t), IGNORED, np.int32)
    boxes, marks = np.zeros((lanes, t, 4), np.float32), np.zeros((lanes, t, 2), np.float32)
    for s in sorted(strips, key=lambda s: -len(s.ink)):
        height = -(-len(s.ink) // STEP)
        lane = next((k for k in range(lanes) if used[k] + height <= t), None)
        if lane is None:
            continue
        first = used[lane]
        used[lane] += height
        ink[lane, 0, first * STEP : first * STEP + len(s.ink)] = s.ink
        labels[lane] += s.labels.tolist()
        own = np.zeros(height, np.int32)
        middle = (s.boxes[:, 1] + s.boxes[:, 3]) / 2
        at = np.clip((middle / STEP).astype(int), 0, height - 1)
        for d in (-1, 1):
            own[np.clip(at + d, 0, height - 1)] = IGNORED
        own[at] = s.labels
        frames[lane, first : first + height] = own
        boxes[lane, first + at] = encode(s.boxes, at)
        marks[lane, first + at] = s.marks
    padded = np.zeros((lanes, max(1, *map(len, labels))), np.int32)
    for lane, row in enumerate(labels):
        padded[lane, : len(row)] = row
    return ink, {
        "labels": padded,
        "label_lengths": np.array([len(row) for row in labels], np.int32),
        "frame_lengths": np.array([max(n, 1) for n in used], np.int32),
        "frames": frames,
        "boxes": boxes,
        "marks": marks,
    }


def encode(boxes: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Boxes, float (n, 4) in strip pixels, as offsets from a usual box at their frames, in characters."""
    middle = (frames + 0.5) * STEP
    left, top, right, bottom = boxes.T
    across = left / CHARACTER - EDGE, right / CHARACTER - EDGE
    down = (top - middle) / CHARACTER + 0.5, (bottom - middle) / CHARACTER - 0.5
    return np.stack([across[0], down[0], across[1], down[1]], 1).astype(np.float32)
