"""The Dockerfile: clean for its linter, and what it copies is enough to build. No engine is needed here."""

import re
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def copied():
    """What the first stage takes out of the build context: (sources, where to)."""
    for words in re.findall(r"^COPY (?!--from)(.*)$", TEXT, re.M):
        *sources, to = words.split()
        yield sources, to


def test_the_linter_finds_nothing():
    linter = shutil.which("hadolint") or shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip("skipped: hadolint not found")
    done = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_context_has_what_is_copied_and_little_else():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    wanted = {source for sources, _ in copied() for source in sources}
    assert wanted == let_in
    assert all((ROOT / name).exists() for name in wanted)
    assert not any(fnmatch(name, "tests*") for name in wanted)


def test_what_is_copied_builds_the_whole_wheel(tmp_path):
    pytest.importorskip("hatchling", reason='building needs the "dev" extra')
    source = tmp_path / "source"
    source.mkdir()
    for sources, to in copied():
        for name in sources:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "out"]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next((tmp_path / "out").glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    package = ROOT / "src" / "kuzushiji"
    files = {
        f"kuzushiji/{path.relative_to(package).as_posix()}"
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files == {name for name in names if name.startswith("kuzushiji/")}


def test_it_runs_as_nobody_special_and_starts_the_command():
    last = TEXT.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*$", last, re.M)
    assert 'ENTRYPOINT ["kuzushiji"]' in last
