"""Imports the scripts of benchmarks/ and scripts/, which are no packages."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]


def benchmark(name: str) -> ModuleType:
    """The module benchmarks/NAME.py, which may import its neighbours."""
    return _from("benchmarks", name)


def script(name: str) -> ModuleType:
    """The module scripts/NAME.py, which may import its neighbours."""
    return _from("scripts", name)


def _from(folder: str, name: str) -> ModuleType:
    sys.path.insert(0, str(ROOT / folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(ROOT / folder))
