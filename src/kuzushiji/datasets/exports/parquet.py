"""Parquet as Hugging Face writes it: with the types of image and label in the schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from kuzushiji.datasets.dataset import Dataset
from kuzushiji.datasets.exports.files import encoded
from kuzushiji.errors import need

SHARD = 100_000
"""Images in one file: 28 x 28 pixels take about 40 MB."""
_ROWS = 1000  # in one row group: what is read at once


def need_pyarrow() -> Any:
    """Imports ``pyarrow.parquet``.

    Raises:
        UsageError: the ``data`` extra is not installed.
    """
    return need("pyarrow.parquet", extra="data")


def write(dataset: Dataset, folder: Path, split: str, progress: Callable[[int], None]) -> None:
    """Writes ``data/SPLIT-NUMBER-of-COUNT.parquet`` with the columns ``image`` (PNG) and ``label``.

    Args:
        dataset: what to write.
        folder: where the folder ``data`` is made.
        split: the name in the files.
        progress: called with the number of images that were written since the last call.
    """
    parquet = need_pyarrow()
    arrow = need("pyarrow", extra="data")
    (folder / "data").mkdir(exist_ok=True)
    schema = _schema(arrow, dataset.classes)
    shards = max(1, -(-len(dataset) // SHARD))
    rows = encoded(dataset)
    for shard in range(shards):
        left = min(SHARD, len(dataset) - shard * SHARD)
        path = folder / "data" / f"{split}-{shard:05d}-of-{shards:05d}.parquet"
        with parquet.ParquetWriter(path, schema) as writer:
            while left > 0:
                group = list(islice(rows, min(_ROWS, left)))
                left -= len(group)
                images = [{"bytes": data, "path": f"{number:07d}.png"} for number, _, data in group]
                labels = [label for _, label, _ in group]
                writer.write_table(arrow.table({"image": images, "label": labels}, schema=schema))
                progress(len(group))


def size(folder: Path, split: str) -> int:
    """Bytes of a written split when it is not compressed, as its files report them."""
    files = folder.glob(f"data/{split}-*.parquet")
    found = [need_pyarrow().read_metadata(path) for path in files]
    return sum(each.row_group(i).total_byte_size for each in found for i in range(each.num_row_groups))


def _schema(arrow: Any, classes: tuple[str, ...]) -> Any:
    features = {
        "image": {"_type": "Image"},
        "label": {"names": list(classes), "_type": "ClassLabel"},
    }
    image = arrow.struct([("bytes", arrow.binary()), ("path", arrow.string())])
    return arrow.schema(
        [("image", image), ("label", arrow.int64())],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )
