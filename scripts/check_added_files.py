"""Refuses what may not be committed: ``python scripts/check_added_files.py FILE ...`` (a pre-commit hook).

Images and arrays of the data sets are CODH's and are downloaded, never committed; large files belong
elsewhere.
Prints one line a file and exits with 1 if there is one.
"""

from __future__ import annotations

import fnmatch
import re
import sys
from pathlib import Path

LARGEST = 1_000_000  # bytes
LARGE_ALLOWED = {
    "src/kuzushiji/weights/files/*.onnx": 20_000_000,
    "src/kuzushiji/weights/pages/*.onnx": 6_000_000,
    "docs/screenshots/*.png": 2_000_000,
    "docs/course/*": 4_000_000,
}
ARRAYS = {".npz", ".npy", ".gz", ".tar", ".tgz", ".zip", ".bin", ".ubyte"}  # and what holds arrays:
ARRAYS |= {".parquet", ".pt", ".pth", ".keras", ".h5"}
PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp"}
GLYPH_SIDES = (28, 64)  # pixels: how the data sets' images are published
_NAME = re.compile(r"(^|/)U\+[0-9A-F]{4,5}/|(k49|kmnist)-(train|test)-imgs|(^|/)[0-9a-f]{16}\.png$")


def fault(path: Path) -> str | None:
    """Why a file may not be committed, in a few words; None if it may."""
    name, kind, size = path.as_posix(), path.suffix.lower(), path.stat().st_size
    allowed = next((n for pattern, n in LARGE_ALLOWED.items() if fnmatch.fnmatch(name, pattern)), LARGEST)
    if _NAME.search(name):
        return "has the name of a data set's file; images of the data sets are never committed"
    if kind in ARRAYS:
        return f"{kind} files are arrays or archives; tests make their own small data"
    if kind in PICTURES and _is_glyph(path):
        return "a picture of the size of the data sets' glyphs; none of theirs is ever committed"
    if size > allowed:
        return f"{size:,} bytes, over {allowed:,}"
    return None


def _is_glyph(path: Path) -> bool:
    from PIL import Image

    try:
        with Image.open(path) as image:
            return image.width == image.height and image.width in GLYPH_SIDES
    except OSError:
        return False


def main(names: list[str]) -> int:
    """Looks at every file; returns the exit code."""
    faults = [(name, why) for name in names if Path(name).is_file() and (why := fault(Path(name)))]
    for name, why in faults:
        print(f"{name}: {why}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
