"""Public names that are imported when they are first used, so that a package costs nothing to import.

A package has the table for the run and, under ``TYPE_CHECKING``, the same names as plain imports for type
checkers and editors. ``tests/test_public_face.py`` holds the two together.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazily(package: str, table: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The functions ``__getattr__`` and ``__dir__`` of a package.

    Args:
        package: its name.
        table: public name -> the module that has it.
    """

    def get(name: str) -> Any:
        if name not in table:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(table[name]), name)

    def names() -> list[str]:
        return sorted(sys.modules[package].__all__)

    return get, names
