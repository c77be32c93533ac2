"""A page as notebooks show it: columns from right to left, doubtful characters marked."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuzushiji.pages.result import Character, Column, Page

_PAGE = (
    "writing-mode:vertical-rl;line-height:2;font-size:1.3em;max-width:100%;max-height:40em;overflow:auto;"
    "font-family:'Noto Serif CJK JP','Hiragino Mincho ProN','Yu Mincho',serif"
)
_RUBY = "font-size:.6em;opacity:.7"
_DOUBTFUL = "background:rgba(255,165,0,.3)"


def html(page: Page) -> str:
    """A fragment of HTML with inline styles, and no script.

    >>> from kuzushiji.pages import Page
    >>> html(Page("<p>.jpg", error="not an image"))
    '<p><code>&lt;p&gt;.jpg</code>, page 1: not an image</p>'
    """
    title = f"<code>{escape(page.file)}</code>, page {page.page}"
    if page.error is not None:
        return f"<p>{title}: {escape(page.error)}</p>"
    count = len(page.characters)
    doubtful = sum(not character.sure for character in page.characters)
    columns = "".join(_column(column) for column in page.columns)
    return (
        f"<p>{title}: {count} characters, {doubtful} doubtful (marked)</p>"
        f'<div lang="ja" style="{_PAGE}">{columns}</div>'
    )


def _column(column: Column) -> str:
    style = f' style="{_RUBY}"' if column.ruby else ""
    return f"<div{style}>{''.join(map(_character, column.characters))}</div>"


def _character(character: Character) -> str:
    styles = [_RUBY] * character.ruby + [_DOUBTFUL] * (not character.sure)
    about = ", ".join(f"{c.char} {c.probability:.0%}" for c in character.candidates)
    style = f' style="{";".join(styles)}"' if styles else ""
    return f'<span title="{escape(about)}"{style}>{escape(character.char)}</span>'
