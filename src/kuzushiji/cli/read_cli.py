"""``kuzushiji read`` and ``kuzushiji demo``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kuzushiji.cli import _console as console

if TYPE_CHECKING:
    from kuzushiji.reading import Reading

_LISTED = 10  # files left out of a folder that are named one by one


def register(app: typer.Typer) -> None:
    """Adds the commands of this group."""
    app.command("read")(read)
    app.command("demo")(demo)


def read(
    images: Annotated[
        list[str], typer.Argument(metavar="IMAGE|DIR|-...", help="Images, folders, or - for a list of paths.")
    ],
    model: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="Shipped model, or one's own.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Candidates an image.")] = 5,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; all unless told.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, in input order.")] = False,
) -> None:
    """Read single characters from images: PNG, JPEG, TIFF, WebP, BMP, GIF."""
    from kuzushiji.reading import Reader, expand

    reader = Reader(model, threads=threads)
    skipped: list[Path] = []
    bad = 0
    with console.Progress("read") as progress:
        for reading in reader.stream(expand(images, skipped=skipped.append), top=top):
            progress.step()
            bad += reading.error is not None
            if console.is_tty(sys.stdout):
                progress.clear()
            if as_json:
                print(json.dumps(reading.to_json(), ensure_ascii=False))
            else:
                show(reading)
    _mention(skipped)
    if bad:
        raise typer.Exit(1)


def demo(
    model: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="Another model than kmnist.")] = None,
) -> None:
    """Draw synthetic characters, read them, and show how many were read right."""
    import tempfile

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
            wanted = shown.split("-")[1]
            right += bool(reading.candidates) and reading.candidates[0].romaji == wanted
    print(f"\n{right} of {total} read right.")
    if not right:
        raise typer.Exit(1)


def show(reading: Reading, name: str | None = None) -> None:
    """Prints a reading for a person; an image that could not be used goes to standard error.

    Args:
        reading: what to show.
        name: to show instead of the whole path.
    """
    if reading.error is not None:
        named = reading.file in reading.error
        console.complain(reading.error if named else f"{name or reading.file}: {reading.error}")
        return
    verdict = console.style("sure", "green")
    if not reading.sure:
        verdict = console.style("not sure", "yellow") + f" ({'; '.join(reading.reasons)})"
    print(f"{console.style(name or reading.file, 'bold')}  {verdict}")
    for line in table(reading):
        print(line)


def table(reading: Reading) -> Iterator[str]:
    """The candidates of a reading, one line each: character, code point, reading, probability, bar."""
    signs = _columns((c.char for c in reading.candidates), least=2)
    said = _columns((c.reading for c in reading.candidates), least=12, most=28)
    for c in reading.candidates:
        voiced = f"  or {' '.join(c.voiced)}" if c is reading.candidates[0] and c.voiced else ""
        percent = f"{100 * c.probability:5.1f} %"
        yield (
            f"  {console.pad(c.char, signs)}  {console.pad(c.codepoint, 7)}  {console.pad(c.reading, said)}"
            f"  {percent}  {console.bar(c.probability)}{voiced}"
        ).rstrip()


def _columns(texts: Iterable[str], least: int, most: int = 40) -> int:
    return min(max([least, *map(console.width, texts)]), most)


def _mention(skipped: list[Path]) -> None:
    """Says which files of a folder were not taken for images."""
    for path in skipped[:_LISTED]:
        console.complain(f"{path}: not an image, left out", kind="note")
    if len(skipped) > _LISTED:
        console.complain(f"and {len(skipped) - _LISTED} more files that are not images", kind="note")
