"""Real pages whose text is known, as strips to learn from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.images.read import read_picture
from kuzushiji.training.page_networks.columns.real import RealColumn, RealStrips


def real_strips(pages: Path, columns: Path, classes: Sequence[str]) -> RealStrips:
    """The columns that ``scripts/align_columns.py`` found on real pages.

    Args:
        pages: folder with the pictures ``NAME.jpg``.
        columns: what the script wrote: NAME to a list of columns, each with ``text`` (one class per
            character), ``corners`` (left, top, right, bottom of each, pixels) and ``size`` (pixels).
        classes: of the column network, in order.

    Raises:
        KuzushijiError: a file is missing or not what it should be.
    """
    labels = {char: k + 1 for k, char in enumerate(classes)}
    try:
        tree = json.loads(columns.read_text(encoding="utf-8"))
        found, pictures = list[RealColumn](), list[np.ndarray]()
        for name in sorted(tree):
            for column in tree[name]:
                own = np.array([labels[char] for char in column["text"]], np.int64)
                corners = np.array(column["corners"], np.float64).reshape(-1, 4)
                if len(own) != len(corners):
                    raise ValueError(f"{name}: {len(own)} characters and {len(corners)} boxes")
                found.append(RealColumn(len(pictures), corners, float(column["size"]), own))
            pictures.append(read_picture(pages / f"{name}.jpg"))
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise KuzushijiError(f"{columns}: no columns of known pages ({e})") from e
    if not found:
        raise KuzushijiError(f"{columns}: it holds no column")
    return RealStrips(pictures, found)
