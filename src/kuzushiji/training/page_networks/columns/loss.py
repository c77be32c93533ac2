"""The loss of the column network: CTC over the strip, cross-entropy at known frames, boxes, marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras import ops


def loss(y: Mapping[str, Any], outputs: Any, frame_share: float = 0.3) -> Any:
    """The mean loss per character.

    Connectionist temporal classification (Graves et al. 2006, doi:10.1145/1143844.1143891) sums over all
    alignments; the frames of composed strips are known too, and learning from both at once converges from the
    first steps on.

    Args:
        y: from `kuzushiji.training.page_networks.columns.targets.batch`.
        outputs: of `kuzushiji.models.column.column_network`.
        frame_share: weight of the cross-entropy at known frames.
    """
    logits, boxes, marks = outputs
    y = {name: ops.convert_to_tensor(value) for name, value in y.items()}
    logits = ops.cast(logits, "float32")
    frames, lengths = y["frames"], y["label_lengths"]
    characters = ops.cast(ops.sum(lengths), "float32")
    ctc = ops.sum(ops.ctc_loss(y["labels"], logits, lengths, y["frame_lengths"], mask_index=0))
    log_p = ops.log_softmax(logits, axis=-1)
    known = ops.cast(frames >= 0, "float32")
    chosen = ops.take_along_axis(log_p, ops.maximum(frames, 0)[..., None], axis=-1)[..., 0]
    framewise = -ops.sum(chosen * known)
    own = ops.cast(frames > 0, "float32")
    apart = ops.mean(ops.abs(ops.cast(boxes, "float32") - y["boxes"]), axis=-1)
    marked = ops.binary_crossentropy(y["marks"], ops.cast(marks, "float32"), from_logits=True)
    marked = ops.mean(marked, axis=-1) if len(marked.shape) == 3 else marked
    total = ctc + frame_share * framewise + ops.sum((0.7 * apart + 0.3 * marked) * own)
    return total / characters
