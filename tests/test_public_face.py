"""What users import: every room's public names, their types, and the documented Python under strict types."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAZY = ("kuzushiji", "kuzushiji.datasets", "kuzushiji.evaluation", "kuzushiji.maps", "kuzushiji.training")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("guides/*.md")])
GIVEN = {"docs_frameworks": "from typing import Any\n\nmodel: Any\nkanji_model: Any\n"}
"""What a page says the reader has already."""


@pytest.mark.parametrize("name", LAZY)
def test_the_table_of_names_and_the_types_agree(name):
    module = importlib.import_module(name)
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    typed = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == module._LAZY
    for public in module.__all__:
        assert getattr(module, public) is not None
    assert set(dir(module)) == set(module.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        module.nonsense  # noqa: B018


def test_no_public_name_hides_a_module_of_its_room():
    for name in LAZY[1:]:
        module = importlib.import_module(name)
        inside = {p.stem for p in Path(module.__file__).parent.iterdir()}
        assert not inside & set(module.__all__), name


def test_importing_a_room_imports_nothing_heavy():
    code = f"import sys, {', '.join(LAZY)}; print([m for m in ('numpy', 'keras', 'PIL') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def blocks_of(text: str) -> list[str]:
    """The Python of a page: fenced ``python`` as it is, of ``pycon`` the lines after the prompts."""
    found = []
    for kind, body in re.findall(r"^```(python|pycon)\n(.*?)^```", text, re.M | re.S):
        if kind == "pycon":
            lines = [line[4:] for line in body.splitlines() if line.startswith((">>> ", "... "))]
            body = "\n".join(lines) + "\n"
        found.append(body)
    return found


def test_the_blocks_of_a_page_are_found():
    page = "```python\nx = 1\n```\n```pycon\n>>> for i in x:\n...     print(i)\n1\n```\n```sh\nls\n```\n"
    assert blocks_of(page) == ["x = 1\n", "for i in x:\n    print(i)\n"]


def test_the_documented_python_passes_mypy_strict(tmp_path):
    """Each page is one module, its blocks in order: names of an earlier block are there for a later one."""
    pytest.importorskip("mypy")
    pages = {}
    for page in PAGES:
        blocks = blocks_of(page.read_text(encoding="utf-8"))
        if blocks:
            name = str(page.relative_to(ROOT).with_suffix("")).replace("/", "_").replace(".", "_")
            pages[name] = GIVEN.get(name, "") + "\n".join(blocks)
            (tmp_path / f"{name}.py").write_text(pages[name], encoding="utf-8")
    assert len(pages) > 3
    (tmp_path / "mypy.ini").write_text("[mypy]\nignore_missing_imports = true\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file=mypy.ini", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**__import__("os").environ, "MYPYPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stdout + done.stderr
