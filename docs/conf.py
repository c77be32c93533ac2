"""The documentation site: ``make docs`` builds it into ``site/``, without a network.

Pages are Markdown that also reads well on the code host. Put together at build time only: the page of model
cards (from the cards beside the weights), the reference (from the docstrings), the list of the course's
pages, and the pages that lie in the repository's root.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parents[1]
CARDS = ROOT / "src" / "kuzushiji" / "weights" / "files"
sys.path.insert(0, str(ROOT / "src"))

from kuzushiji import __version__  # noqa: E402
from kuzushiji.datasets import ATTRIBUTION  # noqa: E402

project = "kuzushiji"
author = "the kuzushiji contributors"
copyright = f"2026, {author}. Pictures that show data: {ATTRIBUTION}, CC BY-SA 4.0"
version = release = __version__

WIDE = "\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_static", "course/README.md"]
OUTSIDE = {
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
    "licence-weights": "LICENSE-weights.md",
}
suppress_warnings = ["ref.python"]  # a short name in a docstring fits two rooms' classes
default_role = "code"
nitpicky = True
nitpick_ignore_regex = [
    ("py:(class|obj)", r".*"),  # annotations name other packages' types, aliases and inner modules
    ("py:(data|attr)", r"[A-Z][A-Z_]+|[A-Z]\w+\.\w+"),  # constants and fields are described where they stand
    ("py:exc", r".* .*"),  # a sentence that goes on
    ("py:func", r"(.*\.)?(mean_of_proportions|ranks_of|proportion)"),  # inner functions named by public ones
]

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = "kuzushiji"
html_theme_options = {
    "light_css_variables": {  # old forms and rare kanji need a Japanese face, also on pages in English
        "font-stack": "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Hiragino Sans', 'Yu Gothic', "
        "'Noto Sans CJK JP', 'Noto Sans JP', sans-serif",
        "font-stack--monospace": "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', "
        "'Noto Sans Mono CJK JP', 'Hiragino Sans', 'Yu Gothic', 'Noto Sans CJK JP', monospace",
    }
}
html_static_path = ["_static"]
html_css_files = ["kuzushiji.css"]
html_show_sphinx = False
html_copy_source = False


def put_together(app: Any, docname: str, source: list[str]) -> None:
    """Fills in what a page takes from elsewhere, and turns links to the root's pages to their places here."""
    text = source[0]
    if docname in OUTSIDE:
        text = (ROOT / OUTSIDE[docname]).read_text(encoding="utf-8")
        text = re.sub(r"\]\((?!https?:|#)", "](../", text).replace("](../docs/", "](")
    text = text.replace("<!-- cards -->", cards()).replace("<!-- course -->", course())
    if docname == "index":
        text += more(text)
    if docname.endswith(".ja"):  # a line's end is no space in Japanese
        text = re.sub(rf"(?<=[{WIDE}])\n(?=[{WIDE}])", "", text)
    for page, name in OUTSIDE.items():
        text = re.sub(r"\]\(((?:\.\./)*)\.\./" + re.escape(name), rf"](\1{page}.md", text)
    source[0] = text


def cards() -> str:
    """Every card of the shipped models, headings one level down."""
    parts = []
    for path in sorted(CARDS.glob("*.md")):
        text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.S)
        parts.append(re.sub(r"^#(?=[# ])", "##", text, flags=re.M))
    return "\n\n".join(parts)


def course() -> str:
    """The pages of the course that are there."""
    pages = sorted(f"course/{p.stem}" for p in Path(__file__).parent.glob("course/part*.md"))
    return "\n".join(["```{toctree}", ":maxdepth: 1", "", *pages, "```"]) if pages else ""


def more(index: str) -> str:
    """A list of the pages that the start page's own lists do not have: a new page is found at once."""
    listed = set(re.findall(r"^(?:.*<)?([\w.-]+)>?$", index, flags=re.M)) | {"index"}
    pages = sorted({p.stem for p in Path(__file__).parent.glob("*.md")} - listed)
    head = ["", "```{toctree}", ":hidden:", ":caption: More", ""]
    return "\n".join([*head, *pages, "```", ""]) if pages else ""


def language_of_page(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Names the language of Japanese pages, for fonts and screen readers."""
    if pagename.endswith(".ja"):
        context["language"] = "ja"


def setup(app: Any) -> dict[str, bool]:
    """Connects the above to Sphinx."""
    app.connect("source-read", put_together)
    app.connect("html-page-context", language_of_page)
    return {"parallel_read_safe": True}
