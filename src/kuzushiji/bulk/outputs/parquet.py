"""Parquet: typed columns, nested where the records are; the schemas are part of the documentation.

A key of a record that has no column of its own is in ``more``, as JSON. What the characters room knows of
each candidate (readings, jibo, meaning) is left out: it is the same in every row.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from kuzushiji.bulk.task import Record
from kuzushiji.errors import need

if TYPE_CHECKING:
    from kuzushiji.bulk.outputs.formats import Range

_GROUP_BYTES = 64 << 20  # of a row group of the assembled file, before compression
_HOW: dict[str, Any] = {
    "compression": "zstd",
    "store_schema": False,
}  # so that rewritten rows are the same bytes


@dataclass(frozen=True)
class Parquet:
    """Parquet files of one kind of records."""

    kind: str
    suffix: str = ".parquet"

    def __post_init__(self) -> None:
        need("pyarrow", extra="bulk")

    def encode(self, records: list[Record]) -> bytes:
        """One row a record."""
        import pyarrow as pa

        wanted = schema(self.kind)
        return _bytes(pa.Table.from_pylist([_row(record, wanted.names) for record in records], wanted))

    def pick(self, parts: list[bytes], ranges: list[Range]) -> bytes:
        """Rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        tables = [pq.read_table(io.BytesIO(part)) for part in parts]
        return _bytes(pa.concat_tables(tables[part].slice(a, b - a) for part, a, b in ranges))

    def assemble(self, parts: Iterable[Path], out: BinaryIO) -> None:
        """Several parts a row group: small groups would make the file slow to scan."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with pq.ParquetWriter(out, schema(self.kind), **_HOW) as writer:
            held: list[Any] = []
            for part in parts:
                held.append(pq.read_table(part))
                if sum(table.nbytes for table in held) >= _GROUP_BYTES:
                    writer.write_table(pa.concat_tables(held).combine_chunks())
                    held = []
            if held:
                writer.write_table(pa.concat_tables(held).combine_chunks())

    def split(self, file: Path, rows: Iterable[int]) -> Iterator[bytes]:
        """So many rows each, one row group in memory at a time."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with pq.ParquetFile(file) as source:
            groups = (source.read_row_group(number) for number in range(source.num_row_groups))
            held = schema(self.kind).empty_table()
            for count in rows:
                while held.num_rows < count:
                    held = pa.concat_tables([held, next(groups)])
                yield _bytes(held.slice(0, count))
                held = held.slice(count)


@cache
def schema(kind: str) -> Any:
    """The columns of a kind of records, as a `pyarrow.Schema`.

    >>> schema("read").field("probability").type
    DataType(double)
    """
    import pyarrow as pa

    texts = pa.list_(pa.string())
    candidates = pa.list_(
        pa.struct([("char", pa.string()), ("codepoint", pa.string()), ("probability", pa.float64())])
    )
    box = pa.list_(pa.int32())
    character = [
        *(("box", box), ("char", pa.string()), ("codepoint", pa.string()), ("probability", pa.float64())),
        *(("sure", pa.bool_()), ("ruby", pa.bool_()), ("alone", pa.float64()), ("reason_codes", texts)),
        ("candidates", candidates),
    ]
    column = [
        *(("box", box), ("text", pa.string()), ("ruby", pa.bool_()), ("kind", pa.string())),
        ("characters", pa.list_(pa.struct(character))),
    ]
    own: dict[str, list[tuple[str, Any]]] = {
        "read": [
            *(("char", pa.string()), ("codepoint", pa.string()), ("probability", pa.float64())),
            *(("sure", pa.bool_()), ("reasons", texts), ("candidates", candidates)),
        ],
        "page": [
            *(("width", pa.int32()), ("height", pa.int32()), ("text", pa.string()), ("turned", pa.int32())),
            *(("notes", texts), ("columns", pa.list_(pa.struct(column)))),
        ],
    }
    file = pa.field("file", pa.string(), nullable=False)
    page = pa.field("page", pa.int32(), nullable=False)
    fields = [file, page, ("error", pa.string()), *own[kind], ("more", pa.string())]
    return pa.schema(fields, metadata={"kuzushiji": f"{kind} 1"})


def _row(record: Record, names: list[str]) -> dict[str, Any]:
    row = {"page": 1, **record}
    if candidates := record.get("candidates"):
        best = candidates[0]
        row |= {name: best[name] for name in ("char", "codepoint", "probability")}
    rest = {key: value for key, value in row.items() if key not in names}
    row["more"] = json.dumps(rest, ensure_ascii=False) if rest else None
    for name in ("file", "error", "more"):  # Parquet's texts are UTF-8, file names need not be
        if isinstance(row.get(name), str):
            row[name] = row[name].encode("utf-8", "backslashreplace").decode()
    return row


def _bytes(table: Any) -> bytes:
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(table.combine_chunks(), stream, **_HOW)
    return stream.getvalue()
