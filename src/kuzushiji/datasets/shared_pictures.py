"""Pictures that are in two of the sets, under two names.

In cursive 夜 and 屋 are also the kana や, and 422 signs that stand in Kuzushiji-Kanji as one of these (four
of them as 於) stand in KMNIST as や (お), cut from the same place of the same page: 254 of the 1,000 や of
its test set are among them. Who learns both sets would learn test images, with another label or, as jibo,
with the very one. ``python benchmarks/shared_images.py`` finds them.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "shared.csv"


@dataclass(frozen=True)
class Shared:
    """One picture.

    Attributes:
        kanji: its place in Kuzushiji-Kanji, ``"U+5C4B/<name>.png"``.
        dataset: "kmnist" or "k49-sample".
        split: "train" or "test" of that set.
        index: position there.
    """

    kanji: str
    dataset: str
    split: str
    index: int


@cache
def shared_images() -> tuple[Shared, ...]:
    """All that are known, in order of set, split and position."""
    text = _TABLE.read_text(encoding="utf-8")
    return tuple(
        Shared(r["kanji"], r["dataset"], r["split"], int(r["index"]))
        for r in csv.DictReader(text.splitlines())
    )


def shared_with(dataset: str, split: str) -> tuple[Shared, ...]:
    """Those of one part of a set of kana.

    >>> len(shared_with("kmnist", "test")), len(shared_with("kmnist", "train"))
    (254, 168)
    """
    return tuple(s for s in shared_images() if (s.dataset, s.split) == (dataset, split))


def tested_as_kana() -> frozenset[str]:
    """Places in Kuzushiji-Kanji of pictures that are in a test part of a set of kana."""
    return frozenset(s.kanji for s in shared_images() if s.split == "test")


def tested_as_kanji(dataset: str, split: str, test: Collection[str]) -> list[int]:
    """Positions in a part of a set of kana of pictures that are in a test part of Kuzushiji-Kanji.

    Args:
        dataset: "kmnist" or "k49-sample"; of others nothing is known.
        split: its part.
        test: places in Kuzushiji-Kanji of the test part's images.
    """
    return [s.index for s in shared_with(dataset, split) if s.kanji in test]
