"""What ``kuzushiji doctor`` finds: facts about this installation, each with whether it is well."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from kuzushiji._machine import cores, processor
from kuzushiji._version import __version__
from kuzushiji.errors import KuzushijiError

SETTINGS = ("KUZUSHIJI_", "HF_", "ORT_DISABLE_TELEMETRY", "KERAS_BACKEND", "OMP_NUM_THREADS")
"""Environment variables that change what the package does begin so; a token is never shown."""


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis.

    Attributes:
        topic: e.g. ``"model reader"``.
        text: what was found.
        ok: whether it is as it should be; None where that is a matter of taste.
        fix: what to do, where it is not.
    """

    topic: str
    text: str
    ok: bool | None = None
    fix: str = ""


def diagnose() -> Iterator[Finding]:
    """All findings, as they are made; nothing is downloaded and nothing is raised."""
    yield Finding("kuzushiji", f"{__version__} at {Path(__file__).parents[1]}")
    yield Finding("python", f"{platform.python_version()} at {sys.executable}", sys.version_info >= (3, 11))
    yield Finding("system", f"{platform.system()} {platform.release()}, {platform.machine()}")
    yield Finding("processor", f"{processor()}, {cores()} core(s) for this process")
    for topic, check in (
        ("packages", _packages),
        ("models", _models),
        ("cache", _cache),
        ("reading", _reading),
    ):
        yield from _guarded(topic, check)
    for name, value in sorted(os.environ.items()):
        if name.startswith(SETTINGS):
            yield Finding(f"${name}", "(set)" if "TOKEN" in name else value)


def _guarded(topic: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of a check; one that fails is itself a finding, and the others are still made."""
    try:
        yield from check()
    except Exception as e:  # a broken installation raises anything
        fix = "reinstall kuzushiji" if not isinstance(e, KuzushijiError) else ""
        yield Finding(topic, " ".join(f"{type(e).__name__}: {e}".split()), False, fix)


def _packages() -> Iterator[Finding]:
    """The versions of the core's packages, and for each extra which are missing."""
    needed: dict[str, list[str]] = {}
    for line in metadata.requires("kuzushiji") or ():
        package = re.match(r"[\w.-]+", line)
        of_extra = re.search(r"extra == ['\"]([\w-]+)['\"]", line)
        if package and package[0] != "kuzushiji":
            needed.setdefault(of_extra[1] if of_extra else "core", []).append(package[0])
    for extra, names in needed.items():
        versions = {name: _version(name) for name in names}
        missing = [name for name, version in versions.items() if version is None]
        if extra == "core":
            shown = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
            fix = "pip install --force-reinstall kuzushiji"
            yield Finding("core packages", shown, not missing, fix if missing else "")
        else:
            text = "installed" if not missing else f"missing: {', '.join(missing)}"
            yield Finding(
                f"extra {extra}", text, None, f'pip install "kuzushiji[{extra}]"' if missing else ""
            )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _models() -> Iterator[Finding]:
    """Every shipped model, opened; `names` compares each with the digest in its file's name."""
    from kuzushiji.weights import default, names, open_model

    for name in names():
        model = open_model(name, threads=1)
        size = f"{model.path.stat().st_size:,} bytes"
        about = f"{len(model.info.classes):,} classes, {size}, digest as it should be"
        yield Finding(f"model {name}", about + (", the default" if name == default() else ""), True)


def _cache() -> Iterator[Finding]:
    """Where data sets are kept, whether it can be written, and which sets are there."""
    from kuzushiji.datasets import cache_dir, registry
    from kuzushiji.datasets.layouts import kana, kkanji

    home = cache_dir()
    nearest = next(folder for folder in (home, *home.parents) if folder.is_dir())
    free = shutil.disk_usage(nearest).free / 1e9
    fix = "" if _writable(nearest) else "set KUZUSHIJI_HOME to a folder that you can write"
    yield Finding("cache", f"{home}, {free:,.1f} GB free", not fix, fix)
    for item in registry.PUBLISHED.values():
        if item is registry.KKANJI:
            there = kkanji.unpacked(home) is not None
        else:
            there = all(kana.files_of(item.name, split, home / item.name) for split in item.splits)
        yield Finding(f"data set {item.name}", "ready" if there else "not here")


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _reading() -> Iterator[Finding]:
    """One drawn character, read by the default model."""
    from kuzushiji.images import samples
    from kuzushiji.reading import Reader

    start = time.perf_counter()
    best = Reader().read([samples.sample("つ", 0)])[0].candidates[0]
    spent = time.perf_counter() - start
    right = best.char == "つ"
    text = f"a drawn つ is read as {best.char} ({best.probability:.1%}), {spent:.2f} s with opening the model"
    yield Finding("one reading", text, right, "" if right else "reinstall kuzushiji")
