"""Reads cursive classical Japanese, one character at a time, and shows how a machine learns to.

Everything public is imported on first use, so ``import kuzushiji`` costs nothing.
"""

from __future__ import annotations

from kuzushiji._version import __version__

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
