"""The shape of the package: imports run one way and in no circle, and no folder is a crowd."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

from import_graph import circles, graph_of, modules_of, named_in

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "kuzushiji"
SHAPE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["kuzushiji"]
ROOMS = SHAPE["rooms"]


def room_of(name: str) -> str:
    return [*name.split("."), ""][1]


def test_every_room_has_its_place_in_the_order():
    rooms = {p.parent.name for p in PACKAGE.glob("*/__init__.py")} | {"errors"}
    assert rooms <= set(ROOMS)
    assert len(set(ROOMS)) == len(ROOMS)


def test_no_import_runs_upwards():
    upward = [
        f"{name} imports {other}"
        for name, others in graph_of(PACKAGE).items()
        for other in others
        if room_of(name) in ROOMS
        and room_of(other) in ROOMS
        and ROOMS.index(room_of(other)) > ROOMS.index(room_of(name))
    ]
    assert upward == []


def test_no_imports_run_in_a_circle():
    """Also none of lazy imports. A type that only a checker looks up makes no circle of a run."""
    assert circles(graph_of(PACKAGE, typing=False)) == []


def test_every_module_that_is_imported_is_there():
    """Lazy imports too, in tests, benchmarks and scripts as well: a moved module leaves no name behind."""
    modules = modules_of(PACKAGE)
    missing = []
    for folder in ("src", "tests", "benchmarks", "scripts", "notebooks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                named = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                missing += [
                    f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
                    for name in named
                    if name.partition(".")[0] == "kuzushiji" and name not in modules
                ]
    assert missing == []


def test_no_folder_has_more_modules_than_a_reader_can_look_over():
    sizes = Counter(p.parent for p in PACKAGE.rglob("*.py") if p.name != "__init__.py")
    assert {str(folder): n for folder, n in sizes.items() if n > SHAPE["most_modules"]} == {}


def test_the_page_of_the_architecture_has_the_same_order():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    order = re.search(r"^errors → .*$", page, re.M)[0].split(" → ")
    assert order == [room for room in ROOMS if room == "errors" or (PACKAGE / room).is_dir()]


def test_all_forms_of_an_import_are_seen(tmp_path):
    package = tmp_path / "p"
    for file in ("__init__", "a", "b/__init__", "b/c", "b/d"):
        (package / file).with_suffix(".py").parent.mkdir(exist_ok=True)
        (package / file).with_suffix(".py").write_text("")
    modules = modules_of(package)
    hidden = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.b\nelse:\n    import p.a"
    assert set(named_in(hidden, "p.b.c", modules, typing=False)) == {"p.a"}
    for source, name, seen in (
        ("import p.b.c", "p.a", {"p.b.c"}),
        ("from p import a", "p.b.c", {"p.a"}),
        ("from p.b import c, d as e", "p.a", {"p.b.c", "p.b.d"}),
        ("from p.b import something", "p.a", {"p.b"}),
        ("def f():\n    from p.b.d import x", "p.a", {"p.b.d"}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.b", "p.a", {"p.b"}),
        ("from . import d", "p.b.c", {"p.b.d"}),
        ("from ..a import x", "p.b.c", {"p.a"}),
        ("import_module('p.b.c')", "p.a", {"p.b.c"}),
        ("import_module(f'p.b.{x}')", "p.a", {"p.b.c", "p.b.d"}),
        ("NAMES = {'x': 'p.b.d'}", "p.a", {"p.b.d"}),
        ("text = 'p.b.d is a module'", "p.a", set()),
    ):
        assert set(named_in(source, name, modules)) == seen, source


def test_a_circle_is_found_however_long():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == [["b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
