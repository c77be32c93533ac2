"""Is a page whole, and does it need nothing from elsewhere?"""

import re
from html.parser import HTMLParser

VOID = {"meta", "input", "img", "br"}


class Balance(HTMLParser):
    """Checks that every element is closed, and collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.fetched += [
            v for k, v in attrs if k in ("src", "href") and v and not v.startswith(("data:", "#"))
        ]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def checked(html: str) -> str:
    """The page's text, after checking its structure and that it needs nothing from elsewhere."""
    parser = Balance()
    parser.feed(html)
    assert parser.open == []
    assert parser.fetched == []
    assert not re.search(r"https?://|url\(|@import", html)
    return " ".join(" ".join(parser.text).split())
