"""Static figures of maps for papers: points by class, and glyphs where the classes lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.datasets import ATTRIBUTION
from kuzushiji.datasets import names as published
from kuzushiji.errors import KuzushijiError, UsageError, need
from kuzushiji.maps.methods.registry import methods
from kuzushiji.maps.page.payload import title
from kuzushiji.maps.result import Map, MapSet

FONTS = (
    "Noto Sans CJK JP",
    "Noto Serif CJK JP",
    "IPAexGothic",
    "IPAGothic",
    "Hiragino Sans",
    "Yu Gothic",
    "Meiryo",
)
"""Fonts with kana and kanji, in order of preference."""

FORMATS = (".png", ".svg", ".pdf")
INKS = (
    "#2c5f9e", "#d4502b", "#2f8a57", "#c98d00", "#7d55ad",
    "#0d8f9e", "#c23a7c", "#8b5a36", "#7f9413", "#565c66",
)  # fmt: skip
"""Colours of up to ten classes, those of the page."""

STRIP = 0.12
"""Inches at the bottom for the attribution."""

MOST_COLOURS = 60
"""Classes up to which each has a colour of its own; more are grey, for no eye tells so many apart."""


def draw_maps(mapset: MapSet, out: Path, glyphs: bool = True, dpi: int = 200) -> Path:
    """Draws all maps side by side.

    Args:
        mapset: the maps; of three dimensions the first two are drawn.
        out: a file ending in ``.png``, ``.svg`` or ``.pdf``.
        glyphs: whether a typical image stands at the middle of each class.
        dpi: dots per inch of a ``.png``, and of the points inside an ``.svg``.

    Returns:
        ``out``.

    Raises:
        UsageError: another ending, or matplotlib is not installed.
        KuzushijiError: the file cannot be written.
    """
    out = Path(out)
    if out.suffix.lower() not in FORMATS:
        raise UsageError(f"a figure ends in {', '.join(FORMATS)}, not {out.name!r}")
    matplotlib = need("matplotlib", extra="evaluate")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    names, font = _names(mapset.classes)
    columns = 2 if len(mapset.maps) == 4 else min(3, len(mapset.maps))
    lines = -(-len(mapset.maps) // columns)
    # Without these two an .svg would differ from run to run.
    settings: dict[str, Any] = {
        "svg.hashsalt": "kuzushiji",
        "font.family": [font] if font else ["sans-serif"],
    }
    with matplotlib.rc_context(settings):
        strip, high = STRIP if mapset.dataset in published() else 0.0, 4.7 * lines
        layout = ConstrainedLayoutEngine(rect=(0, strip / high, 1, 1 - strip / high))
        figure = Figure(figsize=(4.4 * columns, high), layout=layout)
        FigureCanvasAgg(figure)
        for axes, each in zip(_axes(figure, lines, columns, len(mapset.maps)), mapset.maps, strict=True):
            _panel(axes, mapset, each, names, glyphs)
        figure.suptitle(_heading(mapset), fontsize=11)
        if len(mapset.classes) <= len(INKS):
            _legend(figure, mapset, names, len(INKS) if columns > 1 else len(INKS) // 2, strip)
        if strip:
            said = f"{ATTRIBUTION}; CC BY-SA 4.0"
            size = 5 if columns > 1 else 4
            figure.text(0.995, strip / high / 4, said, ha="right", va="bottom", fontsize=size, color="0.4")
        metadata = {"Date": None} if out.suffix.lower() == ".svg" else None
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(out, dpi=dpi, metadata=metadata)
        except OSError as e:
            raise KuzushijiError(f"cannot write the figure to {out}: {e.strerror or e}") from e
    return out


def middles(points: np.ndarray, labels: np.ndarray) -> dict[int, int]:
    """For each class the image with most of its class close by on the map: its position, by class.

    A median would do for one island, but a kana has several.

    >>> middles(np.array([[0.0, 0], [1, 0], [9, 0], [5, 5]]), np.array([0, 0, 0, 1]))
    {0: 0, 1: 3}
    """
    from scipy.spatial import KDTree

    found = {}
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        members = members[:: -(-len(members) // 1_000)]
        k = min(len(members), max(2, len(members) // 10))
        reach = KDTree(points[members]).query(points[members], [k])[0][:, 0]
        found[int(label)] = int(members[reach.argmin()])
    return found


def _panel(axes: Any, mapset: MapSet, each: Map, names: list[str], glyphs: bool) -> None:
    from matplotlib.colors import Normalize
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage
    from matplotlib.patheffects import withStroke

    points = each.points[:, :2]
    colours = _colours(mapset.labels, len(mapset.classes))
    size = float(np.clip(20_000 / len(points), 0.2, 12))
    order = np.random.default_rng(0).permutation(
        len(points)
    )  # so that no class lies on top only for coming last
    axes.scatter(*points[order].T, c=colours[order], s=size, alpha=0.75, linewidths=0, rasterized=True)
    known = methods().get(each.method)
    words = known.title if known else each.method
    if each.quality is not None:
        words += f"\ntrust {each.quality.trustworthiness:.3f}, 10-NN {each.quality.knn_accuracy:.3f}"
    axes.set_title(words, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])
    low, high = np.percentile(points, [0.1, 99.9], axis=0)
    margin = 0.05 * (high - low) + 1e-9
    axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
    axes.set_ylim(low[1] - margin[1], high[1] + margin[1])
    if not glyphs or len(mapset.classes) > MOST_COLOURS:
        return
    for label, image in middles(points, mapset.labels).items():
        glyph = np.asarray(mapset.images[np.array([image])])[0]
        box = OffsetImage(255 - glyph, cmap="gray", norm=Normalize(0, 255), zoom=16 / glyph.shape[0])
        colour = colours[image]
        frame = {"edgecolor": colour, "linewidth": 1}
        axes.add_artist(AnnotationBbox(box, points[image], frameon=True, pad=0.1, bboxprops=frame))
        axes.annotate(
            names[label],
            points[image],
            xytext=(9, 6),
            textcoords="offset points",
            fontsize=8,
            zorder=5,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
    if mapset.added is not None and each.transform_points is not None:
        axes.scatter(
            *each.transform_points[:, :2].T, marker="*", s=90, c="black", edgecolors="white", zorder=6
        )


def _heading(mapset: MapSet) -> str:
    part = "" if mapset.split == "all" else f" ({mapset.split})"
    by = "pixels" if mapset.features == "pixels" else f"features of {Path(mapset.features).stem}"
    return f"{title(mapset.dataset)}{part}: {len(mapset):,} images, {by}"


def _legend(figure: Any, mapset: MapSet, names: list[str], columns: int, strip: float) -> None:
    """Which colour is which class, below all maps and above the strip of the attribution."""
    from matplotlib.lines import Line2D

    colours = _colours(np.arange(len(names)), len(names))
    present = np.unique(mapset.labels)
    dots = [Line2D([], [], marker="o", ls="", mew=0, ms=6, color=colours[k], label=names[k]) for k in present]
    figure.legend(
        handles=dots,
        loc="outside lower center",
        fontsize=10,
        borderaxespad=0.5 + 72 * strip / 10,
        ncols=columns,
        frameon=False,
        handletextpad=0.1,
    )


def _axes(figure: Any, lines: int, columns: int, count: int) -> Iterable[Any]:
    every = np.ravel(figure.subplots(lines, columns, squeeze=False))
    for unused in every[count:]:
        unused.set_visible(False)
    return every[:count]


def _colours(labels: np.ndarray, classes: int) -> np.ndarray:
    """RGB of each image: the page's inks, evenly spaced hues of alternating lightness for more than ten
    classes, grey with too many."""
    if classes > MOST_COLOURS:
        return np.full((len(labels), 3), 0.35)
    from matplotlib.colors import hsv_to_rgb, to_rgb

    if classes <= len(INKS):
        return np.array([to_rgb(ink) for ink in INKS])[labels]
    number = np.arange(classes)
    hsv = np.stack([number / classes, np.where(number % 2, 0.85, 0.65), np.where(number % 3, 0.85, 0.6)], 1)
    return np.asarray(hsv_to_rgb(hsv))[labels]


def _names(classes: tuple[str, ...]) -> tuple[list[str], str | None]:
    """The characters and a font that has them, or their readings in Latin letters without such a font."""
    from matplotlib import font_manager

    installed = {f.name for f in font_manager.fontManager.ttflist}
    for font in FONTS:
        if font in installed:
            return list(classes), font
    from kuzushiji.characters import lookup

    names = []
    for c in classes:
        try:
            names.append(lookup(c).romaji or f"U+{ord(c):04X}")
        except KuzushijiError:
            names.append(c if c.isascii() else f"U+{ord(c[0]):04X}")
    return names, None
