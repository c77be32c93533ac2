"""Joins the page's scripts and styles into one of each, so that the page opens from disk.

The scripts are ES modules, but a page opened by ``file://`` may not import any (its origin is opaque), so they are put
one after another into one function, imports first, without their ``import`` lines and the word ``export``.
"""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable

from kuzushiji.errors import KuzushijiError

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)
_NAME = re.compile(r"^(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)


def _root() -> Traversable:
    return files("kuzushiji.maps.page")


def script(entry: str = "main") -> str:
    """All scripts that ``js/<entry>.js`` needs, as one classic script.

    Raises:
        KuzushijiError: two modules use the same name at their top level, or import each other in a circle.
    """
    done: dict[str, str] = {}
    owner: dict[str, str] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise KuzushijiError(
                f"the page's scripts import each other in a circle: {' > '.join((*path, name))}"
            )
        if name in done:
            return
        source = (_root() / "js" / f"{name}.js").read_text(encoding="utf-8")
        for needed in _IMPORT.findall(source):
            visit(needed, (*path, name))
        body = _EXPORT.sub("", _IMPORT.sub("", source))
        for top in _NAME.findall(body):
            if owner.setdefault(top, name) != name:
                raise KuzushijiError(f"the page's scripts {owner[top]}.js and {name}.js both define {top}")
        done[name] = body

    visit(entry, ())
    joined = "\n".join(f"// {name}.js\n{body}" for name, body in done.items())
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
