"""The tables of docs/maps.md and docs/atlas.md are what the committed results say."""

from pathlib import Path

import pytest

from benchmark_support import script

ROOT = Path(__file__).parents[2]
map_tables = script("map_tables")
result_tables = script("result_tables")


@pytest.mark.parametrize("name", map_tables.PAGES)
def test_tables_come_from_the_results(name):
    page = (ROOT / name).read_text(encoding="utf-8")
    tables = map_tables.PAGES[name]
    assert page.count("<!-- results:") == len(tables)
    assert result_tables.filled(page, tables) == page, "run python scripts/tables.py"


def test_a_spoilt_table_is_mended():
    page = (ROOT / "docs" / "maps.md").read_text(encoding="utf-8")
    tables = map_tables.PAGES["docs/maps.md"]
    spoilt = page.replace("| t-SNE | ", "| another | ")
    assert spoilt != page
    assert result_tables.filled(spoilt, tables) == page


def row(method, seconds, **more):
    return {
        "method": method,
        "seconds": str(seconds),
        "peak_mb": "900",
        **dict.fromkeys(map_tables.MEASURES, ""),
        **more,
    }


def test_the_speed_table_sums_and_divides(monkeypatch):
    files = {
        "maps-ours-kmnist-pixels": [
            row("all together", 50),
            row("shared: pca", 2),
            row("pca", 1, trustworthiness="0.7000"),
            row("tsne", 40),
        ],
        "maps-theirs-kmnist-pixels": [row("pca", 20), row("tsne", 230, peak_mb="2000")],
    }
    monkeypatch.setattr(map_tables, "rows", lambda name: files.get(name.removeprefix("results/"), []))
    text = map_tables.speed()
    assert "| PCA | 1.0 | 20.0 | 0.7000 |" in text
    assert "**250** (5.0 times)" in text
    assert "| peak memory, MB | 900 | 2,000 |" in text
    files.clear()
    assert map_tables.speed() == "Not measured yet."


def test_the_best_of_each_column_is_bold(monkeypatch):
    found = [
        row("umap", 3, silhouette="-0.1", procrustes="0.2000"),
        row("pca", 1, silhouette="-0.2", procrustes="0.0000"),
    ]
    monkeypatch.setattr(map_tables, "rows", lambda name: found)
    text = map_tables.quality("kmnist-pixels")()
    assert "| UMAP | 3.0 | **-0.1** | 0.2000 |" in text
    assert "| PCA | 1.0 | -0.2 | **0.0000** |" in text
    assert "trust@15" not in text  # nothing was measured of it


@pytest.mark.parametrize("run", map_tables.RUNS)
def test_every_run_has_its_place_in_the_page(run):
    assert f"<!-- results:{run} -->" in (ROOT / "docs" / "maps.md").read_text(encoding="utf-8")
