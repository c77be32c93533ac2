"""Reads cursive classical Japanese, one character at a time, and shows how a machine learns to.

Everything public is imported on first use, so ``import kuzushiji`` costs nothing.
"""

from __future__ import annotations

import os

from kuzushiji._version import __version__

# ONNX Runtime's own builds report to their maker unless this is set before it is imported, and every module
# of this package is imported after this one. Who wants that sets it to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_LAZY = {
    "load": "kuzushiji.datasets",
    "Dataset": "kuzushiji.datasets",
    "lookup": "kuzushiji.characters",
    "read_image": "kuzushiji.images",
    "to_glyph": "kuzushiji.images",
    "Reader": "kuzushiji.reading",
    "KuzushijiClassifier": "kuzushiji.training.estimator",
    "KuzushijiError": "kuzushiji.errors",
}
__all__ = [*_LAZY, "__version__"]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        import importlib

        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'kuzushiji' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
