"""A job is the part of a run that is done at once; what comes of it is the bytes of a part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kuzushiji.bulk.outputs.formats import Format
from kuzushiji.bulk.sources.item import Item
from kuzushiji.bulk.task import Record, Task, failed, records_of


@dataclass(frozen=True)
class Job:
    """Items of one part.

    Attributes:
        part: its number.
        items: to be read, in order.
        slots: for each item its place in the part. A container that could not be opened at first has one
            slot; the pages that are found in it later share it.
        again: they are some of a finished part, tried once more.
        position: of a single item that was taken out of a job: where it was in that; else -1.
    """

    part: int
    items: tuple[Item, ...]
    slots: tuple[int, ...]
    again: bool = False
    position: int = -1

    @classmethod
    def whole(cls, part: int, items: list[Item]) -> Job:
        """All items of a part."""
        return cls(part, tuple(items), tuple(range(len(items))))

    def singles(self) -> list[Job]:
        """The items one by one."""
        pairs = zip(self.items, self.slots, strict=True)
        return [replace(self, items=(i,), slots=(s,), position=n) for n, (i, s) in enumerate(pairs)]


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Attributes:
        data: its records, encoded.
        rows: how many.
        failed: slots whose items could not be used, with the reason.
    """

    data: bytes
    rows: int
    failed: dict[int, str] = field(default_factory=dict)


def work(task: Task, job: Job, form: Format) -> Outcome:
    """Does a job."""
    return outcome(job, records_of(task, list(job.items)), form)


def outcome(job: Job, records: list[Record], form: Format) -> Outcome:
    """Encodes the records of a job."""
    errors = {slot: r["error"] for slot, r in zip(job.slots, records, strict=True) if "error" in r}
    return Outcome(form.encode(records), len(records), errors)


def given_up(job: Job, reason: str, form: Format) -> Outcome:
    """The outcome of a job that ends every process that does it."""
    return outcome(job, [failed(item, reason) for item in job.items], form)


def joined(outcomes: list[Outcome], form: Format) -> Outcome:
    """Several outcomes in a row as one."""
    data = form.pick([o.data for o in outcomes], [(i, 0, o.rows) for i, o in enumerate(outcomes)])
    errors = {slot: reason for o in outcomes for slot, reason in o.failed.items()}
    return Outcome(data, sum(o.rows for o in outcomes), errors)
