"""One way to start every benchmark."""

import re
import subprocess
import sys

import pytest

from benchmark_support import ROOT


def started(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "benchmarks"), *words], capture_output=True, text=True, check=False
    )


def test_every_benchmark_that_docs_name_can_be_started():
    done = started("nonsense")
    assert done.returncode == 2
    known = set(done.stderr.split("there are ")[1].strip().split(", "))
    pages = [*ROOT.glob("README*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "CONTRIBUTING.md"]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    named = {name for text in texts for name in re.findall(r"benchmarks[/ ](\w+)\.py", text)}
    modules = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    parts = {"bench", "ood_scores", "outlier_exposure", "peak_memory", "random_convolutions", "web_floods"}
    assert named <= modules
    assert modules - known - {"__main__"} <= parts


@pytest.mark.parametrize("name", ["page_crops", "maps"])
def test_one_with_words_of_its_own_gets_them(name):
    done = started(name, "--help")
    assert done.returncode == 0
    assert f"usage: {name}" in done.stdout
