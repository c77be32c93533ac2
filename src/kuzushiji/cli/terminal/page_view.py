"""Pages for a person at a terminal: the text in vertical columns, what is not sure marked."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from kuzushiji.cli import _console as console

if TYPE_CHECKING:
    from kuzushiji.pages import Character, Page

_CELL = 3  # columns of the terminal: a character and its mark
_LEAST = 2  # vertical columns side by side, however narrow the terminal


def show(page: Page, columns: int | None = None) -> None:
    """Prints a page.

    Args:
        page: one that was read.
        columns: width to keep to; None for the terminal's.
    """
    print(f"{console.style(_name(page), 'bold')}  {summary(page)}")
    for line in view(page, columns or shutil.get_terminal_size().columns):
        print(line)
    print()


def summary(page: Page) -> str:
    """How much text there is, how much of it is sure, and how long it took.

    >>> from kuzushiji.pages import Page
    >>> summary(Page("p.jpg", width=9, height=9, seconds=0.25))
    'no text found, 0.2 s'
    """
    found = [c for column in page.columns if not column.ruby for c in column.characters if not c.ruby]
    took = f"{page.seconds:.1f} s"
    if not found:
        return f"no text found, {took}"
    sure = sum(c.sure for c in found)
    turned = f", turned by {page.turned}°" if page.turned else ""
    return f"{len(found):,} characters, {100 * sure / len(found):.0f} % sure (? is not sure){turned}, {took}"


def view(page: Page, columns: int) -> list[str]:
    """The text of a page as rows for a terminal, with ``?`` after what is not sure.

    Args:
        page: one that was read.
        columns: of the terminal.
    """
    from kuzushiji.pages.vertical import set_vertical

    return set_vertical(page, max(columns // _CELL, _LEAST), _cell, " " * _CELL)


def complain(page: Page) -> None:
    """Says on standard error why a page could not be read."""
    error = page.error or ""
    console.complain(error if page.file in error else f"{_name(page)}: {error}")


def _name(page: Page) -> str:
    return page.file if page.page == 1 else f"{page.file}, page {page.page}"


def _cell(c: Character) -> str:
    text = console.pad(c.char, _CELL - 1)
    return text + " " if c.sure else console.style(text + "?", "yellow")
