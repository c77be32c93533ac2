"""What the core install takes on disk. Goal: under 250 MB without any extra."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from bench import NotHereError, Row

ROOT = Path(__file__).resolve().parent.parent
MB = 1_000_000


def measure() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        packages = Path(
            subprocess.run(
                [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                check=True,
                capture_output=True,
                text=True,
            ).stdout.strip()
        )
        before = {path.name for path in packages.iterdir()}  # pip itself
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ROOT],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise NotHereError(f"pip could not install the core: {done.stderr.strip().splitlines()[-1]}")
        added = [path for path in packages.iterdir() if path.name not in before]
        yield Row(
            "core", sum(map(_bytes, added)) / MB, "MB", sum(p.name.endswith(".dist-info") for p in added)
        )
        yield Row("core_own_package", _bytes(packages / "kuzushiji") / MB, "MB", 1)


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
