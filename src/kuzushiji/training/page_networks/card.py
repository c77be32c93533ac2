"""The model card of a page network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kuzushiji.datasets import LICENCE
from kuzushiji.training.page_networks.recipe import PageRecipe

_PURPOSE = {
    "detector": "finds the characters of a page: a box for each, and whether it is main text or ruby.",
    "column": "reads a straightened column: which characters it holds, and where each begins and ends.",
}


def write_card(folder: Path, recipe: PageRecipe, result: dict[str, Any]) -> Path:
    """Writes ``MODEL_CARD.md`` into a run's folder.

    Args:
        folder: the run's.
        recipe: as run.
        result: parameters, bytes, steps and the difference between Keras and the file.
    """
    sources = ", ".join(recipe.material.sources)
    lines = [
        f"# {recipe.name}",
        "",
        f"This network {_PURPOSE[recipe.network]}",
        "",
        "| | |",
        "|---|---|",
        f"| parameters | {result['parameters']:,} |",
        f"| file | {result['bytes']:,} bytes |",
        f"| trained on | composed pages only: glyphs of {sources}, all parts{_known(recipe)} |",
        f"| steps | {result['steps']:,}, one composed page each |",
        f"| command | `kuzushiji train recipes/{recipe.name}.toml` |",
        f"| Keras against the file | outputs differ by at most {result['onnx_difference']:.1e} |",
        "",
        "It never saw a page or a crop of the books that the figures in docs/pages.md come from.",
        "",
        "## Licence",
        "",
        LICENCE,
        "",
    ]
    path = folder / "MODEL_CARD.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _known(recipe: PageRecipe) -> str:
    if not recipe.fit.real_strips:
        return ""
    return ", and columns of real pages of books whose kanji are in Kuzushiji-Kanji, labelled by alignment"
