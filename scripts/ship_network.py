"""Puts a page network into the package: ``python scripts/ship_network.py RUN``.

Copies a finished run's ONNX file to src/kuzushiji/weights/pages/NAME-HASH.onnx (HASH: first 8 hex digits of
its SHA-256) and its card to NAME.md there; the earlier version goes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from kuzushiji.weights.network import FOLDER


def ship(run: Path) -> Path:
    """Copies network and card; returns the network's new path. Changes nothing unless both are there."""
    network = (run / "model.onnx").read_bytes()
    card = (run / "MODEL_CARD.md").read_text(encoding="utf-8")
    name = json.loads((run / "config.json").read_text(encoding="utf-8"))["network"]
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob(f"{name}-????????.onnx"):
        old.unlink()
    path = FOLDER / f"{name}-{hashlib.sha256(network).hexdigest()[:8]}.onnx"
    path.write_bytes(network)
    (FOLDER / f"{name}.md").write_text(card, encoding="utf-8")
    return path


if __name__ == "__main__":
    print(ship(Path(sys.argv[1])))
