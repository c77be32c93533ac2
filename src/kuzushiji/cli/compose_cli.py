"""``kuzushiji data compose``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kuzushiji.cli import _console as console

if TYPE_CHECKING:
    from kuzushiji.training.composing import ComposedPage, Composer


def register(data: typer.Typer) -> None:
    """Adds the command to the group ``data``."""
    data.command("compose")(compose)


def compose(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder to write into.")],
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="How many pages.")] = 8,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same pages.")] = 0,
    width: Annotated[int, typer.Option(min=320, max=4000, help="Pixels; wide pages are spreads.")] = 736,
    height: Annotated[int, typer.Option(min=320, max=4000, help="Pixels.")] = 1088,
    size: Annotated[float, typer.Option(min=12, max=120, help="A character's side, pixels.")] = 38.0,
    clean: Annotated[bool, typer.Option("--clean", help="No stains, seals, shadows or borders.")] = False,
    text: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder with column-text.jsonl.gz.")
    ] = None,
) -> None:
    """Compose pages of old books with the true box of every character.

    Writes page-0001.png and page-0001.json: text, and for each character its box, kind and column. Glyphs
    come from k49-sample and kkanji; where they are not in the cache, from the project's own brush (ten kana).
    """
    from PIL import Image

    from kuzushiji._files import make_room

    composer = _composer(seed, width, height, size, 0.0 if clean else 1.0, text)
    for k in range(number):
        page = composer.page(k, colour=True)
        path = out / f"page-{k + 1:04d}.png"
        make_room(path)
        Image.fromarray(page.image).save(path)
        tree = json.dumps(describe(page, path.name), ensure_ascii=False, indent=1)
        path.with_suffix(".json").write_text(tree + "\n", encoding="utf-8")
        print(f"{path}: {len(page.placed)} characters", flush=True)


def describe(page: ComposedPage, file: str) -> dict[str, object]:
    """A composed page as plain values: boxes are [x, y, width, height] in pixels."""
    return {
        "file": file,
        "height": page.image.shape[0],
        "width": page.image.shape[1],
        "text": page.text,
        "characters": [
            {
                "char": p.char,
                "shape": p.shape,
                "box": [round(p.left), round(p.top), round(p.right - p.left), round(p.bottom - p.top)],
                "kind": p.kind.value,
                "column": p.column,
            }
            for p in page.placed
        ],
    }


def _composer(seed: int, width: int, height: int, size: float, damage: float, text: Path | None) -> Composer:
    from kuzushiji.errors import KuzushijiError
    from kuzushiji.training.composing import Composer
    from kuzushiji.training.composing.own_brush import brush_bank
    from kuzushiji.training.page_networks.material import glyph_bank, text_source
    from kuzushiji.training.page_networks.recipe import PageMaterial

    material = PageMaterial(text=str(text or ""))
    try:
        bank = glyph_bank(material, seed)
    except KuzushijiError as e:
        console.complain(f"{e}; composing with ten kana of our own brush", kind="note")
        bank = brush_bank(seed)
    return Composer(
        bank, text_source(material, bank), seed, height, width, size, damage=damage, skew=0.5 * damage
    )
