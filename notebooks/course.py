"""What the four parts share: the setting, the data, how a figure is shown; no step of the story."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # the same numbers everywhere; before numpy and torch load
os.environ.setdefault("KERAS_BACKEND", "torch")
warnings.filterwarnings("ignore", category=FutureWarning)

import made
import matplotlib

if "matplotlib.pyplot" not in sys.modules:
    matplotlib.use("agg")  # figures are shown by `show` alone
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure
from PIL import Image

import kuzushiji
from kuzushiji.characters import reading_of
from kuzushiji.maps.figures import FONTS

T = TypeVar("T")
FAST = os.environ.get("KUZUSHIJI_COURSE", "full") == "fast"
ROOT = Path(__file__).resolve().parents[1]
OUT = Path(os.environ.get("KUZUSHIJI_COURSE_OUT") or ROOT / "runs" / "course")
OUT.mkdir(parents=True, exist_ok=True)

_installed = {f.name for f in font_manager.fontManager.ttflist}
_font = next((f for f in FONTS if f in _installed), None)
plt.rcParams["font.family"] = [_font] if _font else ["sans-serif"]
plt.rcParams.update({"font.size": 9, "axes.titlesize": 9})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})


def setting(full: T, fast: T) -> T:
    """The first, or the second when KUZUSHIJI_COURSE is ``fast`` (for tests: less of everything)."""
    return fast if FAST else full


def data(*names: str) -> str:
    """What to hand to ``kuzushiji.load``: the first of these sets that can be had.

    The fast setting does without: it draws a small set of the kind of the first name with the project's own
    brush, and does so at once for sets named in KUZUSHIJI_COURSE_MADE.
    """
    problems = []
    if names[0] not in os.environ.get("KUZUSHIJI_COURSE_MADE", "").split():
        for name in names:
            try:
                kuzushiji.load(name, "test")
                return name
            except kuzushiji.KuzushijiError as e:
                problems.append(str(e))
        if not FAST:
            raise kuzushiji.KuzushijiError("; ".join(problems))
    print(f"{names[0]} is not here: using a small made set in its place.")
    return str(made.folder(names[0]))


def named(classes: Sequence[str]) -> list[str]:
    """The characters with their readings, for figures; the readings alone where no font has kana."""
    return [f"{c} {reading_of(c)}" if _font else reading_of(c) for c in classes]


def grid(images: np.ndarray, titles: Sequence[str] = (), columns: int = 10, size: float = 0.75) -> Figure:
    """Pictures in rows, dark on light: uint8 (n, h, w) as glyphs, floats in their own range."""
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(size * columns, (size + (0.2 if len(titles) else 0)) * rows),
        squeeze=False,
        layout="constrained",
    )
    for i, place in enumerate(axes.flat):
        place.set_axis_off()
        if i < len(images):
            whole = {"vmin": 0, "vmax": 255} if images.dtype == np.uint8 else {}
            place.imshow(images[i], cmap="gray_r", **whole)
            if i < len(titles):
                place.set_title(titles[i], fontsize=8)
    return figure


def show(figure: Figure | Path, words: str) -> None:
    """In a notebook, shows a figure or a PNG file as a small PNG with words for those who do not see it."""
    drawn: Path | io.BytesIO
    if isinstance(figure, Path):
        drawn = figure
    else:
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png", dpi=100)
        plt.close(figure)
    if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
        return  # plain Python
    from IPython.display import Image as Picture
    from IPython.display import display

    few = io.BytesIO()
    Image.open(drawn).convert("RGB").quantize(96, dither=Image.Dither.NONE).save(few, "png", optimize=True)
    display(Picture(few.getvalue(), format="png", alt=words))
