"""Runs that are really killed, stopped and starved of disk; each goes on to the same bytes."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bulk_support import save
from fake_task import Fake

from kuzushiji.bulk import run

HERE = Path(__file__).parent


@pytest.fixture
def folder(tmp_path):
    """Sixty pictures: fifteen parts of four."""
    for number in range(60):
        save(tmp_path / "in" / f"{number:02}.png", number)
    return tmp_path / "in"


def start(folder, out, workers=0, slow=0.0, **how):
    command = [sys.executable, str(HERE / "kill_support.py"), str(folder), str(out), str(workers), str(slow)]
    paths = os.pathsep.join([str(HERE), str(Path(__file__).parents[2] / "src")])
    env = {**os.environ, "PYTHONPATH": paths}
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **how)


def finished(out) -> int:
    journal = Path(f"{out}.run") / "finished.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def children(pid) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after[1]) == pid and after[0] != "Z":
            found.append(int(path.parent.name))
    return found


def wait_until(true, seconds=300):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_twenty_kills_change_nothing(folder, tmp_path):
    run(Fake(), [str(folder)], tmp_path / "whole.jsonl")
    out = tmp_path / "o.jsonl"
    chance = random.Random(5)
    kills = 0
    while kills < 20 and not out.exists():
        # Most of the kills wait for the work to begin, so that they meet it and not the start of Python.
        before = finished(out)
        process = start(folder, out, workers=kills % 2, slow=0.004)
        if chance.random() < 0.6:
            wait_until(lambda p=process, b=before: p.poll() is not None or finished(out) > b)
        time.sleep(chance.random() * 0.03)
        helpers = children(process.pid)
        process.kill()
        process.communicate()
        kills += 1
        wait_until(lambda h=helpers: not any(Path(f"/proc/{pid}").exists() for pid in h))
        for part in Path(f"{out}.run").glob("parts/part-*.jsonl"):
            assert part.read_bytes().endswith(b"}\n"), "no part is half written"
    assert kills >= 5
    last = start(folder, out)
    assert last.wait(300) == 0
    last.stderr.close()
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", [0, 2])
def test_a_stop_ends_children_and_says_how_to_go_on(folder, tmp_path, sign, workers):
    out = tmp_path / "o.jsonl"
    process = start(folder, out, workers, slow=0.05)
    wait_until(lambda: finished(out) >= 1)
    helpers = children(process.pid)
    assert len(helpers) >= workers
    process.send_signal(sign)
    _, error = process.communicate(timeout=300)
    assert process.returncode == 128 + sign
    assert b"the same command goes on there" in error
    assert b"Traceback" not in error
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in helpers))
    state = run(Fake(), [str(folder)], out)
    assert 4 <= state.before < 60
    assert out.read_text().count("\n") == 60


def test_a_full_disk_really(folder, tmp_path):
    """The system lets no file grow beyond a limit: what waits on disk to be read meets it, or the journal."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    out = tmp_path / "o.jsonl"
    process = start(folder, out, preexec_fn=limit)
    _, error = process.communicate(timeout=300)
    assert process.returncode == 1
    assert b"cannot write" in error.splitlines()[-1]
    assert b"Traceback" not in error
    assert finished(out) < 15
    run(Fake(), [str(folder)], tmp_path / "whole.jsonl")
    assert run(Fake(), [str(folder)], out).before < 60
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting takes root")
def test_a_disk_that_fills_and_one_that_is_removed(folder, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=160k", "none", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no mounts here")
    try:
        (disk / "filler").write_bytes(bytes(120 << 10))
        process = start(folder, disk / "o.jsonl")
        _, error = process.communicate(timeout=300)
        assert process.returncode == 1
        assert b"No space left" in error
        (disk / "filler").unlink()
        assert 0 < run(Fake(), [str(folder)], disk / "o.jsonl").before < 60
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_an_output_folder_that_vanishes_is_one_line(folder, tmp_path):
    out = tmp_path / "o.jsonl"
    process = start(folder, out, slow=0.05)
    wait_until(lambda: finished(out) >= 1)
    Path(f"{out}.run").rename(tmp_path / "away")
    _, error = process.communicate(timeout=300)
    assert process.returncode == 1
    assert b"cannot write" in error
    assert b"Traceback" not in error
    (tmp_path / "away").rename(f"{out}.run")
    assert run(Fake(), [str(folder)], out).before >= 4
