"""README's tables are what the committed results say."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_tables_come_from_the_results():
    spec = importlib.util.spec_from_file_location("readme_tables", ROOT / "scripts" / "readme_tables.py")
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("<!-- results:") == 2
    assert tables.filled(text) == text, "run python scripts/readme_tables.py"
    changed = text.replace("| kmnist, n = ", "| another set, n = ")
    assert changed != text
    assert tables.filled(changed) == text  # what is written by hand does not survive
