"""The two tasks: single characters (``kuzushiji read``) and pages (``kuzushiji page``)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kuzushiji._version import __version__
from kuzushiji.bulk.sources.item import Item
from kuzushiji.bulk.task import Record, Task, failed

if TYPE_CHECKING:
    from kuzushiji.reading import Reader


@dataclass(frozen=True)
class CharacterTask:
    """Makes the task of ``kuzushiji read``: pictures of single characters.

    Attributes:
        model: a name or path; None for the default.
        top: candidates an image.
        evidence: known glyphs beside each of the best candidates.
    """

    model: str | None = None
    top: int = 5
    evidence: int = 0
    kind: str = "read"
    grain: int = 64
    part_size: int = 256

    def about(self) -> dict[str, str]:
        """Version, model and options."""
        options = {"top": str(self.top), "evidence": str(self.evidence)}
        return {"version": __version__, "task": self.kind, "model": _digest(_model(self.model)), **options}

    def files(self) -> list[Path]:
        """The ONNX file, if it is not one that ships."""
        return _own(self.model)

    def placed(self, files: Mapping[str, str]) -> CharacterTask:
        """With the model of this machine."""
        return replace(self, model=_here(self.model, files))

    def make(self, threads: int | None) -> Task:
        """A reader."""
        from kuzushiji.reading import Reader

        return _Characters(Reader(self.model, threads=threads), self.top, self.evidence)


class _Characters:
    def __init__(self, reader: Reader, top: int, evidence: int) -> None:
        self._reader, self._top, self._evidence = reader, top, evidence

    def stream(self, items: Iterable[Item]) -> Iterator[Record]:
        taken: deque[Item] = deque()

        def passing() -> Iterator[Item]:
            for item in items:
                taken.append(item)
                yield item

        for reading in self._reader.stream(passing(), top=self._top, evidence=self._evidence):
            yield {**taken.popleft().keys(), **reading.to_json()}


@dataclass(frozen=True)
class PageTask:
    """Makes the task of ``kuzushiji page``: photographs of pages.

    Records are those of ``--json``, but without ``seconds``, which differ from run to run.

    Attributes:
        context: a language model ranks the candidates along each column.
        detector: another detector's file than the shipped one.
        column: another column network's file.
        reader: another reader of single characters, by name or path.
        known: a file of confirmed characters of this hand (`kuzushiji.reading.read_known`).
    """

    context: bool = True
    detector: str | None = None
    column: str | None = None
    reader: str = "reader"
    known: str | None = None
    kind: str = "page"
    grain: int = 1
    part_size: int = 8

    def about(self) -> dict[str, str]:
        """Version, networks and options."""
        from kuzushiji.weights.network import network_file

        return {
            "version": __version__,
            "task": self.kind,
            "detector": _digest(Path(self.detector or network_file("detector"))),
            "column": _digest(Path(self.column or network_file("column"))),
            "model": _digest(_model(self.reader)),
            "context": "yes" if self.context else "no",
            **({"known": _digest(Path(self.known))} if self.known else {}),
        }

    def files(self) -> list[Path]:
        """The networks that do not ship."""
        return [path for word in (self.detector, self.column, self.reader, self.known) for path in _own(word)]

    def placed(self, files: Mapping[str, str]) -> PageTask:
        """With the networks of this machine."""
        detector, column = _here(self.detector, files), _here(self.column, files)
        reader = _here(self.reader, files) or "reader"
        return replace(self, detector=detector, column=column, reader=reader, known=_here(self.known, files))

    def make(self, threads: int | None) -> Task:
        """A page reader."""
        from kuzushiji.pages import PageReader

        reader = PageReader(threads, self.context, self.detector, self.column, self.reader)
        if self.known:
            from kuzushiji.reading import read_known

            reader = reader.taught(read_known(self.known))
        return Pages(reader)


class Pages:
    """Reads pages with anything that has ``read(source, name=, page=)``, as `PageReader` has."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def stream(self, items: Iterable[Item]) -> Iterator[Record]:
        """See `Task.stream`."""
        for item in items:
            try:
                page = self._reader.read(item.open(), name=item.name, page=item.page)
            except Exception as e:  # whatever a page trips over, the others are still read
                yield {"file": item.name, "page": item.page, **failed(item, e)}
                continue
            record = {**page.to_json(), **item.keys()}
            record.pop("seconds", None)
            yield record


def _model(word: str | None) -> Path:
    from kuzushiji.weights import store

    return Path(store.find(word or store.default()))


def _own(word: str | None) -> list[Path]:
    """The file that a word names by its path; none for shipped names."""
    return [Path(word)] if word and Path(word).is_file() else []


def _here(word: str | None, files: Mapping[str, str]) -> str | None:
    return files.get(str(Path(word)), word) if word else word


def _digest(file: Path) -> str:
    import hashlib

    return f"{file.stem} {hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
