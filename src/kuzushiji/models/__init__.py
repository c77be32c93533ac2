"""CNNs in Keras, one file for each architecture, and a small registry.

Importing this room imports Keras; the backend is PyTorch unless ``KERAS_BACKEND`` says otherwise.
"""

from __future__ import annotations

import os

from kuzushiji.errors import need

os.environ.setdefault("KERAS_BACKEND", "torch")
need("keras", extra="train")
need(os.environ["KERAS_BACKEND"], extra="train")

from kuzushiji.models import residual, tutorial  # noqa: E402, F401  (they register themselves)
from kuzushiji.models.registry import create, names, register  # noqa: E402

__all__ = ["create", "names", "register"]
