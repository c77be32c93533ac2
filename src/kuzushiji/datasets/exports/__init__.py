"""Data sets in the formats of other tools: Parquet, WebDataset, a folder per class, single PNG files."""

from kuzushiji.datasets.exports.exporting import FORMATS, export
from kuzushiji.datasets.exports.split_names import split_name

__all__ = ["FORMATS", "export", "split_name"]
