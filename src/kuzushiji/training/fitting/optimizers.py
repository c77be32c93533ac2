"""Optimizers by name, with weight decay kept off biases and normalizations."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from kuzushiji.errors import UsageError
from kuzushiji.training.recipe import Fit

HEAD_DECAY = 0.004
"""Weight decay of the head under ``muon``, which leaves it to Adam: Keras' own, whatever the kernels' is."""


def make(fit: Fit) -> Any:
    """The ``keras.optimizers`` object that a recipe's ``fit`` table names."""
    from keras import optimizers

    decay = {"weight_decay": fit.weight_decay} if fit.weight_decay else {}
    if fit.optimizer == "sgd":
        made = optimizers.SGD(fit.learning_rate, momentum=fit.momentum, nesterov=True, **decay)
    elif fit.optimizer == "adadelta":
        made = optimizers.Adadelta(fit.learning_rate, **decay)
    elif fit.optimizer == "adam":
        made = optimizers.Adam(fit.learning_rate, **decay)
    elif fit.optimizer == "adamw":
        made = optimizers.AdamW(fit.learning_rate, weight_decay=fit.weight_decay)
    elif fit.optimizer == "muon":
        made = _convolution_muon("bfloat16" if fit.bfloat16 else "float32")(
            fit.learning_rate,
            weight_decay=fit.weight_decay,
            adam_weight_decay=HEAD_DECAY if fit.weight_decay else 0.0,
            exclude_layers=["logits"],
        )
    else:
        raise UsageError(f"fit.optimizer is {fit.optimizer!r}; there are: sgd, adadelta, adam, adamw, muon")
    if fit.weight_decay:
        made.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    return made


def _convolution_muon(precision: str) -> type:
    """Keras' Muon, extended to convolution kernels.

    Keras orthogonalizes the updates of matrices only and leaves kernels (3, 3, in, out) to Adam; here a
    kernel is the matrix (9 in, out), as Jordan et al. 2024 (the Muon optimizer) do, in the precision that is
    given: bfloat16 is their choice. Updates are scaled by the root of the longer side (Liu et al. 2025,
    arXiv:2502.16982). The head and all vectors stay with Adam.
    """
    import keras
    from keras import ops

    class ConvolutionMuon(keras.optimizers.Muon):
        def _should_use_adamw(self, variable: Any) -> bool:
            excluded = any(re.search(name, variable.path) for name in self.exclude_layers)
            return len(variable.shape) < 2 or excluded

        def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
            flat = ops.cast(ops.reshape(x, (-1, x.shape[-1])), precision)
            flat = super().zeropower_via_newtonschulz5(flat, steps)
            return ops.cast(ops.reshape(flat, x.shape), x.dtype)

        def lr_adjust(self, x: Any) -> Any:
            rows, columns = int(np.prod(x.shape[:-1])), x.shape[-1]
            return x * (self.rms_rate * max(rows, columns) ** 0.5)

    return ConvolutionMuon
