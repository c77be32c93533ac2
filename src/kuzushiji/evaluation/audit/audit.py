"""An audit: its findings together, counted, and as rows of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kuzushiji.evaluation.audit import findings
from kuzushiji.evaluation.audit.findings import Blank, Pair, Suspect
from kuzushiji.evaluation.audit.material import Material, gather

__all__ = ["Audit", "Blank", "Material", "Pair", "Suspect", "audit"]

COLUMNS = (
    "finding",
    "rank",
    "split",
    "index",
    "label",
    "codepoint",
    "score",
    "suggested",
    "other_split",
    "other_index",
    "other_label",
)
"""Columns of the CSV: ``score`` is the lead in votes, the correlation, or the share of ink."""


@dataclass(frozen=True)
class Audit:
    """What was found.

    Attributes:
        material: the images.
        suspects: labels that look wrong, the clearest first.
        exact: images that are equal byte for byte.
        near: images that nearly are, the most alike first.
        blanks: black and nearly empty images.
        not_judged: images of classes too small for a vote.
    """

    material: Material
    suspects: list[Suspect]
    exact: list[Pair]
    near: list[Pair]
    blanks: list[Blank]
    not_judged: int

    def across(self, pairs: list[Pair]) -> list[Pair]:
        """Those of some pairs whose images are in different splits."""
        part = self.material.part_of
        return [p for p in pairs if part[p.first] != part[p.second]]

    def conflicting(self, pairs: list[Pair]) -> list[Pair]:
        """Those of some pairs whose images have different labels."""
        labels = self.material.labels
        return [p for p in pairs if labels[p.first] != labels[p.second]]

    def counts(self) -> dict[str, int]:
        """How many findings of each kind."""
        part_of, parts = self.material.part_of, self.material.parts
        by_split = Counter(parts[part_of[s.index]].split for s in self.suspects)
        result = {"images": len(self.material), "classes": len(self.material.classes)}
        result |= {
            "suspects": len(self.suspects),
            **{f"suspects in {k}": v for k, v in sorted(by_split.items())},
        }
        for name, pairs in (("exact duplicates", self.exact), ("near duplicates", self.near)):
            result[name] = len(pairs)
            result[f"{name} across splits"] = len(self.across(pairs))
            result[f"{name} with different labels"] = len(self.conflicting(pairs))
        result["black"] = sum(b.black for b in self.blanks)
        result["nearly empty"] = sum(not b.black for b in self.blanks)
        result["not judged (class too small)"] = self.not_judged
        return result

    def rows(self) -> Iterator[tuple[str | int, ...]]:
        """The findings as rows of :data:`COLUMNS`; splits and indices, no pictures."""
        labels, classes, place = self.material.labels, self.material.classes, self.material.place

        def row(
            kind: str, rank: int, i: int, score: float, suggested: str, j: int | None
        ) -> tuple[str | int, ...]:
            char = classes[labels[i]]
            other = (*place(j), classes[labels[j]]) if j is not None else ("", "", "")
            return (kind, rank, *place(i), char, f"U+{ord(char[0]):04X}", f"{score:.4f}", suggested, *other)

        for rank, s in enumerate(self.suspects, 1):
            yield row("suspect", rank, s.index, s.other - s.own, classes[s.suggested], s.like)
        for kind, pairs in (("exact duplicate", self.exact), ("near duplicate", self.near)):
            for rank, p in enumerate(pairs, 1):
                yield row(kind, rank, p.first, p.likeness, "", p.second)
        for rank, b in enumerate(self.blanks, 1):
            yield row("black" if b.black else "nearly empty", rank, b.index, b.ink, "", None)


def audit(
    dataset: str | Path | Material,
    near: float = findings.NEAR,
    sparse: float = findings.SPARSE,
    progress: Callable[[int], None] | None = None,
) -> Audit:
    """Audits all splits of a data set together.

    Memory stays bounded: images are read in blocks, features take 256 bytes an image, distances 8 MB a
    block.

    Args:
        dataset: a name, the path of one's own data, or images gathered already.
        near: correlation from which two images are near duplicates.
        sparse: share of inked pixels below which an image is nearly empty.
        progress: called with the number of images whose neighbours are found.

    Returns:
        The findings.

    Raises:
        KuzushijiError: the data cannot be had.
    """
    material = dataset if isinstance(dataset, Material) else gather(dataset)
    labels = material.labels
    distances, indices = findings.neighbours(material, progress)
    exact = findings.exact_duplicates(material)
    size = np.bincount(labels)
    return Audit(
        material=material,
        suspects=findings.suspects(labels, distances, indices),
        exact=exact,
        near=findings.near_duplicates(material, indices, exact, near),
        blanks=findings.blanks(material, sparse),
        not_judged=int((size[labels] < findings.JUDGED_FROM).sum()),
    )
