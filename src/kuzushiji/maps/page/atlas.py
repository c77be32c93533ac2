"""Writes a map set as a page that opens from disk, without a network, in any browser of the last years."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji._files import replacing
from kuzushiji.errors import KuzushijiError
from kuzushiji.maps.page import bundle, payload, sprites
from kuzushiji.maps.result import MapSet

SINGLE_FILE_LIMIT = 60_000_000
"""Bytes up to which the page is one file; a heavier one becomes a folder with the sprites beside the page."""


def write_atlas(mapset: MapSet, out: Path, limit: int = SINGLE_FILE_LIMIT) -> Path:
    """Writes the atlas page of a map set.

    Args:
        mapset: maps, images and all that is known about them.
        out: the file to write, ``*.html``. A name without that ending is taken as a folder.
        limit: bytes above which a folder is written instead: for ``kanji.html`` the folder ``kanji`` with
            ``index.html`` and ``sprites/``.

    Returns:
        The HTML file to open: ``out``, or ``index.html`` of the folder.

    A folder holds every glyph in its full size too, where the page's thumbnails are smaller.

    Raises:
        KuzushijiError: the map set cannot be drawn, or the file cannot be written.
    """
    out = Path(out)
    built = payload.build(mapset)
    sheets = _sheets(mapset, built)
    arrays = {name: base64.b64encode(a.tobytes()).decode() for name, a in built.arrays.items()}
    weight = sum(len(s) for group in sheets.values() for s in group) * 4 // 3
    one_file = out.suffix.lower() in (".html", ".htm")
    folder = None
    if not one_file or weight + sum(map(len, arrays.values())) > limit:
        folder = out.with_suffix("") if one_file else out
        out = folder / "index.html"
        sheets.update(_large_sheets(mapset, built))
    html = bundle.page(_title(mapset), "en", _data(built.words, arrays, sheets, inline=folder is None))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if folder is not None:
            _write_sheets(folder / "sprites", sheets)
        with replacing(out) as partial:
            partial.write_text(html, encoding="utf-8")
    except OSError as e:
        raise KuzushijiError(f"cannot write the atlas to {out}: {e.strerror or e}") from e
    return out


def _title(mapset: MapSet) -> str:
    part = "" if mapset.split == "all" else f" ({mapset.split})"
    return f"An atlas of {payload.title(mapset.dataset)}{part}"


def _sheets(mapset: MapSet, built: payload.Payload) -> dict[str, list[bytes]]:
    """The sprite sheets by purpose, and their layout in the page's JSON under ``sprites``."""
    side = max(np.shape(mapset.images)[1:])
    cell = sprites.cell_size(side, len(mapset))
    groups: dict[str, tuple[Any, Any, int, int]] = {"glyph": (mapset.images, built.order, cell, 4)}
    if mapset.class_means is not None:
        means = np.rint(np.nan_to_num(np.asarray(mapset.class_means)).clip(0, 1) * 255).astype(np.uint8)
        groups["mean"] = (means, np.arange(len(means)), sprites.cell_size(side, len(means)), 8)
    if mapset.added is not None and len(mapset.added.names):
        groups["added"] = (mapset.added.images, np.arange(len(mapset.added.names)), min(side, 64), 8)
    built.words["sprites"] = {}
    sheets = {}
    for name, (images, order, size, bits) in groups.items():
        sheets[name] = _group(built, name, images, order, sprites.Grid.of(size), bits)
    return sheets


def _large_sheets(mapset: MapSet, built: payload.Payload) -> dict[str, list[bytes]]:
    """The glyphs in full size, for what is looked at singly: in a folder their weight matters to nobody."""
    side = max(np.shape(mapset.images)[1:])
    if side <= built.words["sprites"]["glyph"]["cell"]:
        return {}
    grid = sprites.Grid.of(side, max(side, sprites.SHEET_PX // 2))
    return {"large": _group(built, "large", mapset.images, built.order, grid, 4)}


def _group(
    built: payload.Payload, name: str, images: Any, order: Any, grid: sprites.Grid, bits: int
) -> list[bytes]:
    sheets = list(sprites.sheets(images, order, grid, bits))
    words = {"cell": grid.cell, "columns": grid.columns, "perSheet": grid.per_sheet, "sheets": len(sheets)}
    built.words["sprites"][name] = words
    return sheets


def _data(
    words: dict[str, Any], arrays: dict[str, str], sheets: dict[str, list[bytes]], *, inline: bool
) -> str:
    """The data as elements of the page: inert scripts, which the browser neither runs nor shows."""
    from kuzushiji._version import __version__
    from kuzushiji.datasets import ATTRIBUTION, names

    attribution = ATTRIBUTION if words["dataset"] in names() else ""  # of one's own images we know nothing
    words = {**words, "attribution": attribution, "version": __version__, "inline": inline}
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace(
        "<", "\\u003c"
    )
    parts = [f'<script type="application/json" id="words">{text}</script>']
    held = dict(arrays)
    if inline:
        for name, group in sheets.items():
            held.update({f"{name}-{i}": base64.b64encode(s).decode() for i, s in enumerate(group)})
    parts += [f'<script type="text/plain" id="data-{name}">{value}</script>' for name, value in held.items()]
    return "\n".join(parts)


def _write_sheets(folder: Path, sheets: dict[str, list[bytes]]) -> None:
    folder.mkdir(exist_ok=True)
    names = {f"{name}-{i}.png": s for name, group in sheets.items() for i, s in enumerate(group)}
    for old in folder.glob("*-*.png"):
        if old.name not in names:
            old.unlink()  # of an earlier, larger atlas in this place
    for name, content in names.items():
        (folder / name).write_bytes(content)
