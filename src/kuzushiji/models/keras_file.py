"""A ``.keras`` file of this package, opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kuzushiji.errors import KuzushijiError


def open_keras(path: Path) -> Any:
    """Loads a ``.keras`` file.

    Raises:
        KuzushijiError: it is not one, or of another package.
    """
    import keras

    try:
        model = keras.saving.load_model(path, compile=False)
        # Older files have their input in a list, and Keras warns where such a model is given an array.
        return keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    except (ValueError, OSError, TypeError, KeyError) as e:
        reason = str(e).splitlines()[0]
        raise KuzushijiError(f"{path} is not a Keras model of this package: {reason}") from e
