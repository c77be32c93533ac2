"""Pages as documents: text, CSV, JSON lines, TEI, PAGE XML, ALTO, hOCR, HTML and searchable PDF.

>>> from kuzushiji.pages import Page
>>> chunks = get("text").write([Sheet(Page("p.jpg", width=20, height=30))])
>>> b"".join(chunks)
b''
"""

from __future__ import annotations

from kuzushiji.pages.formats.registry import FORMATS, Format, get, of_file
from kuzushiji.pages.formats.sheet import Sheet

__all__ = ["FORMATS", "Format", "Sheet", "get", "of_file"]
