"""The documentation site: ``make docs`` builds it into ``site/``, without a network.

Pages are Markdown that also reads well on the code host. Two things are put together at build time only: the
page of model cards (from the cards beside the weights) and the reference (from the docstrings).
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

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_static", "course/README.md"]
suppress_warnings = [
    "toc.empty_glob",  # the course's pages are optional
    "ref.python",  # a short name in a docstring fits two rooms' classes
]
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
autodoc_default_options = {"members": True, "show-inheritance": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = "kuzushiji"
html_static_path = ["_static"]
html_css_files = ["kuzushiji.css"]
html_show_sphinx = False
html_copy_source = False


def cards(app: Any, docname: str, source: list[str]) -> None:
    """Puts every card of the shipped models into the page ``models``, headings one level down."""
    if docname != "models":
        return
    parts = []
    for path in sorted(CARDS.glob("*.md")):
        text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.S)
        parts.append(re.sub(r"^#", "##", text, flags=re.M))
    source[0] = source[0].replace("<!-- cards -->", "\n\n".join(parts))


def language_of_page(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Names the language of Japanese pages, for fonts and screen readers."""
    if pagename.endswith(".ja"):
        context["language"] = "ja"


def setup(app: Any) -> dict[str, bool]:
    """Connects the above to Sphinx."""
    app.connect("source-read", cards)
    app.connect("html-page-context", language_of_page)
    return {"parallel_read_safe": True}
