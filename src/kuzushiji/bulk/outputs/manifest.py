"""What a run has finished: a journal that grows by a line a part, and survives being cut anywhere."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kuzushiji.errors import KuzushijiError


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished part.

    Attributes:
        part: its number.
        items: the fingerprint of its items (`kuzushiji.bulk.sources.digest`).
        rows: of its file.
        size: bytes of its file.
        failed: slots that could not be used, with the reason.
        spread: rows of slots that have not one: a container that was opened at a second try.
        unopened: names of the containers among the slots.
    """

    part: int
    items: str
    rows: int
    size: int
    failed: dict[int, str] = field(default_factory=dict)
    spread: dict[int, int] = field(default_factory=dict)
    unopened: tuple[str, ...] = ()

    @property
    def slots(self) -> int:
        """How many items it has."""
        return int(self.items.rpartition("-")[2])


class Manifest:
    """The files ``run.json`` (what is run) and ``finished.jsonl`` (what is finished) of a run folder."""

    def __init__(self, folder: Path) -> None:
        """Opens a run folder, which may be empty.

        Raises:
            KuzushijiError: ``run.json`` is damaged.
        """
        self.folder = folder
        self._about, self._journal = folder / "run.json", folder / "finished.jsonl"
        try:
            self.about: dict[str, Any] = json.loads(self._about.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.about = {}
        except ValueError:
            raise KuzushijiError(f"{self._about} is damaged; remove {folder} to begin anew") from None

    def describe(self, **about: Any) -> None:
        """Keeps what is run, and in which state."""
        self.about |= about
        text = json.dumps(self.about, ensure_ascii=False, indent=1)
        durable(self._about, text.encode("utf-8", "backslashreplace"))

    def entries(self) -> Iterator[Entry]:
        """The journal's lines; later ones about the same part replace earlier ones. A torn line ends it."""
        try:
            with open(self._journal, "rb") as stream:
                for line in stream:
                    if not line.endswith(b"\n"):
                        return
                    tree = json.loads(line)
                    tree["failed"] = {int(k): v for k, v in tree["failed"].items()}
                    tree["spread"] = {int(k): v for k, v in tree["spread"].items()}
                    yield Entry(**{**tree, "unopened": tuple(tree["unopened"])})
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError):
            raise KuzushijiError(f"{self._journal} is damaged; remove {self.folder} to begin anew") from None

    def mend(self) -> None:
        """Cuts off a line that a crash tore."""
        if not self._journal.exists():
            return
        with open(self._journal, "r+b") as stream:
            size = whole = 0
            for line in stream:
                size += len(line)
                whole = size if line.endswith(b"\n") else whole
            if whole < size:
                stream.truncate(whole)

    def add(self, entry: Entry) -> None:
        """Writes a line, through to the disk."""
        line = (json.dumps(asdict(entry), ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
        with open(self._journal, "ab", buffering=0) as stream:
            start = stream.seek(0, os.SEEK_END)
            try:
                if stream.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(stream.fileno())
            except OSError:
                stream.truncate(start)  # a full disk: half a line would hide those after it
                raise


def durable(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, also when the power fails."""
    part = path.with_name(f"{path.name}.part")
    try:
        with open(part, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(folder: Path) -> None:
    """Writes a folder's names through to the disk, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
