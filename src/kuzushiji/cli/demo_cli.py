"""``kuzushiji demo``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from kuzushiji.cli._table import show


def register(app: typer.Typer) -> None:
    """Adds the command of this group."""
    app.command("demo")(demo)


def demo(
    model: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="Another model than kmnist.")] = None,
) -> None:
    """Draw synthetic characters, read them, and show how many were read right."""
    from kuzushiji.images import samples
    from kuzushiji.reading import Reader

    reader = Reader(model or "kmnist")
    right = total = 0
    with tempfile.TemporaryDirectory(prefix="kuzushiji-demo-") as folder:
        print("Synthetic characters, drawn by this program (not from any book):\n")
        for reading in reader.stream(samples.write(Path(folder)), top=3):
            shown = Path(reading.file).name
            show(reading, shown)
            total += 1
            wanted = samples.character_of(shown)
            right += bool(reading.candidates) and reading.candidates[0].char == wanted
    print(f"\n{right} of {total} read right.")
    if not right:
        raise typer.Exit(1)
