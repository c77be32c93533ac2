"""The command `kuzushiji serve` as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from web_support import ink, png

COMMAND = [sys.executable, "-c", "import sys; from kuzushiji.cli import main; sys.exit(main())", "serve"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        match = re.search(r"http://\S+", line)
        assert match, line + (process.stderr.read() if process.stderr else "")
        yield process, match[0]
    finally:
        process.kill()
        process.wait(20)


def wait_for(url: str) -> dict:
    for _ in range(1000):
        try:
            return httpx.get(f"{url}/health").json()
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("the server does not answer")


def cpu_seconds(pid: int) -> float | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for a child")
def test_it_serves_stops_and_leaves_no_traceback(tiny_model: Path) -> None:
    with running("--port", "0", "--model", str(tiny_model)) as (process, url):
        assert wait_for(url)["model"] == "tiny"
        used = cpu_seconds(process.pid)
        # Seconds of the processor: how busy the machine is says nothing about the program.
        assert used is None or used < 4
        answer = httpx.post(f"{url}/api/read", content=png(ink("の")), headers={"content-type": "image/png"})
        assert answer.json()["readings"][0]["candidates"][0]["char"] == "の"
        assert httpx.get(f"{url}/", headers={"host": "evil.example"}).status_code == 403
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode in (0, 130)
        assert "Traceback" not in out + err


def test_a_port_in_use_is_one_line(tiny_model: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "--port", port, "--model", str(tiny_model)], capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 1
    assert done.stderr.startswith("kuzushiji: error: cannot listen on 127.0.0.1 port")
    assert done.stderr.count("\n") == 1


def test_an_unknown_model_is_wrong_usage() -> None:
    done = subprocess.run([*COMMAND, "--model", "nonsense"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "nonsense" in done.stderr
    assert done.stderr.count("\n") == 1
