"""The three CODH data sets and one's own: download, formats, cache, splits.

Public names are imported on first use; :data:`ATTRIBUTION` is to be shown wherever the images, or anything
made from them, are.
"""

from __future__ import annotations

import importlib
from typing import Any

from kuzushiji.datasets.registry import ATTRIBUTION, LICENCE

_LAZY = {
    "load": "kuzushiji.datasets.loading",
    "names": "kuzushiji.datasets.loading",
    "on_this_machine": "kuzushiji.datasets.loading",
    "Dataset": "kuzushiji.datasets.dataset",
    "ImageView": "kuzushiji.datasets.dataset",
    "cache_dir": "kuzushiji.datasets.cache",
    "shifted_holdout": "kuzushiji.datasets.shifted",
}
__all__ = ["ATTRIBUTION", "LICENCE", *_LAZY]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'kuzushiji.datasets' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
