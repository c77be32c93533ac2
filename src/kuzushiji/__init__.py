"""Reads cursive classical Japanese, a page or a character at a time, and shows how a machine learns to.

Everything public is imported on first use, so ``import kuzushiji`` costs nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kuzushiji._lazy import lazily
from kuzushiji._version import __version__

# ONNX Runtime's own builds report to their maker unless this is set before it is imported, and every module
# of this package is imported after this one. Set it to 0 to allow that.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_LAZY = {
    "load": "kuzushiji.datasets",
    "Dataset": "kuzushiji.datasets",
    "lookup": "kuzushiji.characters",
    "read_image": "kuzushiji.images",
    "to_glyph": "kuzushiji.images",
    "Reader": "kuzushiji.reading",
    "Reading": "kuzushiji.reading",
    "Candidate": "kuzushiji.reading",
    "PageReader": "kuzushiji.pages",
    "Page": "kuzushiji.pages",
    "KuzushijiClassifier": "kuzushiji.training.estimator",
    "KuzushijiError": "kuzushiji.errors",
    "UsageError": "kuzushiji.errors",
}
__all__ = [*_LAZY, "__version__"]

if TYPE_CHECKING:
    from kuzushiji.characters import lookup as lookup
    from kuzushiji.datasets import Dataset as Dataset
    from kuzushiji.datasets import load as load
    from kuzushiji.errors import KuzushijiError as KuzushijiError
    from kuzushiji.errors import UsageError as UsageError
    from kuzushiji.images import read_image as read_image
    from kuzushiji.images import to_glyph as to_glyph
    from kuzushiji.pages import Page as Page
    from kuzushiji.pages import PageReader as PageReader
    from kuzushiji.reading import Candidate as Candidate
    from kuzushiji.reading import Reader as Reader
    from kuzushiji.reading import Reading as Reading
    from kuzushiji.training.estimator import KuzushijiClassifier as KuzushijiClassifier
else:
    __getattr__, __dir__ = lazily(__name__, _LAZY)
