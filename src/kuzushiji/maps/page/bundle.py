"""Joins the page's scripts and styles into one of each, so that the page opens from disk.

The scripts are ES modules, but a page opened by ``file://`` may not import any (its origin is opaque). So
each becomes a function that is called once and returns what it exports; imports come first and are read
from those results.
"""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable

from kuzushiji.errors import KuzushijiError

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([\w-]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def _root() -> Traversable:
    return files("kuzushiji.maps.page")


def script(entry: str = "main") -> str:
    """All scripts that ``js/<entry>.js`` needs, as one classic script.

    Raises:
        KuzushijiError: modules import each other in a circle.
    """
    done: dict[str, str] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise KuzushijiError(f"the page's scripts import in a circle: {' > '.join((*path, name))}")
        if name in done:
            return
        source = (_root() / "js" / f"{name}.js").read_text(encoding="utf-8")
        for _, needed in _IMPORT.findall(source):
            visit(needed, (*path, name))
        exports = ", ".join(found[1] for found in _EXPORT.findall(source))
        body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const \1 = $\2;", source))
        done[name] = f"const ${name} = (() => {{\n{body}\nreturn {{ {exports} }};\n}})();"

    visit(entry, ())
    joined = "\n\n".join(done.values())
    return f'(() => {{\n"use strict";\n{joined}\n}})();'


def style() -> str:
    """All styles, in the order of their file names."""
    sheets = sorted((f for f in (_root() / "css").iterdir() if f.name.endswith(".css")), key=lambda f: f.name)
    return "\n".join(f.read_text(encoding="utf-8") for f in sheets)


def page(title: str, language: str, data: str) -> str:
    """The whole page.

    Args:
        title: of the document, plain text.
        language: ``"en"`` or ``"ja"``, until the reader chooses.
        data: the elements that hold the data, as HTML.
    """
    from html import escape

    parts = {
        "TITLE": escape(title),
        "LANGUAGE": escape(language),
        "STYLE": style(),
        "DATA": data,
        "SCRIPT": script(),
    }
    html = (_root() / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{([A-Z]+)\}\}", lambda m: parts[m[1]], html)
