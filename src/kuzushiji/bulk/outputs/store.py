"""An output with its manifest: which parts are finished, writing the next ones, making one file of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kuzushiji.bulk.job import Job, Outcome
from kuzushiji.bulk.outputs.formats import Format, format_of
from kuzushiji.bulk.outputs.manifest import Entry, Manifest, durable, settle
from kuzushiji.bulk.outputs.target import Target
from kuzushiji.bulk.sources.item import Item, digest
from kuzushiji.datasets.cache import locked
from kuzushiji.errors import KuzushijiError, UsageError

DONE, RUNNING = "done", "running"


class Store:
    """The output of one run. It is held against other processes while the block of `opened` runs."""

    def __init__(self, target: Target, kind: str) -> None:
        self.target = target
        self.form: Format = format_of(target.suffix, kind)
        self.manifest = Manifest(target.run)
        self.finished: dict[int, Entry] = {}

    @classmethod
    @contextmanager
    def opened(cls, target: Target, kind: str) -> Iterator[Store]:
        """Opens an output, new or begun.

        Raises:
            KuzushijiError: it cannot be written, or another process writes it.
        """

        def refuse() -> None:
            raise KuzushijiError(f"{target.name}: another process is writing it")

        try:
            target.parts.mkdir(parents=True, exist_ok=True)
            target.run.mkdir(exist_ok=True)
        except OSError as e:
            raise KuzushijiError(f"cannot write {target.name}: {e.strerror or e}") from None
        with locked(target.run, waiting=refuse):
            yield cls(target, kind)

    def begin(self, about: dict[str, str], part_size: int | None, default_size: int) -> int:
        """Takes up what an earlier run has finished, if it was the same run.

        Args:
            about: the fingerprint.
            part_size: what was asked for; None for that of the earlier run, or the default.
            default_size: of a new run.

        Returns:
            The size of a part.

        Raises:
            UsageError: the output was begun with another fingerprint, or something else is in its place.
        """
        known = self.manifest.about
        about = {**about, "format": self.form.suffix.removeprefix(".")}
        if not known:
            self._refuse_strangers()
            size = part_size or default_size
        else:
            size = part_size or known["part_size"]
            was = {**known["about"], "part size": str(known["part_size"])}
            now = {**about, "part size": str(size)}
            differs = [
                f"{key} ({was.get(key, 'none')} then, {now.get(key, 'none')} now)"
                for key in {**was, **now}
                if was.get(key) != now.get(key)
            ]
            if differs:
                raise self._other(f"another {', '.join(differs)}")
        with _writing(self.target.name):
            self.manifest.mend()
            self.finished = {entry.part: entry for entry in self.manifest.entries()}
            if self.assembled:
                return size
            for leftover in (*self.target.parts.glob("*.part"), *self.target.run.glob("*.part")):
                leftover.unlink(missing_ok=True)
            self.finished = {n: entry for n, entry in self.finished.items() if self._is_there(entry)}
            self.manifest.describe(about=about, part_size=size, state=RUNNING)
        return size

    @property
    def assembled(self) -> bool:
        """Whether the one file was made, and its parts are gone."""
        file = self.target.file
        return file is not None and self.manifest.about.get("state") == DONE and file.is_file()

    def missing(self, part: int, items: list[Item]) -> bool:
        """Whether a part is still to be done.

        Raises:
            UsageError: it is finished, but with other items.
        """
        entry = self.finished.get(part)
        if entry is None:
            return True
        if entry.items == digest(items):
            return False
        grown = entry.slots < len(items) and entry.items == digest(items[: entry.slots])
        if not grown or part != max(self.finished):
            raise self._other(f"other inputs: those from {items[0].name} on differ")
        return True

    def check_end(self, parts: int) -> None:
        """Refuses inputs that have become fewer than what is finished.

        Raises:
            UsageError: they have.
        """
        if self.finished and max(self.finished) >= parts:
            raise self._other("more inputs than there are now")

    def add(self, job: Job, outcome: Outcome) -> Entry:
        """Writes what came of a job: a new part, or new rows of a finished one.

        Raises:
            KuzushijiError: it cannot be written.
        """
        old = self.finished.get(job.part) if job.again else None
        with _writing(self.target.name):
            if old is not None:
                entry, data = self._spliced(old, job, outcome)
            else:
                names = tuple(item.name for item in job.items if item.container)
                data = outcome.data
                entry = Entry(
                    job.part, digest(list(job.items)), outcome.rows, len(data), outcome.failed, {}, names
                )
            durable(self.target.part(job.part, self.form.suffix), data)
            self.manifest.add(entry)
        self.finished[job.part] = entry
        return entry

    def finish(self) -> None:
        """Makes one file of the parts, if one was asked for.

        Raises:
            KuzushijiError: it cannot be written.
        """
        if self.assembled:
            return
        file = self.target.file
        with _writing(self.target.name):
            if file is not None:
                parts = [self.target.part(number, self.form.suffix) for number in sorted(self.finished)]
                part = file.with_name(f"{file.name}.part")
                try:
                    with open(part, "wb") as out:
                        self.form.assemble(parts, out)
                        out.flush()
                        os.fsync(out.fileno())
                    os.replace(part, file)
                except BaseException:
                    part.unlink(missing_ok=True)
                    raise
                settle(file.parent)
            self.manifest.describe(state=DONE)
            if file is not None:
                shutil.rmtree(self.target.parts)

    def reopen(self) -> None:
        """Makes parts of the one file again, so that some of them can be replaced or added."""
        if not self.assembled:
            return
        assert self.target.file is not None
        with _writing(self.target.name):
            self.target.parts.mkdir(exist_ok=True)
            numbers = sorted(self.finished)
            contents = self.form.split(self.target.file, (self.finished[n].rows for n in numbers))
            for number, content in zip(numbers, contents, strict=True):
                durable(self.target.part(number, self.form.suffix), content)
                if len(content) != self.finished[number].size:
                    remove = f"remove {self.target.run} to begin anew"
                    raise UsageError(f"{self.target.file} was changed since it was made; {remove}")
            self.manifest.describe(state=RUNNING)

    def _spliced(self, old: Entry, job: Job, outcome: Outcome) -> tuple[Entry, bytes]:
        """The rows of a part with those of some slots replaced by new ones."""
        ranges: list[tuple[int, int, int]] = []
        before, after, spread = 0, 0, {}
        fresh = sorted(set(job.slots))
        for slot in range(old.slots):
            rows = old.spread.get(slot, 1)
            if slot in fresh:
                count = job.slots.count(slot)
                ranges.append((1, after, after + count))
                after += count
            else:
                count = rows
                ranges.append((0, before, before + rows))
            before += rows
            if count != 1:
                spread[slot] = count
        kept = self.target.part(job.part, self.form.suffix).read_bytes()
        data = self.form.pick([kept, outcome.data], ranges)
        failed = {s: r for s, r in old.failed.items() if s not in fresh} | outcome.failed
        rows = sum(stop - start for _, start, stop in ranges)
        return Entry(job.part, old.items, rows, len(data), failed, spread, old.unopened), data

    def _other(self, what: str) -> UsageError:
        remedy = f"give the same again, or another -o, or remove {self.target.run}"
        return UsageError(f"{self.target.name} was begun with {what}; {remedy}")

    def _is_there(self, entry: Entry) -> bool:
        try:
            return self.target.part(entry.part, self.form.suffix).stat().st_size == entry.size
        except OSError:
            return False

    def _refuse_strangers(self) -> None:
        """Files that no run of ours has made are not replaced."""
        file = self.target.file
        if file is not None and file.exists():
            raise UsageError(f"{file} is there already, and no run folder beside it; name another file")
        if file is None and any(p.name != "_run" for p in self.target.parts.iterdir()):
            raise UsageError(f"{self.target.parts} is not empty; name a new folder")


@contextmanager
def _writing(name: Path) -> Iterator[None]:
    """A disk that is full, gone or closed, as one line that says how to go on."""
    try:
        yield
    except OSError as e:
        rest = "what is finished is kept, and the same command goes on there"
        raise KuzushijiError(f"cannot write {name}: {e.strerror or e}; {rest}") from None
