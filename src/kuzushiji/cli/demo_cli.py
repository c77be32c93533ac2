"""``kuzushiji demo``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from kuzushiji.cli.terminal.table import show

_WIDE = "\u3000"  # a space as wide as a kana


def register(app: typer.Typer) -> None:
    """Adds the command of this group."""
    app.command("demo")(demo)


def demo(
    model: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="Another model than kmnist.")] = None,
) -> None:
    """Compose a page and read it, then single characters; show what was read right."""
    page, characters = _page(), _characters(model or "kmnist")
    if not page or not characters:
        raise typer.Exit(1)


def _page() -> int:
    """Reads a page drawn by the project's own brush and prints it beside the truth."""
    import time

    from kuzushiji.pages import PageReader
    from kuzushiji.training.composing.own_brush import brush_page

    page = brush_page()
    print("A page, composed by this program (ten kana, not from any book):\n")
    reader = PageReader()
    started = time.perf_counter()
    found = reader.read_array(page.image, "composed page")
    seconds = time.perf_counter() - started
    truth = page.text.splitlines()
    read = [column.text for column in found.columns if not column.ruby]
    print("  read" + " " * 21 + "truth")
    for k in range(max(len(truth), len(read))):
        left, right = (lines[k] if k < len(lines) else "" for lines in (read, truth))
        print("  " + left + _WIDE * (11 - len(left)) + "   " + right)
    correct = _common("".join(read), "".join(truth))
    sure = sum(character.sure for character in found.characters)
    print(f"\n{correct} of {len(''.join(truth))} read right, {sure} of them sure; {seconds:.1f} s.\n")
    return correct


def _common(read: str, truth: str) -> int:
    """Characters of the truth that are read, in order (longest common subsequence)."""
    before = [0] * (len(truth) + 1)
    for char in read:
        row = [0]
        for k, wanted in enumerate(truth):
            row.append(before[k] + 1 if char == wanted else max(before[k + 1], row[k]))
        before = row
    return before[-1]


def _characters(model: str) -> int:
    """Reads twenty single characters."""
    from kuzushiji.images import samples
    from kuzushiji.reading import Reader

    reader = Reader(model)
    right = total = 0
    with tempfile.TemporaryDirectory(prefix="kuzushiji-demo-") as folder:
        print("Single characters, drawn by this program too:\n")
        for reading in reader.stream(samples.write(Path(folder)), top=3):
            shown = Path(reading.file).name
            show(reading, shown)
            total += 1
            wanted = samples.character_of(shown)
            right += bool(reading.candidates) and reading.candidates[0].char == wanted
    print(f"\n{right} of {total} read right.")
    return right
