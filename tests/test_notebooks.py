"""Every part of the course runs from its first cell to its last, in the fast setting."""

import importlib.util
import os
from pathlib import Path

import pytest
from nbformat import v4

ROOT = Path(__file__).parents[1]
spec = importlib.util.spec_from_file_location("notebooks_script", ROOT / "scripts" / "notebooks.py")
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)


@pytest.mark.parametrize("part", script.parts())
def test_part_runs(part, tmp_path):
    """On the real data where it is; on made sets where not, also for kkanji if nowhere keeps it unpacked."""
    tree, kept = os.environ.get("KUZUSHIJI_TEST_DATA"), os.environ.get("KUZUSHIJI_TEST_HOME")
    made = "kkanji" if tree and not kept else ""
    notebook = script.execute(
        part,
        KUZUSHIJI_COURSE="fast",
        KUZUSHIJI_COURSE_OUT=str(tmp_path / "out"),
        KUZUSHIJI_COURSE_MADE=made,
        KUZUSHIJI_HOME=kept or str(tmp_path / "home"),
        KUZUSHIJI_MIRROR=Path(tree).resolve().as_uri() if tree else "",
        KUZUSHIJI_OFFLINE="1",
    )
    shown = [
        o
        for c in notebook.cells
        if c.cell_type == "code"
        for o in c.outputs
        if "image/png" in o.get("data", {})
    ]
    assert shown
    for output in shown:
        assert output.metadata["image/png"]["alt"], "a figure without words"


def test_page_has_text_code_results_and_figures():
    picture = v4.new_output(
        "display_data", {"image/png": "iVBORw0K"}, metadata={"image/png": {"alt": "a glyph"}}
    )
    said = v4.new_output("stream", name="stdout", text="1 of 2\n")
    warned = v4.new_output("stream", name="stderr", text="/home/someone/x.py: a warning\n")
    code = v4.new_code_cell("print('1 of 2')", outputs=[said, warned, picture])
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Title"), code])
    text, figures = script.as_markdown(notebook, "part9")
    assert text.startswith(
        "# Title\n\n```python\nprint('1 of 2')\n```\n\n```text\n1 of 2\n```\n\n![a glyph](part9/01.png)"
    )
    assert "someone" not in text
    assert "created by CODH" in text
    assert figures == {"01.png": b"\x89PNG\r\n"}


def test_page_that_names_a_folder_of_this_machine_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(script, "DOCS", tmp_path)
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(f"see {ROOT}/x")])
    with pytest.raises(SystemExit, match="names a folder"):
        script.write(notebook, "part9")
    notebook.cells[0].source = "see x"
    assert script.write(notebook, "part9").read_text(encoding="utf-8").startswith("see x")
