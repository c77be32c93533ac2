"""One image from a cold shell, against the least that any reader on onnxruntime has to load.

Goal: ``kuzushiji read one.png`` takes at most twice the time of ``python -c "import numpy, onnxruntime"``.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import NotHereError, Row, alternate
from PIL import Image, ImageDraw

from kuzushiji import weights
from kuzushiji.errors import KuzushijiError

ROUNDS = 21
IMPORTS = "import numpy, onnxruntime"


def measure() -> Iterator[Row]:
    try:
        weights.default()
    except KuzushijiError as e:
        raise NotHereError(str(e)) from e
    script = Path(sys.executable).with_name("kuzushiji")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "kuzushiji"]
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "one.png"
        _draw(image)
        base, read, ratio = alternate(
            [sys.executable, "-c", IMPORTS], [*command, "read", str(image)], rounds=ROUNDS
        )
    yield Row("imports", base, "s", ROUNDS)
    yield Row("read_one_png", read, "s", ROUNDS)
    yield Row("read_one_png", ratio, "ratio", ROUNDS, ratio_to=f"python -c '{IMPORTS}'")
    base, shown, ratio = alternate([sys.executable, "-c", "pass"], [*command, "--help"], rounds=ROUNDS)
    yield Row("help", shown, "s", ROUNDS)


def _draw(path: Path) -> None:
    """Three strokes, dark on light, the size of a crop from a scan."""
    image = Image.new("L", (120, 140), 225)
    pen = ImageDraw.Draw(image)
    pen.line([(20, 40), (95, 32)], fill=30, width=9)
    pen.arc([30, 20, 90, 120], 200, 430, fill=30, width=9)
    pen.line([(95, 60), (110, 84)], fill=30, width=8)
    image.save(path)
