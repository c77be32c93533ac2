"""Reads pages: from a photograph to columns of characters."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from kuzushiji._machine import cores
from kuzushiji.errors import KuzushijiError
from kuzushiji.images.page import Strip, red_channel
from kuzushiji.pages import trust
from kuzushiji.pages.context import NOTHING, Decoder, Settings, Spot, joined
from kuzushiji.pages.context.language import State
from kuzushiji.pages.detect import Detector
from kuzushiji.pages.frames import ColumnNetwork, Frames
from kuzushiji.pages.result import Box, Character, Column, ColumnKind, Page
from kuzushiji.pages.second_opinion import SecondOpinion
from kuzushiji.pages.strips import ZOOM, Line, Straightener, lines_of
from kuzushiji.pages.upright import LEAST_TILT, MOST_TILT, Rotation, tilt, turned
from kuzushiji.reading.candidate import Candidate
from kuzushiji.reading.hand import KnownCharacter, KnownHand, TaughtModel
from kuzushiji.weights import Model, open_model
from kuzushiji.weights.network import Network, network_file

READER_WEIGHT = 0.35
"""How much the reader's opinion counts beside the column network's."""
SETTINGS = Settings(weight=0.3, bonus=1.5)
"""Weights of the search with context, chosen on the development pages (docs/pages.md)."""
_TOP = 5  # candidates of a character in the result
_DOUBTFUL_PAGE = 0.65  # mean probability of a page's characters below which other directions are tried
_BETTER = 0.12  # by how much another direction must be better
_SAMPLE = 4  # columns that are read to compare directions


class Stage(StrEnum):
    """How far the reading of a page is."""

    DECODING = "decoding"
    DETECTING = "detecting"
    READING = "reading"


Report = Callable[[Stage], None]
"""Is called as each stage begins; what it raises ends the reading."""


@dataclass
class _Place:
    """One character while it is being read."""

    spot: Spot
    corners: np.ndarray
    mark: tuple[float, float]
    second: list[tuple[int, float]]


@dataclass
class _Read:
    """One column while it is being read."""

    line: Line
    frames: Frames
    strip: Strip
    places: list[_Place]


class PageReader:
    """Reads pages; safe to share between threads.

    Args:
        threads: CPU threads; None for all that this process may use.
        context: let a language model rank the candidates along each column.
        detector: another detector's file than the shipped one.
        column: another column network's file.
        reader: another reader of single characters, by name or path.
        settings: weights of the search with context.

    Raises:
        KuzushijiError: a network's file is missing or cannot be used.
    """

    def __init__(
        self,
        threads: int | None = None,
        context: bool = True,
        detector: str | os.PathLike[str] | None = None,
        column: str | os.PathLike[str] | None = None,
        reader: str | os.PathLike[str] = "reader",
        settings: Settings = SETTINGS,
    ) -> None:
        from pathlib import Path

        threads = threads or cores()
        self.context = context
        self.detector = Detector(Network(Path(detector or network_file("detector")), threads))
        self.columns = ColumnNetwork(Network(Path(column or network_file("column")), threads))
        self.model: Model = open_model(os.fspath(reader), threads)
        self.second = SecondOpinion(self.model, self.columns.classes)
        self.decoder = Decoder(self.columns.classes, settings=settings)
        self.trust = trust.shipped(context)

    def __repr__(self) -> str:
        return f"PageReader(classes={len(self.columns.classes)}, context={self.context})"

    def taught(
        self, known: Iterable[KnownCharacter], seen: dict[bytes, np.ndarray] | None = None
    ) -> PageReader:
        """A reader that knows a hand: the opinion of the reader of single characters is adapted to it.

        Args:
            known: characters of the hand that a person has confirmed (`kuzushiji.reading.read_known`).
            seen: embeddings by picture; see `kuzushiji.reading.KnownHand.of`.

        Returns:
            A reader that shares this one's networks.
        """
        reader = copy(self)
        reader.model = TaughtModel(self.model, KnownHand.of(self.model, known, seen))
        reader.second = SecondOpinion(reader.model, self.columns.classes)
        return reader

    def read(
        self, source: Any, name: str | None = None, page: int = 1, report: Report = lambda stage: None
    ) -> Page:
        """Reads one page.

        Args:
            source: path, encoded file as bytes, Pillow image or array; see `kuzushiji.images.read_picture`.
            name: how the result and errors call it; its path where it has one.
            page: its number inside its file.
            report: is called as each stage begins.

        Returns:
            The page; of what cannot be read, one with an ``error``.
        """
        from kuzushiji.images.read import read_picture

        known = os.fspath(source) if isinstance(source, str | os.PathLike) else "the page"
        shown = known if name is None else name
        started = time.perf_counter()
        report(Stage.DECODING)
        try:
            picture = read_picture(source, shown)
        except KuzushijiError as e:
            return Page(shown, page, error=str(e))
        return replace(self.read_array(picture, shown, page, report), seconds=time.perf_counter() - started)

    def read_array(
        self,
        picture: np.ndarray,
        name: str = "the page",
        page: int = 1,
        report: Report = lambda stage: None,
    ) -> Page:
        """Reads one page that is decoded.

        Args:
            picture: uint8 (h, w), or (h, w, 3) RGB.
            name: how the result calls it.
            page: its number inside its file.
            report: is called as each stage begins.
        """
        started = time.perf_counter()
        grey = red_channel(picture)
        report(Stage.DETECTING)
        degrees, grey, read, rotation = self._upright(grey, report)
        columns = self._columns(read, rotation)
        height, width = grey.shape
        notes = () if columns else ("no-text",)
        return Page(name, page, width, height, columns, degrees, time.perf_counter() - started, notes)

    def _upright(
        self, grey: np.ndarray, report: Report
    ) -> tuple[int, np.ndarray, list[_Read], Rotation | None]:
        """Reads a page as it is, and where that makes no sense, turned by quarters; the best one counts."""
        lines, straightener, rotation = self._lines(grey)
        report(Stage.READING)
        if self._sense(lines, straightener) >= _DOUBTFUL_PAGE:
            return 0, grey, self._read(lines, straightener), rotation
        best = (self._sense(lines, straightener) + _BETTER, 0, grey, lines, straightener, rotation)
        for degrees in (180, 90, 270):
            other = turned(grey, degrees)
            found = self._lines(other)
            sense = self._sense(found[0], found[1])
            if sense > best[0]:
                best = (sense, degrees, other, *found)
        _, degrees, grey, lines, straightener, rotation = best
        return degrees, grey, self._read(lines, straightener), rotation

    def _lines(self, grey: np.ndarray) -> tuple[list[Line], Straightener, Rotation | None]:
        """Columns of a page, after turning it where its columns lean."""
        height, width = grey.shape
        lines = lines_of(self.detector(grey), width, height)
        lean = tilt(lines)
        rotation = None
        if LEAST_TILT <= abs(lean) <= MOST_TILT:
            rotation = Rotation(lean, width, height)
            straight = rotation.picture(grey)
            lines = lines_of(self.detector(straight), width, height)
            return lines, Straightener(straight, lines), rotation
        return lines, Straightener(grey, lines), None

    def _sense(self, lines: Sequence[Line], straightener: Straightener) -> float:
        """How sure the column network is of the longest columns, in [0, 1]."""
        chosen = sorted(lines, key=lambda line: -len(line.corners))[:_SAMPLE]
        if sum(len(line.corners) for line in chosen) < _SAMPLE:
            return 0.0
        shown = []
        for frames in self.columns([straightener(line) for line in chosen]):
            inside = frames.log_p[:, 0] < np.log(0.5)
            shown += np.exp(frames.log_p[inside, 1:].max(axis=1)).tolist()
        return float(np.mean(shown)) if shown else 0.0

    def _read(self, lines: Sequence[Line], straightener: Straightener) -> list[_Read]:
        strips = [straightener(line, ZOOM) for line in lines]
        read = []
        before: State = ()
        for line, strip, frames in zip(lines, strips, self.columns(strips), strict=True):
            main = line.kind is not ColumnKind.RUBY
            decoded = self.decoder.decode(frames.log_p, before if main else (), self.context)
            if main:
                before = decoded.after
            peaks = np.array([spot.span.peak for spot in decoded.spots], int)
            corners = strip.to_page(frames.boxes[peaks]) if len(peaks) else np.zeros((0, 4))
            places = [
                _Place(spot, box, (float(mark[0]), float(mark[1])), [])
                for spot, box, mark in zip(decoded.spots, corners, frames.marks[peaks], strict=True)
            ]
            read.append(_Read(line, frames, strip, places))
        self._ask_reader(read, straightener)
        return read

    def _ask_reader(self, read: Sequence[_Read], straightener: Straightener) -> None:
        places = [place for column in read for place in column.places]
        if not places:
            return
        corners = np.stack([place.corners for place in places])
        opinions = self.second(straightener.ink, straightener.scale, corners)
        for place, opinion in zip(places, opinions, strict=True):
            place.second = opinion

    def _columns(self, read: Sequence[_Read], rotation: Rotation | None) -> tuple[Column, ...]:
        found = []
        before: State = ()
        for column in read:
            main = column.line.kind is not ColumnKind.RUBY
            characters = self._characters(column, before if main else (), rotation)
            if main:
                before = self.decoder.state([place.spot for place in column.places], before)
            if characters:
                found.append(Column(characters, column.line.kind))
        return tuple(found)

    def _characters(self, column: _Read, before: State, rotation: Rotation | None) -> tuple[Character, ...]:
        places = column.places
        lists = [self._joined(place) for place in places]
        if not lists:
            return ()
        if self.context:
            ranked = self.decoder.rank(lists, before)
            posteriors = [r.posterior for r in ranked]
            chosen = [r.label for r in ranked]
        else:
            posteriors = [tuple(pairs) for pairs in lists]
            chosen = [pairs[0][0] for pairs in lists]
        kept = [(k, p.mark) for p, k in zip(places, chosen, strict=True) if k != NOTHING]
        voiced = iter(self._voiced([k for k, _ in kept], [mark for _, mark in kept]))
        found = []
        for place, alone, posterior, label in zip(places, lists, posteriors, chosen, strict=True):
            if label == NOTHING:
                continue
            char = next(voiced)
            found.append(self._character(place, dict(alone), posterior, label, char, column, rotation))
        return tuple(found)

    def _joined(self, place: _Place) -> list[tuple[int, float]]:
        """The column network's candidates and the reader's as one list."""
        spot = place.spot
        own = list(spot.candidates)
        return joined(own, place.second, READER_WEIGHT) if place.second else joined(own, [], 0.0)

    def _voiced(self, labels: Sequence[int], marks: Sequence[tuple[float, float]]) -> list[str]:
        """The characters as they should be written: voiced where marks are seen or the text asks for them."""
        chars = [self.columns.classes[k] for k in labels]
        if not self.context:
            return [trust.with_mark(c, mark) for c, mark in zip(chars, marks, strict=True)]
        evidence = [trust.mark_evidence(mark) for mark in marks]
        written = self.decoder.model.voice(chars, evidence)
        return [trust.semi_voiced(c, mark) or w for c, w, mark in zip(chars, written, marks, strict=True)]

    def _character(
        self,
        place: _Place,
        alone: dict[int, float],
        posterior: Sequence[tuple[int, float]],
        label: int,
        char: str,
        column: _Read,
        rotation: Rotation | None,
    ) -> Character:
        classes = self.columns.classes
        shares = {k: p for k, p in posterior if k != NOTHING}
        features = trust.Features.of(place.spot, place.second, alone, shares, label)
        probability, sure = self.trust(features)
        others = [(classes[k], p) for k, p in shares.items() if k != label][: _TOP - 1]
        spare = (1 - probability) / max(sum(p for _, p in others), 1 - shares.get(label, 0.0), 1e-9)
        candidates = [Candidate.of(char, probability)]
        candidates += [Candidate.of(c, min(p * spare, probability)) for c, p in others]
        corners = place.corners[None]
        if rotation is not None:
            corners = rotation.back(corners)
        left, top, right, bottom = corners[0]
        box = Box(round(left), round(top), max(1, round(right - left)), max(1, round(bottom - top)))
        ruby = column.line.kind is ColumnKind.RUBY
        codes = () if sure else trust.codes(features)
        return Character(box, tuple(candidates), sure, float(alone.get(label, 0.0)), ruby, codes)
