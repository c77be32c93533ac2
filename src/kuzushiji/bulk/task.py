"""What is done to items: a task is made once in each process, by a factory that can be sent there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from kuzushiji._version import __version__
from kuzushiji.bulk.sources.item import Item

if TYPE_CHECKING:
    from kuzushiji.reading import Reader

Record: TypeAlias = dict[str, Any]
"""Plain values, as ``--json`` prints them: the item's keys, then the result, or ``error``."""


class Task(Protocol):
    """Reads items, in the process where it was made."""

    def stream(self, items: Iterable[Item]) -> Iterator[Record]:
        """One record for each item, in order; an item that cannot be used has one with ``error``."""


class TaskFactory(Protocol):
    """Makes the task; it is pickled to where it is made.

    Attributes:
        kind: names the schema of the records: ``"read"`` or ``"page"``.
        grain: items that are read together; a part holds a multiple of it, so that the same items meet
            whatever the number of processes, and results are the same to the last digit.
        part_size: items of a part, if nothing else is asked for.
    """

    kind: str
    grain: int
    part_size: int

    def about(self) -> dict[str, str]:
        """What the records depend on: version, model, options. A run goes on only where it is the same."""

    def files(self) -> list[Path]:
        """The model files, for machines that have them not."""

    def placed(self, files: Mapping[str, str]) -> TaskFactory:
        """The same factory for a machine where some of the `files` are elsewhere: path there to path here."""

    def make(self, threads: int | None) -> Task:
        """The task, with so many threads (None: as many as there are cores)."""


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
        return {"version": __version__, "task": self.kind, "model": _fingerprint(self.files()), **options}

    def files(self) -> list[Path]:
        """The ONNX file."""
        from kuzushiji.weights import store

        return [Path(store.find(self.model or store.default()))]

    def placed(self, files: Mapping[str, str]) -> CharacterTask:
        """With the model of this machine."""
        return replace(self, model=next(iter(files.values()))) if files else self

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


def failed(item: Item, error: Exception | str) -> Record:
    """The record of an item that could not be used."""
    text = " ".join(str(error).split()) or type(error).__name__
    return {**item.keys(), "error": text.removeprefix(f"{item.name}: ")}


def records_of(task: Task, items: list[Item]) -> list[Record]:
    """One record for each item; where the task itself fails, it is given the items one by one."""
    try:
        records = list(task.stream(items))
    except Exception as e:
        if len(items) == 1:
            return [failed(items[0], f"could not be read: {e or type(e).__name__}")]
        return [record for item in items for record in records_of(task, [item])]
    if len(records) != len(items):
        raise RuntimeError(f"the task gave {len(records)} records for {len(items)} items")
    return records


def _fingerprint(files: list[Path]) -> str:
    import hashlib

    return " ".join(f"{file.stem} {hashlib.sha256(file.read_bytes()).hexdigest()[:12]}" for file in files)
