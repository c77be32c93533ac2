"""A ``.keras`` file of this package, opened."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from kuzushiji.errors import KuzushijiError

_MOST_MEMBERS = 1000  # files in a .keras archive, which has three
_SMALL = 64 << 20  # bytes that such an archive may unpack to, beside four times its own: Keras packs nothing


def open_keras(path: Path) -> Any:
    """Loads a ``.keras`` file.

    Raises:
        KuzushijiError: it is not one, or of another package.
    """
    import keras

    _check_archive(path)
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        # Older files have their input in a list, and Keras warns where such a model is given an array.
        return keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    except Exception as e:  # what a hostile file trips is not foreseen
        reason = next(iter(str(e).splitlines()), type(e).__name__)
        raise KuzushijiError(f"{path} is not a Keras model of this package: {reason}") from e


def _check_archive(path: Path) -> None:
    """Makes sure that a ``.keras`` file is what Keras writes: a few files, stored as they are."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile) as e:
        raise KuzushijiError(f"{path} is not a Keras model: {e}") from e
    unpacked, packed = sum(each.file_size for each in members), path.stat().st_size
    if len(members) > _MOST_MEMBERS or unpacked > 4 * packed + _SMALL:
        raise KuzushijiError(
            f"{path} is not a Keras model of this package: {packed:,} bytes would unpack to {unpacked:,}"
        )
    if "config.json" not in {each.filename for each in members}:
        raise KuzushijiError(f"{path} is not a Keras model: it has no config.json")
