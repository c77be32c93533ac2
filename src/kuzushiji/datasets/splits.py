"""The two published splits of Kuzushiji-Kanji, fixed by SHA-256 of each image's path. Never changed.

CODH publishes none. Within each class the images are put in order of ``sha256("U+XXXX/<name>.png")`` (UTF-8,
the hex digest compared as text); with n images in the class, black ones counted too,

- ``half``: the first ceil(n / 2) are **half-train**, the rest **half-test**; so a class with one image is in
  train;
- ``standard``: n <= 2: all **train**. Otherwise k = max(1, floor(n / 10 + 1/2)); the first k are **test**,
  the next k **validation**, the rest **train** (n = 3 gives 1/1/1, 10 gives 8/1/1, 15 gives 11/2/2).

The order depends on nothing else: no random numbers, no library version, no other class.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

STANDARD = ("train", "validation", "test")
HALF = ("half-train", "half-test")


def standard_sizes(n: int) -> tuple[int, int, int]:
    """(train, validation, test) images of a class with n.

    >>> [standard_sizes(n) for n in (1, 2, 3, 10, 15)]
    [(1, 0, 0), (2, 0, 0), (1, 1, 1), (8, 1, 1), (11, 2, 2)]
    """
    k = 0 if n <= 2 else max(1, (n + 5) // 10)
    return n - 2 * k, k, k


def assign(paths: Sequence[str], protocol: Literal["standard", "half"]) -> np.ndarray:
    """The part of each image.

    Args:
        paths: ``U+XXXX/<name>.png`` of every image of every class, in any order; all images of a class
            together decide, so give whole classes.
        protocol: which split.

    Returns:
        uint8 (n,), index into :data:`STANDARD` or :data:`HALF`.

    >>> paths = [f"U+4E00/{i}.png" for i in range(10)] + ["U+4E01/0.png"]
    >>> np.bincount(assign(paths, "standard")).tolist(), np.bincount(assign(paths, "half")).tolist()
    ([9, 1, 1], [6, 5])
    """
    classes: dict[str, list[tuple[str, int]]] = {}
    for i, path in enumerate(paths):
        key = hashlib.sha256(path.encode()).hexdigest()
        classes.setdefault(path.partition("/")[0], []).append((key, i))
    parts = np.zeros(len(paths), np.uint8)
    for members in classes.values():
        order = [i for _, i in sorted(members)]
        if protocol == "half":
            parts[order[(len(order) + 1) // 2 :]] = HALF.index("half-test")
        else:
            _, validation, test = standard_sizes(len(order))
            parts[order[:test]] = STANDARD.index("test")
            parts[order[test : test + validation]] = STANDARD.index("validation")
    return parts


def digest(paths: Iterable[str]) -> str:
    r"""sha256 (hex) of a part's paths, sorted, each followed by ``\n``: to compare a split with ours."""
    h = hashlib.sha256()
    for path in sorted(paths):
        h.update(f"{path}\n".encode())
    return h.hexdigest()
