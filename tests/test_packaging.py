"""What is handed out: wheel and sdist hold what they should, and the wheel runs in an empty environment."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
import time
import urllib.error
import urllib.request
import venv
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ROOT / "src" / "kuzushiji" / "weights" / "files"
BIN = "Scripts" if os.name == "nt" else "bin"
MB = 1_000_000
DATA = re.compile(r"\.(npz|npy|tar|gz|keras|parquet)$|(^|/)U\+[0-9A-F]{4,5}/|/runs/|/\.venv/|/site/")
CORE = {"numpy", "onnxruntime", "pillow", "platformdirs", "rich", "typer"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sdist of the checkout, and the wheel built from that sdist alone."""
    pytest.importorskip("hatchling", reason='building needs the "dev" extra')
    out = tmp_path_factory.mktemp("dist")
    hatchling("sdist", out, ROOT)
    sdist = next(out.glob("*.tar.gz"))
    source = tmp_path_factory.mktemp("source")
    with tarfile.open(sdist) as tar:
        tar.extractall(source, filter="data")
    hatchling("wheel", out, next(source.iterdir()))
    return sdist, next(out.glob("*.whl"))


def hatchling(target, out, folder):
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", out]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def committed(*where):
    """What git knows below some folders, new files included; skips outside of a checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *where]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("skipped: not a git checkout")
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()}


def test_the_wheel_holds_the_package_whole_and_nothing_else(built):
    with zipfile.ZipFile(built[1]) as wheel:
        names = {i.filename for i in wheel.infolist() if not i.is_dir()}
    package = {name for name in names if name.startswith("kuzushiji/")}
    assert package == {name.removeprefix("src/") for name in committed("src/kuzushiji")}
    assert {name.split("/")[0].partition("-")[2] for name in names - package} == {f"{version()}.dist-info"}
    assert "kuzushiji/py.typed" in names
    for path in FILES.iterdir():
        assert f"kuzushiji/weights/files/{path.name}" in names
    models = [name for name in names if name.endswith(".onnx")]
    assert models
    for name in models:
        card = re.sub(r"-[0-9a-f]{8}\.onnx$", ".md", name)
        assert card in names


def test_the_wheel_names_its_licences_and_needs_the_core_only(built):
    with zipfile.ZipFile(built[1]) as wheel:
        info = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(wheel.read(info).decode())
        licences = {Path(n).name for n in wheel.namelist() if ".dist-info/licenses/" in n}
        console = wheel.read(info.replace("METADATA", "entry_points.txt")).decode()
    assert metadata["Version"] == version()
    assert "CC-BY-SA-4.0" in metadata["License-Expression"]
    assert {"LICENSE", "LICENSE-weights.md"} <= licences
    assert set(metadata.get_all("License-File")) >= {"LICENSE", "LICENSE-weights.md"}
    needed = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    assert {re.match(r"[A-Za-z0-9_.-]+", line)[0].lower() for line in needed} == CORE
    assert "kuzushiji = kuzushiji.cli:main" in console


def test_neither_holds_data_or_stray_files(built):
    sdist, wheel = built
    with zipfile.ZipFile(wheel) as archive:
        inside = {i.filename: i.file_size for i in archive.infolist()}
    with tarfile.open(sdist) as archive:
        outside = {m.name.partition("/")[2]: m.size for m in archive.getmembers() if m.isfile()}
    for names in (inside, outside):
        assert [name for name in names if DATA.search(f"/{name}")] == []
        assert [name for name, size in names.items() if size > 16 * MB] == []
        assert sum(names.values()) < 40 * MB
    assert not [name for name in inside if "test" in name.split("/")[0:2] or name.endswith((".png", ".jpg"))]
    assert set(outside) - {"PKG-INFO"} <= committed(".")
    wanted = {"pyproject.toml", "README.md", "LICENSE", "LICENSE-weights.md", "CITATION.cff", "Makefile"}
    assert wanted <= set(outside)
    assert any(name.startswith("tests/") for name in outside)


def version():
    return re.search(r'"(\d[^"]+)"', (ROOT / "src/kuzushiji/_version.py").read_text(encoding="utf-8"))[1]


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """A function that runs a program of an empty environment, outside the checkout, with the wheel in it."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder / "env", with_pip=False)
    python, work = folder / "env" / BIN / "python", folder / "work"
    work.mkdir()
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--disable-pip-version-check"]
    pip += ["--no-compile", "--only-binary", ":all:"]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("KUZUSHIJI_", "PYTHON", "VIRTUAL_ENV"))}
    env |= {"KUZUSHIJI_HOME": str(folder / "home"), "KUZUSHIJI_OFFLINE": "1", "PYTHONUTF8": "1"}
    done = subprocess.run([*pip, f"{built[1]}[web]"], cwd=work, capture_output=True, text=True, env=env)
    alone = done.returncode == 0
    if not alone:  # no index within reach: the wheel alone, its dependencies from this environment
        subprocess.run([*pip, "--no-deps", "--no-index", built[1]], cwd=work, check=True, env=env)
        borrowed = Path(importlib.util.find_spec("onnxruntime").origin).parents[1]
        site = subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        Path(site, "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")

    def start(program, *words, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        command = [folder / "env" / BIN / program, *words]
        return subprocess.Popen(command, cwd=work, env=env, text=True, encoding="utf-8", **options)

    def run(program, *words):
        process = start(program, *words)
        said, complained = process.communicate(timeout=180)
        assert process.returncode == 0, said + complained
        return said

    run.start, run.work, run.alone, run.folder = start, work, alone, folder
    return run


def test_it_is_the_wheel_that_runs(installed):
    said = installed("python", "-c", "import kuzushiji; print(kuzushiji.__file__)").strip()
    assert Path(said).is_relative_to(installed.folder)
    assert installed("kuzushiji", "--version").startswith(f"kuzushiji {version()}")
    if installed.alone:
        code = "import importlib.util as i; print([n for n in ('keras', 'torch') if i.find_spec(n)])"
        assert installed("python", "-c", code).strip() == "[]"


def test_demo_reads_its_samples(installed):
    said = installed("kuzushiji", "demo")
    right, of = map(int, re.search(r"(\d+) of (\d+) read right", said).groups())
    assert right > of / 2


def test_read_knows_a_drawn_sample_with_every_shipped_model(installed):
    installed("python", "-c", "from kuzushiji.images import samples; samples.write('drawn')")
    for card in FILES.glob("*.md"):
        lines = installed("kuzushiji", "read", "drawn", "--json", "--model", card.stem).splitlines()
        readings = [json.loads(line) for line in lines]
        assert len(readings) == 20
        assert all(0 <= r["candidates"][0]["probability"] <= 1 for r in readings)
    said = installed("kuzushiji", "read", "drawn/synthetic-tsu-1.png", "--json", "--model", "kmnist")
    assert json.loads(said)["candidates"][0]["char"] == "つ"


def test_serve_answers_a_request(installed):
    installed("python", "-c", "from kuzushiji.images import samples; samples.write('drawn')")
    picture = (installed.work / "drawn" / "synthetic-tsu-1.png").read_bytes()
    words = ("serve", "--port", "0", "--model", "kmnist")
    process = installed.start("kuzushiji", *words, stderr=subprocess.STDOUT)
    watch = threading.Timer(180, process.kill)  # a server that never says where it is
    watch.start()
    try:
        line = process.stdout.readline()
        address = re.search(r"http://\S+", line)
        assert address, line + process.stdout.read()
        headers = {"Content-Type": "image/png"}
        found = json.loads(answer(f"{address[0]}/api/read?top=3", picture, headers))
        assert "<html" in answer(address[0])
    finally:
        watch.cancel()
        process.terminate()
        process.communicate(timeout=30)
    assert "つ" in json.dumps(found, ensure_ascii=False)


def answer(address, data=None, headers=None):
    """One request; waits while the server is starting."""
    request = urllib.request.Request(address, data=data, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + 60
    while True:
        try:
            with opener.open(request, timeout=30) as reply:
                return reply.read().decode()
        except urllib.error.URLError as e:
            if isinstance(e, urllib.error.HTTPError) or time.monotonic() > end:
                raise
            time.sleep(0.1)
