"""From mirrors into the cache: order, checks, what is missing, two at once, kill -9."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from datasets_support import npz, pinned

from kuzushiji.datasets import load, registry
from kuzushiji.datasets.cache import locked
from kuzushiji.datasets.downloads.getting import get, get_each, import_each, publisher, sources
from kuzushiji.datasets.downloads.verifying import verify_each
from kuzushiji.errors import KuzushijiError, UsageError

TRAIN = "k49/k49-train-imgs.npz"


def notes(outcomes) -> dict[str, str]:
    return {o.path: ("" if o.ok else "FAILED ") + o.note for o in outcomes}


def test_mirrors_are_tried_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUZUSHIJI_MIRROR", f"http://one/x  file:///two/ {tmp_path.as_uri()}")
    assert sources() == ["http://one/x/", "file:///two/", tmp_path.as_uri() + "/", *publisher()]
    monkeypatch.setenv("KUZUSHIJI_MIRROR", str(tmp_path))
    assert sources(official=False) == [tmp_path.as_uri() + "/"]
    monkeypatch.setenv("KUZUSHIJI_MIRROR", "no/such/place")
    with pytest.raises(UsageError, match="must be http"):
        sources()


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_get_load_verify(scheme: str, small_k49: Path, home: Path, server, monkeypatch) -> None:
    base = server.url if scheme == "http" else small_k49.as_uri()
    monkeypatch.setenv("KUZUSHIJI_MIRROR", base)
    d = load("k49", "test")  # gets it by itself
    assert len(d) == 20
    assert d.labels.dtype == np.int64
    assert set(notes(get_each("k49")).values()) == {"already there"}
    assert all(o.ok for o in verify_each("k49"))
    left = {p.name for p in (home / "k49").iterdir()}
    assert left == {".lock"} | {f.name for f in registry.K49.formats["npz"]}


def test_what_the_mirror_lacks_costs_one_line_and_the_rest_is_done(
    small_k49: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small_k49 / TRAIN).unlink()
    monkeypatch.setenv("KUZUSHIJI_MIRROR", small_k49.as_uri())
    began = time.monotonic()
    found = notes(get_each("k49"))
    assert time.monotonic() - began < 5
    assert found.pop(TRAIN).startswith(
        f"FAILED {small_k49.as_uri()}/ has no such file; the publisher (127.0.0.1) is unreach"
    )
    assert all(note.startswith("from file:") for note in found.values())
    assert len(load("k49", "test")) == 20
    with pytest.raises(KuzushijiError, match=r"k49-train-imgs.npz: .*no such file"):
        load("k49", "train")


def test_next_mirror_helps_out(small_k49: Path, server, home: Path, monkeypatch, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("KUZUSHIJI_MIRROR", f"{empty.as_uri()} {server.url}")
    server.faults = ["html"]
    first = next(iter(get_each("k49")))
    assert not first.ok
    assert "has no such file" in first.note
    assert "web page" in first.note
    get("k49")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"<html>moved</html>", "is a web page saved as data"),
        (b"PK\x03\x04", "cut short, or another release"),
        (None, "right size but the wrong hash"),
    ],
)
def test_wrong_files_are_refused(small_k49: Path, home: Path, monkeypatch, content, line: str) -> None:
    path = small_k49 / TRAIN
    path.write_bytes(content or path.read_bytes()[:-1] + b"?")
    monkeypatch.setenv("KUZUSHIJI_MIRROR", small_k49.as_uri())
    assert line in notes(get_each("k49"))[TRAIN]
    assert not (home / TRAIN).exists()
    assert not (home / (TRAIN + ".part")).exists()


def test_damage_in_the_cache_is_found_and_mended(small_k49: Path, home: Path, monkeypatch) -> None:
    monkeypatch.setenv("KUZUSHIJI_MIRROR", small_k49.as_uri())
    get("k49")
    data = bytearray((home / TRAIN).read_bytes())
    data[1000] ^= 1
    (home / TRAIN).write_bytes(data)
    assert [o.path for o in verify_each("k49") if not o.ok] == [TRAIN]
    with pytest.raises(KuzushijiError, match="not a complete npz"):
        load("k49", "train")
    get("k49")
    assert all(o.ok for o in verify_each("k49"))


def test_old_k49_is_named(small_k49: Path, home: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "k49-train-imgs.npz").write_bytes(npz(np.ones((36, 28, 28), np.uint8)))
    found = notes(import_each("k49", old))
    assert "release before February 2019" in found[TRAIN]


def test_old_kmnist_is_named(home: Path, tmp_path: Path) -> None:
    images = np.ones((10_000, 28, 28), np.uint8)
    images[9677] = 0
    (home / "kmnist").mkdir(parents=True)
    (home / "kmnist/kmnist-test-imgs.npz").write_bytes(npz(images))
    (home / "kmnist/kmnist-test-labels.npz").write_bytes(npz(np.zeros(10_000, np.uint8)))
    with pytest.raises(KuzushijiError, match=r"is the release before February 2019.*; delete it and run"):
        load("kmnist", "test")
    found = notes(verify_each("kmnist"))
    assert "release before February 2019" in found["kmnist/kmnist-test-imgs.npz"]
    assert "missing" in found["kmnist/kmnist-train-imgs.npz"]


def test_offline(small_k49: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUZUSHIJI_OFFLINE", "1")
    with pytest.raises(KuzushijiError, match=r"not asked, KUZUSHIJI_OFFLINE is set"):
        load("k49")
    monkeypatch.setenv("KUZUSHIJI_MIRROR", small_k49.as_uri())  # a folder is not the net
    assert len(load("k49")) == 40


def test_not_published_needs_a_mirror(home: Path) -> None:
    with pytest.raises(KuzushijiError, match="CODH does not publish it; set KUZUSHIJI_MIRROR"):
        load("k49-sample")


@pytest.mark.parametrize("flat", [True, False])
def test_import(small_k49: Path, home: Path, tmp_path: Path, flat: bool) -> None:
    folder = small_k49 / "k49" if flat else small_k49
    assert all(o.ok for o in import_each("k49", folder))
    assert len(load("k49")) == 40
    with pytest.raises(KuzushijiError, match=r"no file of k49 in .*expected some of k49-train-imgs.npz"):
        list(import_each("k49", tmp_path))
    with pytest.raises(UsageError, match="no such folder"):
        list(import_each("k49", tmp_path / "x"))


def test_resumed_file_that_turns_out_wrong_is_fetched_again_whole(small_k49: Path, server, home, monkeypatch):
    monkeypatch.setenv("KUZUSHIJI_MIRROR", server.url)
    part = home / (TRAIN + ".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 500)
    part.with_name(part.name + ".json").write_text('{"url": "http://other/", "validator": null}')
    get("k49")
    assert server.ranges[:2] == ["bytes=500-", None]
    assert (home / TRAIN).read_bytes() == (small_k49 / TRAIN).read_bytes()


def test_unknown_names_and_forms(home: Path) -> None:
    with pytest.raises(UsageError, match="did you mean kkanji"):
        get("kkanij")
    with pytest.raises(UsageError, match="no format 'idx'; it has npz"):
        get("k49", "idx")
    with pytest.raises(UsageError, match="no split 'dev'; it has train, test"):
        load("kmnist", "dev")


def test_lock_waits_and_ends_with_its_process(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from kuzushiji.datasets.cache import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == b"held"
    waited: list[bool] = []
    timer = threading.Timer(0.3, child.kill)
    timer.start()
    with locked(tmp_path, lambda: waited.append(True), poll=0.02):
        assert child.wait() == -signal.SIGKILL
    child.stdout.close()
    assert waited == [True]


def test_kill_9_in_the_middle_then_again(home: Path, server, tmp_path: Path, monkeypatch) -> None:
    """A real process is killed while a slow server sends; the second run continues to the same bytes."""
    data = os.urandom(3 << 20)
    (tmp_path / "mirror/k49").mkdir(parents=True)
    (tmp_path / "mirror/k49/k49-train-imgs.npz").write_bytes(data)
    send = server.answer

    def slowly(h) -> None:
        write = h.wfile.write

        def drip(body: bytes) -> int:
            for i in range(0, len(body), 1 << 18):
                write(body[i : i + (1 << 18)])
                time.sleep(0.05 if len(body) > 1 << 19 and server.slow else 0)
            return len(body)

        h.wfile.write = drip
        send(h)

    server.answer, server.slow = slowly, True
    file = pinned(TRAIN, data)
    code = (
        "import sys; from kuzushiji.datasets import registry\n"
        "from kuzushiji.datasets.downloads import getting, opening\n"
        "opening.BLOCK = 1 << 16\n"
        f"f = registry.{file!r}\n"
        "p = registry.Published('k49', '', 28, (), {}, {'npz': (f,)}); registry.PUBLISHED['k49'] = p\n"
        "getting.get('k49')"
    )
    env = {**os.environ, "KUZUSHIJI_MIRROR": server.url, "KUZUSHIJI_HOME": str(home)}
    child = subprocess.Popen([sys.executable, "-c", code], env=env, stderr=subprocess.DEVNULL)
    part = home / (TRAIN + ".part")
    while not (part.exists() and part.stat().st_size > 1 << 18):
        assert child.poll() is None
        time.sleep(0.005)
    child.kill()
    child.wait()
    assert not (home / TRAIN).exists()
    had = part.stat().st_size
    assert 0 < had < len(data)
    server.slow, server.ranges = False, []
    subprocess.run([sys.executable, "-c", code], env=env, check=True, timeout=60)
    assert server.ranges == [f"bytes={had}-"]
    assert (home / TRAIN).read_bytes() == data
    assert not part.exists()


def test_two_at_once_do_not_fight(small_k49: Path, server, home: Path, monkeypatch) -> None:
    monkeypatch.setenv("KUZUSHIJI_MIRROR", server.url)
    errors: list[Exception] = []

    def one() -> None:
        try:
            get("k49")
        except Exception as e:
            errors.append(e)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert errors == []
    assert len(server.ranges) == 4  # each file once


def test_a_whole_set_is_not_locked(small_k49: Path, server, home: Path, monkeypatch) -> None:
    monkeypatch.setenv("KUZUSHIJI_MIRROR", server.url)
    get("k49")
    monkeypatch.setattr("kuzushiji.datasets.downloads.getting.locked", None)  # which writes
    assert {o.note for o in get_each("k49")} == {"already there"}


def test_unwritable_cache(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path / "file"))
    with pytest.raises(KuzushijiError, match=r"cannot write to .*; set KUZUSHIJI_HOME"):
        get("k49")
    shutil.rmtree(home, ignore_errors=True)


def test_the_publisher_is_asked_over_https_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "PUBLISHER", "http://codh.example/kmnist/")
    assert publisher() == ("https://codh.example/kmnist/", "http://codh.example/kmnist/")


def test_a_file_of_the_wrong_hash_is_not_unpacked(small_k49: Path, home: Path, monkeypatch) -> None:
    """A few megabytes may promise gigabytes: no more than a published array is ever looked at."""
    from kuzushiji.datasets.downloads import checking
    from kuzushiji.datasets.layouts import file_formats

    taken: list[int] = []
    read = file_formats._read_at_most
    monkeypatch.setattr(file_formats, "_read_at_most", lambda s, n: (taken.append(n), read(s, n))[1])
    monkeypatch.setattr(checking, "_MOST", 1000)
    (home / "k49").mkdir(parents=True)
    file = next(f for f in registry.PUBLISHED["k49"].formats["npz"] if f.path == TRAIN)
    (home / TRAIN).write_bytes(npz(np.zeros((400, 28, 28), np.uint8)))
    assert "bytes" in (checking.fault(home / TRAIN, file) or "")
    assert taken == []
