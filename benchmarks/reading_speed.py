"""How many files a second the default reader reads, from files on disk to readings, and what evidence costs.

Goals on two cores: 1,500 PNG files of 64 px glyphs a second, 300 crops of photographs a second; evidence
within 50 ms a character once its index is loaded. Glyphs and photographs are drawn by the project's brush.
Crops of real pages are taken instead where KUZUSHIJI_PAGE_CROPS names a folder of them.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Row
from PIL import Image

from kuzushiji.errors import KuzushijiError
from kuzushiji.images import samples
from kuzushiji.reading import Reader

GLYPHS, PHOTOS, ROUNDS = 2000, 600, 5


def measure() -> Iterator[Row]:
    reader = Reader()
    name = reader.model.info.name
    with tempfile.TemporaryDirectory() as folder:
        glyphs, photos = _drawn(Path(folder))
        real = sorted(Path(os.environ.get("KUZUSHIJI_PAGE_CROPS") or "no-such-folder").glob("*.jpg"))
        yield Row("threads", reader.threads, "threads", 1)
        yield Row(f"{name}: 64 px PNG glyphs", _rate(reader, glyphs), "files/s", ROUNDS)
        kind = "crops of real pages, JPEG" if real else "drawn photographs, JPEG"
        yield Row(f"{name}: {kind}", _rate(reader, real or photos), "files/s", ROUNDS)
        try:
            reader.load_evidence()
        except KuzushijiError:
            return
        waits = []
        for path in photos[:100]:
            start = time.perf_counter()
            reader.read(path, evidence=5)
            without = time.perf_counter()
            reader.read(path)
            waits.append(1000 * (2 * without - start - time.perf_counter()))
        yield Row(f"{name}: evidence, a character", statistics.median(waits), "ms", len(waits))


def _rate(reader: Reader, files: list[Path]) -> float:
    """Files a second, median of the rounds after one to warm up."""
    seconds = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        readings = reader.read(files)
        seconds.append(time.perf_counter() - start)
        assert all(reading.error is None for reading in readings)
    return len(files) / statistics.median(seconds[1:])


def _drawn(folder: Path) -> tuple[list[Path], list[Path]]:
    characters = list(samples.STROKES)
    glyphs, photos = [], []
    for k, character in enumerate(characters):
        glyph = Image.fromarray(samples.sample(character, 1))
        photo = Image.fromarray(samples.sample(character, 3))
        for i in range(GLYPHS // len(characters)):
            glyphs.append(folder / f"glyph-{k}-{i}.png")
            glyph.save(glyphs[-1])
        for i in range(PHOTOS // len(characters)):
            photos.append(folder / f"photo-{k}-{i}.jpg")
            photo.save(photos[-1], quality=90)
    return glyphs, photos


if __name__ == "__main__":
    for row in measure():
        print(row)
