"""The frame of a page: one HTML file that needs nothing else, light and dark, on screen and paper."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from kuzushiji._version import __version__

_HERE = Path(__file__).parent


def page(title: str, body: str, how: str, dataset: str) -> str:
    """Puts a body into the frame.

    Args:
        title: plain text.
        body: HTML of the page's content.
        how: plain text that says how the page was made.
        dataset: whose pictures it shows. A published set's licence and attribution stand below; of one's own
            pictures nothing is known.

    Returns:
        A whole HTML document; nothing in it is fetched from anywhere.
    """
    from kuzushiji.datasets import ATTRIBUTION, LICENCE, names

    licence = (
        f"<p>The pictures are from {escape(ATTRIBUTION)}, {escape(LICENCE)}; so is this page, which shows "
        "them.</p>"
        if dataset in names()
        else ""
    )
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{body}"
        f"<footer><p>{escape(how)} kuzushiji {__version__}.</p>{licence}"
        f"</footer><script>{script}</script></body></html>\n"
    )


def contents(body: str) -> str:
    """Links to the parts of a page.

    Args:
        body: HTML whose parts begin with ``<h2 id="...">``.

    Returns:
        A ``<nav>``; nothing for fewer than two parts.

    >>> contents('<h2 id="a">Rare</h2><p>x</p><h2 id="b">Common</h2>')
    '<nav><a href="#a">Rare</a> <a href="#b">Common</a></nav>'
    >>> contents('<h2 id="a">Rare</h2>')
    ''
    """
    found = re.findall(r'<h2 id="([\w-]+)">(.*?)</h2>', body)
    links = " ".join(f'<a href="#{name}">{title}</a>' for name, title in found)
    return f"<nav>{links}</nav>" if len(found) > 1 else ""


def ja(char: str) -> str:
    """A character in a Japanese font.

    >>> ja("か")
    '<span lang="ja">か</span>'
    """
    return f'<span lang="ja">{escape(char)}</span>'


def reading(char: str) -> str:
    """The character's reading in short, or nothing for what is not known.

    >>> reading("か"), reading("?")
    ('ka', '')
    """
    from kuzushiji.characters import reading_of
    from kuzushiji.errors import KuzushijiError

    try:
        return reading_of(char)
    except KuzushijiError:
        return ""


def percent(value: float, digits: int = 1) -> str:
    r"""A share in per cent that no line breaks in; nothing for NaN.

    >>> percent(0.12345), percent(float("nan"))
    ('12.3\xa0%', '')
    """
    return "" if value != value else f"{100 * value:.{digits}f}\N{NO-BREAK SPACE}%"


def table(
    heads: list[str], rows: list[list[tuple[str, float | str]]], sortable: bool = False, left: int = 1
) -> str:
    """A table.

    Args:
        heads: HTML of the column heads.
        rows: each cell's HTML and what it is sorted by.
        sortable: clicking a head sorts.
        left: how many columns, counted from the left, hold text rather than figures.

    Returns:
        The table in a box that scrolls sideways.
    """

    def side(i: int) -> str:
        return ' class="l"' if i < left else ""

    button = "<button>{}</button>" if sortable else "{}"
    head = "".join(f"<th{side(i)}>{button.format(h)}</th>" for i, h in enumerate(heads))
    lines = []
    for row in rows:
        cells = (
            f'<td{side(i)} data-v="{"" if key != key else escape(str(key))}">{html}</td>'
            if sortable
            else f"<td{side(i)}>{html}</td>"
            for i, (html, key) in enumerate(row)
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    kind = ' class="sortable"' if sortable else ""
    return (
        f'<div class="scroll"><table{kind}><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
