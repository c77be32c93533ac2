"""`Reader`: any pictures in, readings out, in order, with bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from kuzushiji._machine import cores
from kuzushiji.errors import ErrorCode, KuzushijiError, UsageError
from kuzushiji.reading.candidate import Candidate
from kuzushiji.reading.decide import doubts, faults, faults_of
from kuzushiji.reading.pauses import PAUSE
from kuzushiji.reading.result import Reading
from kuzushiji.weights import store
from kuzushiji.weights.info import reaches
from kuzushiji.weights.model import BATCH, open_model

if TYPE_CHECKING:
    from concurrent.futures import Future

    from PIL import Image

    from kuzushiji.images.reasons import Reason
    from kuzushiji.reading.evidence import Evidence
    from kuzushiji.reading.hand import KnownCharacter


class Openable(Protocol):
    """A picture that is opened where it is read, as those of `kuzushiji.bulk` are."""

    @property
    def name(self) -> str:
        """What its reading calls it."""

    def open(self) -> str | bytes | np.ndarray | Image.Image:
        """The picture."""


Source: TypeAlias = "str | os.PathLike[str] | bytes | np.ndarray | Image.Image | Openable"
"""One picture: a path, the bytes of a file, an array (h, w) or (h, w, 3 or 4), a PIL image, an `Openable`."""

WITH_EVIDENCE = 3
"""Candidates that get evidence; those after them are seldom worth a look."""
_FEW = 16  # candidates up to which looking for one after the other is faster than sorting
_AHEAD = 2  # batches that wait for a thread, or to be yielded, beside those at work


class _Prepared(NamedTuple):
    file: str
    glyphs: np.ndarray | None  # uint8 (framings, size, size)
    faults: tuple[Reason, ...] = ()
    error: KuzushijiError | None = None


class Reader:
    """Reads single characters from pictures of them.

    >>> reader = Reader()                           # doctest: +SKIP
    >>> reader.read("ka.png")[0].candidates[0].char # doctest: +SKIP
    'か'
    """

    def __init__(self, model: str | Path | None = None, threads: int | None = None) -> None:
        """Loads the model.

        Args:
            model: a shipped name, a path, or ``"hf://owner/name"`` (see `kuzushiji.weights.find`); None for
                the default model.
            threads: CPU threads for the model and for decoding; None for all that this process may use.

        Raises:
            UsageError: no such model, or less than one thread.
            KuzushijiError: the model's file cannot be used.
        """
        if threads is not None and threads < 1:
            raise UsageError(f"threads must be at least 1, not {threads}")
        self.threads = threads or cores()
        # One thread a run of the model: batches side by side keep all cores busy, from file to text.
        self.model = open_model(store.default() if model is None else model, threads=1)
        self._positions = {char: i for i, char in enumerate(self.model.info.classes)}
        self.evidence: Evidence | None = None
        self.look_alikes: dict[str, list[str]] = self.model.info.look_alikes

    @classmethod
    def from_pretrained(
        cls,
        name: str,
        revision: str | None = None,
        threads: int | None = None,
        local_files_only: bool = False,
    ) -> Reader:
        """Opens a model of the Hugging Face Hub; needs the extra ``hub``.

        Args:
            name: ``"owner/name"``, with or without ``hf://`` before it.
            revision: a branch, tag or commit; None for ``main``.
            threads: see the constructor.
            local_files_only: look into the Hub's cache only, as ``HF_HUB_OFFLINE`` and
                ``KUZUSHIJI_OFFLINE`` do.

        Raises:
            UsageError: no such address, or the extra is not installed.
            KuzushijiError: the model cannot be had or used.
        """
        from kuzushiji.weights.hub import fetch

        return cls(fetch(name, revision, local_files_only), threads)

    def taught(self, known: Iterable[KnownCharacter], seen: dict[bytes, np.ndarray] | None = None) -> Reader:
        """A reader that knows a hand: it shares this one's network, and nothing is trained.

        Args:
            known: characters of the hand that a person has confirmed (`kuzushiji.reading.read_known`).
            seen: embeddings by picture; see `kuzushiji.reading.KnownHand.of`.
        """
        from kuzushiji.reading.hand import KnownHand, TaughtModel

        reader = copy(self)
        reader.model = TaughtModel(self.model, KnownHand.of(self.model, known, seen))
        return reader

    def __repr__(self) -> str:
        """One line: the model, what it tells apart, and the threads.

        >>> Reader("kmnist", threads=1)
        Reader(kmnist: 10 classes, 56 px, 1 thread)
        """
        info = self.model.info
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        return f"Reader({info.name}: {len(info.classes):,} classes, {info.size} px, {threads})"

    def load_evidence(self, progress: Callable[[int, int], None] = lambda done, total: None) -> Evidence:
        """Makes the training glyphs on this machine ready to be shown beside readings.

        The first time with a model their embeddings are computed, about a minute for all sets; they are kept
        in the cache.

        Args:
            progress: called with (glyphs done, glyphs in all) while they are.

        Raises:
            KuzushijiError: no training glyph of any of the model's characters is on this machine.
        """
        if self.evidence is None:
            from kuzushiji.reading.evidence import on_this_machine

            self.evidence = on_this_machine(open_model(self.model.path, threads=self.threads), progress)
        return self.evidence

    def read(self, items: Source | Iterable[Source], top: int = 5, evidence: int = 0) -> list[Reading]:
        """Reads pictures; a bad one costs only its own reading.

        Args:
            items: one picture, or several in any iterable. An array of three axes is one colour picture
                when its last axis is 3 or 4 long, else a stack of grey ones.
            top: the most candidates a picture.
            evidence: how many of the nearest training glyphs to lay beside each of the best candidates.

        Returns:
            One `Reading` for each, in the order of the items.

        Raises:
            UsageError: ``top`` is less than one, or ``evidence`` less than none.
            KuzushijiError: evidence is asked for, and none is on this machine.
        """
        return list(self.stream(_several(items), top=top, evidence=evidence))

    def stream(self, items: Iterable[Source], top: int = 5, evidence: int = 0) -> Iterator[Reading]:
        """Like `read`, for any number of pictures: takes items as it goes, yields readings in order.

        Batches of 64 are decoded and read in as many threads as the reader has; only three more are held at
        any time. `kuzushiji.reading.pauses.PAUSE` among the items is no picture: what came before it is
        yielded before the next item is taken.
        """
        if top < 1:
            raise UsageError(f"top must be at least 1, not {top}")
        if evidence < 0:
            raise UsageError(f"evidence must not be negative, not {evidence}")
        if evidence:
            self.load_evidence()
        batches = _batches(items)
        begun = [next(batches, [])]
        if len(begun[0]) < 2:
            second = next(batches, None)
            if second is None:  # a thread pool for one picture would cost more than it gains
                yield from self._read_batch(begun[0], top, evidence)
                return
            begun.append(second)
        from concurrent.futures import ThreadPoolExecutor

        waiting: deque[Future[list[Reading]]] = deque()
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="kuzushiji-read")
        try:
            for batch in chain(begun, batches):
                if batch:
                    waiting.append(pool.submit(self._read_batch, batch, top, evidence))
                while waiting and (not batch or len(waiting) > self.threads + _AHEAD):
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def read_glyphs(self, glyphs: np.ndarray, top: int = 5) -> list[Reading]:
        """Reads glyphs that are ready, as `kuzushiji.to_glyph` makes them.

        Args:
            glyphs: uint8 (n, size, size) for the model's size, white ink on black; or (n, framings, size,
                size), as `kuzushiji.images.framings` makes them: their logits are averaged where the first
                alone is not sure.
            top: the most candidates a glyph.

        Raises:
            KuzushijiError: another shape or dtype.
        """
        framed = glyphs[:, None] if glyphs.ndim == 3 else glyphs
        rows = self._probabilities(list(framed))
        return [
            self._reading(f"#{number}", row, faults(each[0]), top)
            for number, (each, row) in enumerate(zip(framed, rows, strict=True))
        ]

    def _probabilities(self, framed: list[np.ndarray]) -> np.ndarray:
        """float32 (n, classes), of n glyphs in one or several framings, each uint8 (framings, size, size).

        The other framings are asked where the first leaves a doubt: most need a third of the work.
        """
        logits = self.model.logits(np.stack([each[0] for each in framed]))
        rows = self.model.calibrated(logits)
        doubtful = np.flatnonzero(~reaches(rows.max(1), self.model.info.sure_threshold))
        again = [i for i in doubtful if len(framed[i]) > 1]
        if again:
            others = self.model.logits(np.concatenate([framed[i][1:] for i in again]))
            starts = np.cumsum([0, *(len(framed[i]) - 1 for i in again)])
            for i, start, stop in zip(again, starts, starts[1:], strict=False):
                logits[i] = np.vstack([logits[i], others[start:stop]]).mean(0)
            rows[again] = self.model.calibrated(logits[again])
        return rows

    def _read_batch(self, batch: list[tuple[int, Source]], top: int, evidence: int) -> list[Reading]:
        return self._judge([self._prepare(number, item) for number, item in batch], top, evidence)

    def _prepare(self, number: int, item: Source) -> _Prepared:
        from kuzushiji import images

        path = os.fspath(item) if isinstance(item, str | os.PathLike) else None
        opens: Any = item if path is None and hasattr(item, "open") else None
        file = path or (f"#{number}" if opens is None else opens.name)
        try:
            source: Any = item if opens is None else opens.open()
            glyphs, quality = images.framings(images.read_image(source, file), size=self.model.info.size)
            return _Prepared(file, glyphs, faults_of(quality))
        except KuzushijiError as e:
            return _Prepared(file, None, error=_of_folder(file) if e.code is ErrorCode.FOLDER else e)
        except Exception as e:  # whatever a decoder trips over, the other pictures are still read
            words = " ".join(str(e).split()) or type(e).__name__
            return _Prepared(file, None, error=KuzushijiError(f"{file}: could not be read: {words}"))

    def _judge(self, prepared: list[_Prepared], top: int, evidence: int) -> list[Reading]:
        framed = [each.glyphs for each in prepared if each.glyphs is not None]
        rows = iter(self._probabilities(framed) if framed else ())
        readings = [
            Reading(each.file, error=str(each.error), error_code=each.error.code)
            if each.error is not None
            else self._reading(each.file, next(rows), each.faults, top)
            for each in prepared
        ]
        readings = [
            one if each.glyphs is None else replace(one, glyph=each.glyphs[0].copy())
            for one, each in zip(readings, prepared, strict=True)
        ]
        if not (evidence and framed):
            return readings
        return self._supported(readings, np.stack([each[0] for each in framed]), evidence)

    def _supported(self, readings: list[Reading], glyphs: np.ndarray, count: int) -> list[Reading]:
        """The readings with the nearest known glyphs beside their best candidates."""
        known = self.load_evidence()
        embeddings = iter(self.model.embed(glyphs))
        supported = []
        for reading in readings:
            if reading.error is None:
                vector = next(embeddings)
                best, others = reading.candidates[:WITH_EVIDENCE], reading.candidates[WITH_EVIDENCE:]
                shown = (replace(c, evidence=known.nearest(vector, c.char, count)) for c in best)
                reading = replace(reading, candidates=(*shown, *others))
            supported.append(reading)
        return supported

    def _reading(self, file: str, row: np.ndarray, wrong: tuple[Reason, ...], top: int) -> Reading:
        info = self.model.info
        best = _largest(row, max(top, 2))
        chars = [(info.classes[i], float(row[i])) for i in best[:top]]
        candidates = tuple(Candidate.of(c, p, self.look_alikes.get(c, ())) for c, p in chars)
        forms = [float(row[self._positions[c]]) for c in candidates[0].variants if c in self._positions]
        reasons = wrong or doubts(row[best], info.sure_threshold, max(forms, default=0.0))
        return Reading(file, candidates, sure=not reasons, reason_codes=reasons)


def _batches(items: Iterable[Source]) -> Iterator[list[tuple[int, Source]]]:
    """Numbered items, 64 at a time; an empty batch where the items pause."""
    batch: list[tuple[int, Source]] = []
    number = 0
    for item in items:
        if item is PAUSE:
            yield batch
            if batch:
                yield []
            batch = []
            continue
        batch.append((number, item))
        number += 1
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _largest(row: np.ndarray, count: int) -> np.ndarray:
    """Positions of the largest values, the largest first, without sorting the thousands of others."""
    if count > _FEW:
        return np.argsort(-row, kind="stable")[:count]
    rest, found = row.copy(), np.empty(min(count, len(row)), np.int64)
    for k in range(len(found)):
        found[k] = rest.argmax()
        rest[found[k]] = -np.inf
    return found


def _several(items: Any) -> Iterable[Source]:
    """Puts one picture into a list; what is several already stays."""
    if isinstance(items, np.ndarray):
        one = items.ndim == 2 or (items.ndim == 3 and items.shape[-1] in (3, 4))
        return [items] if one else items
    # A PIL image is told by its method: importing PIL only to ask would slow down the first reading.
    if isinstance(items, str | bytes | os.PathLike) or hasattr(items, "getbbox"):
        return [items]
    return items


def _of_folder(path: str) -> KuzushijiError:
    """Why a folder was handed over in place of its images."""
    try:
        os.scandir(path).close()
    except OSError as e:
        return KuzushijiError(f"{path}: this folder cannot be opened: {e.strerror}", ErrorCode.CANNOT_OPEN)
    return KuzushijiError(f"{path}: no images in this folder", ErrorCode.EMPTY_FOLDER)
