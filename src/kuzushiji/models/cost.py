"""What a network costs: parameters and multiply-accumulates (MACs) a glyph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Cost:
    """Parameters (without optimizer state) and multiply-accumulates for one glyph."""

    parameters: int
    macs: int


def cost(model: Any) -> Cost:
    """Counts a functional Keras model's convolutions and dense layers; the rest costs next to nothing.

    Args:
        model: built, with channels first.
    """
    from keras import layers

    from kuzushiji.models.heads import CosineHead

    macs = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            macs += int(np.prod(layer.kernel.shape)) * int(np.prod(layer.output.shape[2:]))
        elif isinstance(layer, layers.Dense):
            macs += int(np.prod(layer.kernel.shape))
        elif isinstance(layer, CosineHead):
            macs += int(np.prod(layer.directions.shape))
    return Cost(int(model.count_params()), macs)
