"""What is done to items: a task is made once in each process, by a factory that can be sent there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from kuzushiji.bulk.sources.item import Item

Record: TypeAlias = dict[str, Any]
"""Plain values, as ``--json`` prints them: the item's keys, then the result, or ``error``."""


class Task(Protocol):
    """Reads items, in the process where it was made."""

    def stream(self, items: Iterable[Item]) -> Iterator[Record]:
        """One record for each item, in order; an item that cannot be used has one with ``error``."""


class TaskFactory(Protocol):
    """Makes the task; it is pickled to where it is made."""

    @property
    def kind(self) -> str:
        """Names the schema of the records: ``"read"`` or ``"page"``."""

    @property
    def grain(self) -> int:
        """Items that are read together.

        A part holds a multiple of it, so that the same items meet whatever the number of processes, and the
        results are the same to the last digit.
        """

    @property
    def part_size(self) -> int:
        """Items of a part, if nothing else is asked for."""

    def about(self) -> dict[str, str]:
        """What the records depend on: version, model, options. A run goes on only where it is the same."""

    def files(self) -> list[Path]:
        """Model files that are not part of the package, for machines that have them not."""

    def placed(self, files: Mapping[str, str]) -> TaskFactory:
        """The same factory for a machine where some of the `files` are elsewhere: path there to path here."""

    def make(self, threads: int | None) -> Task:
        """The task, with so many threads (None: as many as there are cores)."""


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
