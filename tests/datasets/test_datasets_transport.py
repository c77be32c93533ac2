"""Download of one file: resume, restart, retries, refusals."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from kuzushiji.datasets.downloads import opening, transport
from kuzushiji.errors import KuzushijiError

DATA = os.urandom(300_000)


@pytest.fixture
def part(tmp_path: Path, server) -> Path:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror/f.bin").write_bytes(DATA)
    return tmp_path / "f.bin.part"


def fetch(url: str, part: Path, size: int | None = len(DATA), pinned: bool = True) -> bool:
    return transport.transfer(url, part, size, pinned, lambda done, total: None)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "BACKOFF_SECONDS", 0.0)


def test_whole_file(server, part: Path) -> None:
    assert fetch(server.url + "f.bin", part) is False
    assert part.read_bytes() == DATA


def test_cut_connection_is_continued_where_it_ended(server, part: Path) -> None:
    server.faults = ["cut", "cut"]
    assert fetch(server.url + "f.bin", part, size=None) is True
    assert part.read_bytes() == DATA
    assert server.ranges == [None, "bytes=150000-", "bytes=225000-"]


def test_killed_download_is_continued_by_the_next_call(server, part: Path) -> None:
    server.faults = ["cut", "404"]
    with pytest.raises(opening.SourceError, match="has no such file"):
        fetch(server.url + "f.bin", part)
    assert part.stat().st_size == 150_000
    fetch(server.url + "f.bin", part)
    assert part.read_bytes() == DATA
    assert server.ranges[-1] == "bytes=150000-"


def test_server_that_ignores_ranges_restarts(server, part: Path) -> None:
    server.faults = ["cut", "norange"]
    fetch(server.url + "f.bin", part)
    assert part.read_bytes() == DATA


def test_changed_file_is_not_glued_to_the_old_beginning(server, part: Path, tmp_path: Path) -> None:
    server.faults = ["cut", "404"]
    with pytest.raises(opening.SourceError):
        fetch(server.url + "f.bin", part, size=None, pinned=False)
    new = os.urandom(len(DATA))
    (tmp_path / "mirror/f.bin").write_bytes(new)
    server.etag = '"v2"'
    fetch(server.url + "f.bin", part, size=None, pinned=False)
    assert part.read_bytes() == new


def test_unpinned_beginning_from_elsewhere_is_dropped(server, part: Path) -> None:
    part.write_bytes(b"x" * 1000)
    part.with_name(part.name + ".json").write_text('{"url": "http://other/f.bin", "validator": "\\"v1\\""}')
    fetch(server.url + "f.bin", part, pinned=False)
    assert part.read_bytes() == DATA
    assert server.ranges == [None]


def test_killed_between_last_byte_and_rename(server, part: Path) -> None:
    part.write_bytes(DATA)
    part.with_name(part.name + ".json").write_text('{"url": "http://other/f.bin", "validator": null}')
    fetch(server.url + "f.bin", part)
    assert part.read_bytes() == DATA


def test_too_long_beginning_restarts(server, part: Path) -> None:
    part.write_bytes(DATA + b"more")
    part.with_name(part.name + ".json").write_text('{"url": "http://other/f.bin", "validator": null}')
    fetch(server.url + "f.bin", part)
    assert part.read_bytes() == DATA


def test_busy_server_is_asked_again(server, part: Path) -> None:
    server.faults = ["503", "429", "500"]
    fetch(server.url + "f.bin", part)
    assert part.read_bytes() == DATA


def test_gives_up_with_the_reason(server, part: Path) -> None:
    server.faults = ["503"] * 10
    with pytest.raises(opening.SourceError, match=r"gave up after 4 tries: HTTP 503"):
        fetch(server.url + "f.bin", part)
    assert len(server.ranges) == transport.ATTEMPTS


@pytest.mark.parametrize(
    ("fault", "line"),
    [("404", "has no such file"), ("403", r"refuses it \(HTTP 403\)"), ("html", "web page instead")],
)
def test_refusals_are_not_retried(server, part: Path, fault: str, line: str) -> None:
    server.faults = [fault]
    with pytest.raises(opening.SourceError, match=line):
        fetch(server.url + "f.bin", part)
    assert len(server.ranges) == 1


def test_other_size_than_the_release(server, part: Path) -> None:
    with pytest.raises(opening.SourceError, match="has 300,000 bytes where the current release has 7"):
        fetch(server.url + "f.bin", part, size=7)


def test_nobody_listens(part: Path) -> None:
    with pytest.raises(opening.UnreachableError, match=r"is unreachable \(Connection refused\)"):
        fetch("http://127.0.0.1:9/f.bin", part)


def test_file_url(part: Path, tmp_path: Path) -> None:
    url = (tmp_path / "mirror/f.bin").as_uri()
    assert fetch(url, part, pinned=False) is False
    part.write_bytes(DATA[:1000])
    assert fetch(url, part, pinned=False) is True
    assert part.read_bytes() == DATA
    with pytest.raises(opening.SourceError, match="has no such file"):
        fetch(url + "x", part)


def test_full_disk_is_said_before_the_download(server, part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport.shutil, "disk_usage", lambda p: SimpleNamespace(free=1000))
    with pytest.raises(KuzushijiError, match="0 MB free; 0 MB are needed") as e:
        fetch(server.url + "f.bin", part)
    assert not isinstance(e.value, opening.SourceError)


@pytest.mark.parametrize(("value", "seconds"), [("7", 7.0), (None, None), ("soon", None)])
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert opening._retry_after(value) == seconds


def test_a_place_that_sends_next_to_nothing_is_given_up(server, part: Path, monkeypatch) -> None:
    monkeypatch.setattr(transport, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(transport, "LEAST_RATE", 1e12)
    with pytest.raises(opening.SourceError, match="is too slow"):
        fetch(server.url + "f.bin", part)
    assert part.stat().st_size  # the next place goes on from there
