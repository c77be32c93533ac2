"""Checkpoints: all that a run needs to go on as if it had never stopped."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji._files import replacing
from kuzushiji.errors import KuzushijiError


def save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays to ``path`` (npz) so that a reader sees the old file or the new one, never half of one.

    Raises:
        KuzushijiError: the disk is full or the folder cannot be written; an old file is as it was.
    """
    try:
        with replacing(path) as part, open(part, "wb") as f:
            np.savez(f, allow_pickle=False, **dict(arrays))
            f.flush()
            os.fsync(f.fileno())
    except OSError as e:
        kept = "the last good one is kept: " if path.is_file() else ""
        raise KuzushijiError(
            f"checkpoint {path}: {e.strerror or e}; {kept}make room, then --resume {path.parent}"
        ) from e


def load(path: Path) -> dict[str, np.ndarray]:
    """Reads what `save` wrote.

    Raises:
        KuzushijiError: no checkpoint there, or not one of ours.
    """
    try:
        with np.load(path, allow_pickle=False) as f:
            return {k: f[k] for k in f.files}
    except FileNotFoundError as e:
        raise KuzushijiError(
            f"{path.parent} holds no checkpoint: nothing to resume; train without --resume"
        ) from e
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as e:
        raise KuzushijiError(f"checkpoint {path} cannot be read: {e}") from e


def collect(model: Any, average: list[Any], step: int) -> dict[str, np.ndarray]:
    """The state of a run as arrays: weights, random states, optimizer, moving average, step."""
    arrays = {"step": np.array(step, np.int64)}
    for prefix, variables in _groups(model, average):
        arrays |= {f"{prefix}{i:04d}": np.asarray(_numpy(v)) for i, v in enumerate(variables)}
    return arrays


def restore(model: Any, average: list[Any], arrays: Mapping[str, np.ndarray]) -> int:
    """Puts collected arrays back and returns the step.

    Raises:
        KuzushijiError: the arrays are of another network.
    """
    for prefix, variables in _groups(model, average):
        for i, variable in enumerate(variables):
            value = arrays.get(f"{prefix}{i:04d}")
            if value is None or tuple(value.shape) != tuple(variable.shape):
                raise KuzushijiError(
                    "the checkpoint is of another network than the recipe's: start a new run"
                )
            variable.assign(value)
    return int(arrays["step"])


def _groups(model: Any, average: list[Any]) -> tuple[tuple[str, list[Any]], ...]:
    seen = model.variables
    return (("model", seen), ("optimizer", model.optimizer.variables), ("average", average))


def _numpy(variable: Any) -> np.ndarray:
    from keras import ops

    return ops.convert_to_numpy(variable)
