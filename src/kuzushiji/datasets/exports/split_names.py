"""What a split is called in other tools."""

from __future__ import annotations


def split_name(split: str) -> str:
    """The name of a split in other tools: Hugging Face allows no hyphen, and keeps ``all`` for itself.

    >>> split_name("half-train"), split_name("all"), split_name("test")
    ('half_train', 'train', 'test')
    """
    return "train" if split == "all" else split.replace("-", "_")
