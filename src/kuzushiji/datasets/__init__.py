"""The three CODH data sets and your own: download, formats, cache, splits.

Public names are imported on first use; :data:`ATTRIBUTION` is to be shown wherever the images, or anything
made from them, are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kuzushiji._lazy import lazily
from kuzushiji.datasets.registry import ATTRIBUTION as ATTRIBUTION
from kuzushiji.datasets.registry import LICENCE as LICENCE

_LAZY = {
    "load": "kuzushiji.datasets.loading",
    "on_this_machine": "kuzushiji.datasets.loading",
    "names": "kuzushiji.datasets.registry",
    "Dataset": "kuzushiji.datasets.dataset",
    "ImageView": "kuzushiji.datasets.dataset",
    "cache_dir": "kuzushiji.datasets.cache",
    "shifted_holdout": "kuzushiji.datasets.shifted",
}
__all__ = [*_LAZY, "ATTRIBUTION", "LICENCE"]

if TYPE_CHECKING:
    from kuzushiji.datasets.cache import cache_dir as cache_dir
    from kuzushiji.datasets.dataset import Dataset as Dataset
    from kuzushiji.datasets.dataset import ImageView as ImageView
    from kuzushiji.datasets.loading import load as load
    from kuzushiji.datasets.loading import on_this_machine as on_this_machine
    from kuzushiji.datasets.registry import names as names
    from kuzushiji.datasets.shifted import shifted_holdout as shifted_holdout
else:
    __getattr__, __dir__ = lazily(__name__, _LAZY)
