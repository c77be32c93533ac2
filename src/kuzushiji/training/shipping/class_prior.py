"""How often characters occur, put back into logits that were trained to be free of it.

Balanced softmax gives every class the same chance beforehand, which is right for scores averaged over classes
and wrong for a page, where a few dozen kana are most of the signs. A fraction of the log prior, added once
after training (Menon et al. 2021, logit adjustment, arXiv:2007.07314, in the other direction), is the dial
between the two.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kuzushiji.datasets.registry import K49_CLASSES, K49_TRAIN_COUNTS


def log_prior(classes: tuple[str, ...], counts: np.ndarray) -> np.ndarray:
    """The log of how often each class occurs, as far as the published sets tell.

    Args:
        classes: characters.
        counts: int (c,), their training images. For the kana of Kuzushiji-49 its official counts are taken
            instead (a sample of it may be uneven in another way), scaled to nothing: both sets were cut from
            the same books, sign by sign.

    Returns:
        float32 (c,), nats.

    >>> log_prior(("猫", "犬"), np.array([3, 1])).astype(float).round(3).tolist()
    [-0.288, -1.386]
    """
    official = dict(zip(K49_CLASSES, K49_TRAIN_COUNTS, strict=True))
    n = np.array([official.get(c, k) for c, k in zip(classes, counts.tolist(), strict=True)], np.float64)
    n = np.maximum(n, 1)
    return np.log(n / n.sum()).astype(np.float32)


def is_kana(classes: tuple[str, ...]) -> np.ndarray:
    """1 for the kana of Kuzushiji-49 (the iteration mark ゝ among them), 0 for others, float32 (c,).

    >>> is_kana(("か", "可")).tolist()
    [1.0, 0.0]
    """
    return np.isin(classes, K49_CLASSES).astype(np.float32)


def with_prior(model: Any, offset: np.ndarray) -> Any:
    """A Keras model that adds a constant to the logits of another; it shares that one's weights.

    Args:
        model: a functional ``keras.Model`` with logits (n, c).
        offset: float (c,), nats.
    """
    import keras

    from kuzushiji.models.heads import Offset

    last = Offset(name="offset")
    shifted = keras.Model(model.input, last(model.output), name=model.name)
    last.set_weights([np.asarray(offset, np.float32)])
    return shifted
