"""Known glyphs that look, to the model, like the one it has just read.

Embeddings of the training glyphs on this machine are computed once for each model and kept in the cache;
nothing is downloaded for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji._files import replacing
from kuzushiji._vectors import unit_length
from kuzushiji.datasets.progress import say
from kuzushiji.errors import KuzushijiError
from kuzushiji.weights.model import Model

EACH = 300
"""Training glyphs of one character that are looked through, spread over all it has."""
_BLOCK = 2048
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Known:
    """A labelled glyph of a published set.

    Attributes:
        dataset: its name, as `kuzushiji.load` takes it.
        split: the split.
        index: position in that split's images.
        similarity: cosine of the two embeddings, in [-1, 1].
        glyph: uint8 (h, w), white ink on black, as published.
    """

    dataset: str
    split: str
    index: int
    similarity: float
    glyph: np.ndarray

    def to_json(self) -> dict[str, Any]:
        """Where to find the glyph, without its pixels."""
        return {
            "dataset": self.dataset,
            "split": self.split,
            "index": self.index,
            "similarity": round(self.similarity, 4),
        }


class Evidence:
    """The training glyphs of a model's classes, found by its own embedding.

    Args:
        model: whose embedding.
        datasets: labelled glyphs (`kuzushiji.datasets.Dataset`); of a character in several, all count.
        each: glyphs a character at most.
        folder: where the embeddings are kept from one time to the next; None keeps them in memory only, as
            does, with a line on standard error, a folder that cannot be written.
        progress: called with (glyphs done, glyphs in all) while they are computed.

    Raises:
        KuzushijiError: no glyph of any of the model's classes is there, or the model has no embedding.
    """

    def __init__(
        self,
        model: Model,
        datasets: Sequence[Any],
        each: int = EACH,
        folder: Path | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self.model = model
        self._datasets = list(datasets)
        rows = [_chosen(number, dataset, each) for number, dataset in enumerate(self._datasets)]
        which = np.concatenate([r for r, _ in rows]) if rows else np.empty((0, 2), np.int64)
        chars = np.concatenate([c for _, c in rows]) if rows else np.empty(0, str)
        inside = np.isin(chars, list(model.info.classes))
        order = np.flatnonzero(inside)[np.argsort(chars[inside], kind="stable")]
        self._rows, chars = which[order], chars[order]
        if not len(chars):
            raise KuzushijiError(
                "no training glyphs on this machine to show as evidence: "
                "kuzushiji data get kmnist (or kkanji), then again"
            )
        starts = np.flatnonzero(np.r_[True, chars[1:] != chars[:-1]])
        stops = np.r_[starts[1:], len(chars)]
        self._span = {str(chars[a]): (int(a), int(b)) for a, b in zip(starts, stops, strict=True)}
        self._vectors = self._load(folder, progress)

    def __len__(self) -> int:
        return len(self._rows)

    def nearest(self, embedding: np.ndarray, char: str, count: int) -> tuple[Known, ...]:
        """The glyphs of a character that are nearest to an embedding, the nearest first.

        Args:
            embedding: float (d,), from `kuzushiji.weights.Model.embed`.
            char: the character; one without glyphs here gives an empty tuple.
            count: how many at most.
        """
        start, stop = self._span.get(char, (0, 0))
        likeness = np.asarray(self._vectors[start:stop], np.float32) @ unit_length(embedding[None])[0]
        best = np.argsort(-likeness, kind="stable")[:count]
        return tuple(self._known(start + int(k), float(likeness[k])) for k in best)

    def _known(self, row: int, similarity: float) -> Known:
        number, index = (int(value) for value in self._rows[row])
        dataset = self._datasets[number]
        glyph = np.asarray(dataset.images[index])
        return Known(dataset.name, dataset.split, index, similarity, glyph)

    def _load(self, folder: Path | None, progress: Callable[[int, int], None]) -> np.ndarray:
        if folder is None:
            return self._compute(progress)
        path = folder / f"{self.model.info.name}-{self._key()}.npy"
        try:
            kept: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
            if kept.dtype == np.float16 and kept.ndim == 2 and len(kept) == len(self._rows):
                return kept
        except (OSError, ValueError, EOFError):
            pass  # not there, or cut short: it is made anew
        vectors = self._compute(progress)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with replacing(path) as part, open(part, "wb") as file:
                np.save(file, vectors, allow_pickle=False)
        except OSError as e:  # they are shown all the same
            say(f"note: cannot write {path} ({e.strerror or e}): the known glyphs are learned anew next time")
        return vectors

    def _compute(self, progress: Callable[[int, int], None]) -> np.ndarray:
        """Unit embeddings of all rows, float16 (n, d)."""
        from kuzushiji.images import resize_glyphs

        blocks = []
        for start in range(0, len(self._rows), _BLOCK):
            rows = self._rows[start : start + _BLOCK]
            glyphs = np.empty((len(rows), *(self.model.info.size,) * 2), np.uint8)
            for number in np.unique(rows[:, 0]):
                mine = rows[:, 0] == number
                images = self._datasets[number].images[rows[mine, 1]]
                glyphs[mine] = resize_glyphs(np.asarray(images), self.model.info.size)
            blocks.append(unit_length(self.model.embed(glyphs)).astype(np.float16))
            progress(min(start + _BLOCK, len(self._rows)), len(self._rows))
        return np.concatenate(blocks)

    def _key(self) -> str:
        """Names the model's bytes and the glyphs, so that neither can change unnoticed."""
        digest = hashlib.sha256(self.model.path.read_bytes())
        digest.update(self._rows.tobytes())
        digest.update(repr([_VERSION, *((d.name, d.split, len(d)) for d in self._datasets)]).encode())
        return digest.hexdigest()[:12]


def on_this_machine(
    model: Model, progress: Callable[[int, int], None] = lambda done, total: None
) -> Evidence:
    """Evidence from the published sets in the cache, its embeddings kept there too.

    Raises:
        KuzushijiError: none of the model's characters is there.
    """
    from kuzushiji import datasets

    found = list(datasets.on_this_machine())
    return Evidence(model, found, folder=datasets.cache_dir() / "evidence", progress=progress)


def _chosen(number: int, dataset: Any, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows int64 (n, 2) of (number, index), and the character of each: at most ``each`` a class, spread."""
    order = np.argsort(dataset.labels, kind="stable")
    bounds = np.searchsorted(dataset.labels[order], np.arange(len(dataset.classes) + 1))
    picked = []
    for start, stop in pairwise(bounds.tolist()):
        if stop > start:
            picked.append(order[np.linspace(start, stop - 1, min(each, stop - start)).astype(int)])
    indices = np.concatenate(picked) if picked else np.empty(0, np.int64)
    rows = np.stack([np.full(len(indices), number), indices], axis=1).astype(np.int64)
    return rows, np.asarray(dataset.classes)[dataset.labels[indices]]
