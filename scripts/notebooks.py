"""Executes notebooks/part*.py; with --full also writes each, with its results, as docs/course/NAME.md.

python scripts/notebooks.py                 the fast setting of all parts: a check
python scripts/notebooks.py --full part1a   the whole story of one, as the documentation shows it
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import tempfile
import time
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbformat import NotebookNode

from kuzushiji.datasets import ATTRIBUTION

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
DOCS = ROOT / "docs" / "course"


def parts() -> list[str]:
    """Names of all parts."""
    return sorted(p.stem for p in NOTEBOOKS.glob("part*.py"))


def execute(part: str, **environment: str) -> NotebookNode:
    """Runs a part in a kernel of its own; raises nbclient's CellExecutionError where a cell fails."""
    notebook = jupytext.read(NOTEBOOKS / f"{part}.py")
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    return client.execute(env={**os.environ, **environment})


def as_markdown(notebook: NotebookNode, part: str) -> tuple[str, dict[str, bytes]]:
    """The executed notebook as Markdown, and its figures by file name."""
    blocks: list[str] = []
    figures: dict[str, bytes] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            blocks.append(cell.source)
        elif cell.cell_type == "code":
            blocks.append(f"```python\n{cell.source}\n```")
            for output in cell.outputs:
                data = output.get("data", {})
                if "image/png" in data:
                    name = f"{len(figures) + 1:02d}.png"
                    figures[name] = base64.b64decode(data["image/png"])
                    alt = (
                        output.metadata.get("image/png", {})
                        .get("alt", "")
                        .translate(str.maketrans("[]", "()"))
                    )
                    blocks.append(f"![{alt}]({part}/{name})")
                elif output.get("name") != "stderr":  # warnings name files of the machine at hand
                    text = output.get("text") or data.get("text/plain", "")
                    blocks.append(f"```text\n{text.rstrip()}\n```")
    blocks.append(f"---\n\nPictures: {ATTRIBUTION}; CC BY-SA 4.0, and so are these.")
    blocks.append(f"This page is written by `make course PARTS={part}` from `notebooks/{part}.py`.")
    return "\n\n".join(blocks) + "\n", figures


def write(notebook: NotebookNode, part: str) -> Path:
    """Writes the page and its figures in place of older ones."""
    text, figures = as_markdown(notebook, part)
    if str(ROOT) in text or tempfile.gettempdir() in text:
        raise SystemExit(f"{part}: its output names a folder of this machine; print names, not paths")
    shutil.rmtree(DOCS / part, ignore_errors=True)
    (DOCS / part).mkdir(parents=True)
    for name, content in figures.items():
        (DOCS / part / name).write_bytes(content)
    page = DOCS / f"{part}.md"
    page.write_text(text, encoding="utf-8")
    return page


def main() -> None:
    """Runs what the command line names."""
    parser = argparse.ArgumentParser(description="Executes the course's notebooks.")
    parser.add_argument("--full", action="store_true", help="the whole story, written to docs/course")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(parts())}; all when left out")
    chosen = parser.parse_args()
    for part in chosen.parts or parts():
        start = time.perf_counter()
        notebook = execute(part, KUZUSHIJI_COURSE="full" if chosen.full else "fast")
        page = f", written: {write(notebook, part).relative_to(ROOT)}" if chosen.full else ""
        print(f"{part}: {time.perf_counter() - start:.0f} s{page}", flush=True)


if __name__ == "__main__":
    main()
