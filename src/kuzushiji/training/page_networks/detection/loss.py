"""The loss of the detector: focal on the heat, L1 on sizes and offsets, and overlap of the boxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras import ops


def loss(y: Mapping[str, Any], maps: Any) -> Any:
    """The mean loss per character.

    Focal loss of Lin et al. 2017 (arXiv:1708.02002) in the form of Law and Deng 2018 (arXiv:1808.01244);
    sizes by L1, and by one minus the overlap of the two boxes (Yu et al. 2016, arXiv:1608.01471), which pulls
    at a box's edges as the measure of success does.

    Args:
        y: from `kuzushiji.training.page_networks.detection.targets.targets`.
        maps: of `kuzushiji.models.detector.detector_network`.
    """
    y = {name: ops.convert_to_tensor(value) for name, value in y.items()}
    maps = ops.cast(maps, "float32")
    p = ops.clip(ops.sigmoid(maps[:, :2]), 1e-5, 1 - 1e-5)
    hit = y["peaks"] * (1 - p) ** 2 * ops.log(p)
    miss = (1 - y["peaks"]) * (1 - y["heat"]) ** 4 * p**2 * ops.log(1 - p)
    focal = -ops.sum(hit + miss) / ops.maximum(ops.sum(y["peaks"]), 1.0)
    weight = y["weight"] / ops.maximum(ops.sum(y["weight"]), 1.0)
    apart = ops.abs(maps[:, 2:] - y["shape"])
    sizes = ops.sum(apart[:, :2] * weight) + 0.5 * ops.sum(apart[:, 2:] * weight)
    overlap = _overlap(maps[:, 2:], y["shape"])
    return focal + 0.7 * sizes + 0.7 * ops.sum((1 - overlap) * weight[:, 0])


def _overlap(a: Any, b: Any) -> Any:
    """Intersection over union of the boxes that two maps (n, 4, h, w) give at the same cells."""
    wa, ha, wb, hb = (
        ops.exp(ops.clip(a[:, 0], -2, 5)),
        ops.exp(ops.clip(a[:, 1], -2, 5)),
        ops.exp(b[:, 0]),
        ops.exp(b[:, 1]),
    )
    wide = ops.minimum(a[:, 2] + wa / 2, b[:, 2] + wb / 2) - ops.maximum(a[:, 2] - wa / 2, b[:, 2] - wb / 2)
    high = ops.minimum(a[:, 3] + ha / 2, b[:, 3] + hb / 2) - ops.maximum(a[:, 3] - ha / 2, b[:, 3] - hb / 2)
    both = ops.maximum(wide, 0.0) * ops.maximum(high, 0.0)
    return both / (wa * ha + wb * hb - both + 1e-6)
