"""Which module of a package imports which, from the syntax trees: no module is imported to find out.

Counted are all forms, wherever they are written (at the top, inside a function, for type checkers only):
``import a.b``, ``from a import b``, relative ones, and names of modules in strings, as ``import_module`` and
tables of lazy names have them. A string with a hole, ``f"a.b.{name}"``, may be any module of ``a.b``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path


def modules_of(package: Path) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def graph_of(package: Path, typing: bool = True) -> dict[str, set[str]]:
    """The modules that each module names.

    Args:
        package: its folder.
        typing: also what is imported for type checkers only (``if TYPE_CHECKING:``), which no run does.
    """
    modules = modules_of(package)
    return {
        name: set(named_in(path.read_text(encoding="utf-8"), name, modules, typing)) - {name}
        for name, path in modules.items()
    }


def named_in(source: str, name: str, modules: Mapping[str, Path], typing: bool = True) -> Iterator[str]:
    """The modules that a source text names, among those of its package."""
    package = name if modules[name].name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(source)
    hidden = set() if typing else {id(node) for block in _for_typing(tree) for node in ast.walk(block)}
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                if inner in modules or base in modules:
                    yield inner if inner in modules else base
        elif isinstance(node, ast.JoinedStr):
            yield from _with_a_hole(node, modules)
        elif isinstance(node, ast.Constant) and "." in str(node.value) and node.value in modules:
            yield node.value


def _for_typing(tree: ast.AST) -> Iterator[ast.AST]:
    """The statements below ``if TYPE_CHECKING:``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from node.body


def _with_a_hole(node: ast.JoinedStr, modules: Mapping[str, Path]) -> Iterator[str]:
    first = node.values[0]
    if isinstance(first, ast.Constant) and str(first.value).endswith("."):
        package = str(first.value)[:-1]
        if package in modules:
            yield from (name for name in modules if name.rpartition(".")[0] == package)


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Sets of modules that can each be reached from each other, by Tarjan's algorithm."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        number[node] = low[node] = len(number)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in number:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], number[other])
        if low[node] == number[node]:
            at = stack.index(node)
            members = stack[at:]
            del stack[at:]
            if len(members) > 1:
                found.append(sorted(members))

    for node in graph:
        if node not in number:
            visit(node)
    return found
