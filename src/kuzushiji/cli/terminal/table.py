"""Readings as a table for a person."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kuzushiji.cli import _console as console

if TYPE_CHECKING:
    from kuzushiji.reading import Reading


def show(reading: Reading, name: str | None = None) -> None:
    """Prints a reading for a person; an image that could not be used goes to standard error.

    Args:
        reading: what to show.
        name: to show instead of the whole path.
    """
    if reading.error is not None:
        console.complain(reading.error)
        return
    verdict = console.style("sure", "green")
    if not reading.sure:
        verdict = console.style("not sure", "yellow") + f" ({'; '.join(reading.reasons)})"
    print(f"{console.style(name or reading.file, 'bold')}  {verdict}")
    for line in (*table(reading), *evidence(reading)):
        print(line)


def table(reading: Reading) -> Iterator[str]:
    """The candidates of a reading, one line each: character, code point, reading, probability, bar."""
    signs = _columns((c.char for c in reading.candidates), least=2)
    said = _columns((c.reading for c in reading.candidates), least=12, most=28)
    for c in reading.candidates:
        others = " ".join(c.voiced) or (c.jibo_of and f"the kana {' '.join(c.jibo_of)}")
        also = f"  or {others}" if others and c is reading.candidates[0] else ""
        percent = f"{100 * c.probability:5.1f} %"
        yield (
            f"  {console.pad(c.char, signs)}  {console.pad(c.codepoint, 7)}  {console.pad(c.reading, said)}"
            f"  {percent}  {console.bar(c.probability)}{also}"
        ).rstrip()


def evidence(reading: Reading, columns: int | None = None) -> Iterator[str]:
    """The known glyphs beside a reading's candidates, drawn, with where they stand.

    Args:
        reading: with or without evidence.
        columns: width to keep to; None for the terminal's.
    """
    for c in reading.candidates:
        if c.evidence:
            from kuzushiji.cli.terminal.thumbnails import beside

            captions = [f"#{known.index} {known.similarity:.2f}" for known in c.evidence]
            places = ", ".join(dict.fromkeys(f"{known.dataset}/{known.split}" for known in c.evidence))
            yield f"  {c.char} in {places} (number, similarity):"
            room = columns or shutil.get_terminal_size().columns
            yield from (f"  {line}" for line in beside([k.glyph for k in c.evidence], captions, room - 2))


def _columns(texts: Iterable[str], least: int, most: int = 40) -> int:
    return min(max([least, *map(console.width, texts)]), most)
