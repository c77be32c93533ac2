"""What a part is on disk: rows, made of records, joined and split without being read again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from kuzushiji.bulk.task import Record
from kuzushiji.errors import UsageError

Range: TypeAlias = tuple[int, int, int]
"""Rows of one of several encoded parts: its number among them, first row, row after the last."""


class Format(Protocol):
    """An encoding of rows. It can be pickled."""

    @property
    def suffix(self) -> str:
        """Of a part's file name."""

    def encode(self, records: list[Record]) -> bytes:
        """Records as the content of a file."""

    def pick(self, parts: list[bytes], ranges: list[Range]) -> bytes:
        """Rows of several files as the content of one, in the order of the ranges."""

    def assemble(self, parts: Iterable[Path], out: BinaryIO) -> None:
        """Writes the rows of all parts as one file."""

    def split(self, file: Path, rows: Iterable[int]) -> Iterator[bytes]:
        """A file's rows as parts with so many rows each."""


class JsonLines:
    """One JSON object a line, UTF-8."""

    suffix = ".jsonl"

    def encode(self, records: list[Record]) -> bytes:
        """As ``--json`` prints them; a file name that is not UTF-8 becomes an escape that JSON knows."""
        lines = "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)
        return lines.encode("utf-8", "backslashreplace")

    def pick(self, parts: list[bytes], ranges: list[Range]) -> bytes:
        """Lines."""
        lines = [part.splitlines(keepends=True) for part in parts]
        return b"".join(line for part, start, stop in ranges for line in lines[part][start:stop])

    def assemble(self, parts: Iterable[Path], out: BinaryIO) -> None:
        """One after the other."""
        import shutil

        for part in parts:
            with open(part, "rb") as stream:
                shutil.copyfileobj(stream, out, 1 << 20)

    def split(self, file: Path, rows: Iterable[int]) -> Iterator[bytes]:
        """So many lines each."""
        with open(file, "rb") as stream:
            for count in rows:
                yield b"".join(stream.readline() for _ in range(count))


def format_of(name: str, kind: str) -> Format:
    """The format that a suffix names.

    Args:
        name: ``".jsonl"``, ``".ndjson"``, ``".parquet"``, or ``""`` for JSON lines.
        kind: of the task, which names the schema.

    Raises:
        UsageError: another suffix.
    """
    if name.lower() in (".jsonl", ".ndjson", ""):
        return JsonLines()
    if name.lower() == ".parquet":
        from kuzushiji.bulk.outputs.parquet import Parquet

        return Parquet(kind)
    raise UsageError(f"unknown kind of output {name}: name it .jsonl or .parquet, or name a folder")
