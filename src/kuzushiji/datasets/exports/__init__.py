"""Data sets in the formats of other tools: Parquet, WebDataset, a folder per class, single PNG files."""

from kuzushiji.datasets.exports.exporting import FORMATS, export, split_name

__all__ = ["FORMATS", "export", "split_name"]
