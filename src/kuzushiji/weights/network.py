"""A page network on onnxruntime: arrays in, arrays out, and what its file says about it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji._machine import cores
from kuzushiji.errors import KuzushijiError
from kuzushiji.weights.info import METADATA_KEY

FOLDER = Path(__file__).parent / "pages"
"""The shipped page networks: ``NAME-<first 8 hex digits of the SHA-256>.onnx``, each beside its card."""
_SHIPPED = re.compile(r"(?P<name>[a-z]+)-[0-9a-f]{8}\.onnx")


def network_file(name: str) -> Path:
    """The file of a shipped page network, by name: ``detector`` or ``column``.

    Raises:
        KuzushijiError: this installation lacks it.
    """
    for path in sorted(FOLDER.glob("*.onnx")):
        match = _SHIPPED.fullmatch(path.name)
        if match and match["name"] == name:
            return path
    raise KuzushijiError(f"the page network {name!r} is missing: reinstall kuzushiji")


class Network:
    """One network in memory; safe to share between threads.

    Args:
        path: an ``.onnx`` file with our metadata.
        threads: CPU threads for one call; None for all that this process may use.

    Attributes:
        path: the file.
        info: what the file says about itself.

    Raises:
        KuzushijiError: the file cannot be loaded, or is none of ours.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        from kuzushiji.weights.model import _session

        self.path = path
        self._session = _session(path, threads or cores())
        props = self._session.get_modelmeta().custom_metadata_map
        try:
            self.info: dict[str, Any] = json.loads(props[METADATA_KEY])
        except (KeyError, ValueError) as e:
            raise KuzushijiError(f"{path}: no page network of ours (its metadata: {e})") from e
        self._input = self._session.get_inputs()[0].name

    def run(self, outputs: Sequence[str], array: np.ndarray) -> list[np.ndarray]:
        """The named outputs for one input array, float32."""
        found: list[np.ndarray] = self._session.run(list(outputs), {self._input: array})
        return found
