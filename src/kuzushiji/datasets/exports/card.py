"""The card of an exported data set, with the metadata by which Hugging Face finds splits and features."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kuzushiji.datasets import registry
from kuzushiji.datasets.dataset import Dataset
from kuzushiji.datasets.exports import parquet
from kuzushiji.datasets.info import TRAPS

_FILES = {
    "parquet": "data/{split}-*.parquet",
    "webdataset": "data/{split}-*.tar",
    "imagefolder": "{split}/**",
    "png": "{split}/**",
}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def write_card(parts: Sequence[Dataset], to: str, folder: Path) -> None:
    """Writes ``README.md``, and the licence where the set is a published one.

    Args:
        parts: the splits that were written.
        to: the format (`kuzushiji.datasets.exports.FORMATS`).
        folder: where to.
    """
    published = registry.PUBLISHED.get(parts[0].name)
    title = published.title if published else Path(parts[0].name).name
    # YAML holds JSON, so that no YAML library is needed to quote what must be quoted.
    about = _metadata(parts, to, folder)
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in about.items()]
    text = ["---", *lines, "---", f"# {title}", "", *_table(parts), ""]
    text += ["Images are grey, white ink (255) on black (0). Labels are the numbers of the classes.", ""]
    if published:
        text += ["## Licence", "", f"{registry.LICENCE}. {registry.ATTRIBUTION}.", ""]
        text += ["## Before you trust a score", "", TRAPS[published.name], ""]
    text += ["Written by `kuzushiji data export`.", ""]
    (folder / "README.md").write_text("\n".join(text), encoding="utf-8")


def _metadata(parts: Sequence[Dataset], to: str, folder: Path) -> dict[str, Any]:
    from kuzushiji.datasets.exports.split_names import split_name

    total = sum(map(len, parts))
    names = [split_name(part.split) for part in parts]
    found: dict[str, Any] = {}
    if parts[0].name in registry.PUBLISHED:
        found["license"] = registry.LICENCE.lower().replace(" ", "-")
        found["pretty_name"] = registry.PUBLISHED[parts[0].name].title
    found |= {
        "language": ["ja"],
        "task_categories": ["image-classification"],
        "size_categories": [next((name for limit, name in _SIZES if total < limit), "1M<n<10M")],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": name, "path": _FILES[to].format(split=name)} for name in names],
            }
        ],
    }
    if to == "parquet":
        labels = {str(i): char for i, char in enumerate(parts[0].classes)}
        found["dataset_info"] = {
            "features": [
                {"name": "image", "dtype": "image"},
                {"name": "label", "dtype": {"class_label": {"names": labels}}},
            ],
            "splits": [
                {"name": name, "num_bytes": parquet.size(folder, name), "num_examples": len(part)}
                for name, part in zip(names, parts, strict=True)
            ],
        }
    return found


def _table(parts: Sequence[Dataset]) -> list[str]:
    rows = [
        f"| {part.split} | {len(part):,} | {part.images.shape[2]} x {part.images.shape[1]} "
        f"| {len(part.classes):,} |"
        for part in parts
    ]
    return ["| split | images | pixels | classes |", "|---|---|---|---|", *rows]
