"""Loads the server of the page as a class room would, and harder: many clients, one after the other each.

    python benchmarks/web_load.py [--clients 64] [--seconds 60] [--model NAME|FILE] [--out FILE.csv]
    python benchmarks/web_load.py --flood all [--clients 8] [--seconds 30]

The server runs as its own process on loopback, as ``kuzushiji serve`` starts it. Each client keeps one
connection and sends one drawn character after the other. The run fails (exit code 1) on any answer of 500 or
more, when p99 is over ten times p50, or when the server's memory keeps growing after the first quarter.

With ``--flood``, clients that mean harm (`web_floods.FLOODS`) run beside the honest ones, one kind after the
other. That run fails when less than 99 % of the honest requests are answered, when the server and its
processes take more than 1 GiB, or when they keep more than 300 MiB once it is over. Its results go to
results/web_floods.csv.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import os
import platform
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from peak_memory import family
from PIL import Image, ImageDraw
from web_floods import FLOODS

from kuzushiji._machine import cores

ROOT = Path(__file__).parent.parent
GROWTH = 1.25  # of resident memory from the first quarter to the end
ANSWERED, PEAK, AFTER = 0.99, 1024.0, 300.0  # beside a flood: share of requests; MiB in it and after it
CALM = 20.0  # seconds from the end of a flood until memory is looked at


@dataclass
class Result:
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    memory: list[tuple[float, float]] = field(default_factory=list)
    seconds: float = 0.0


def pictures(n: int = 32) -> list[bytes]:
    """Some random brush strokes, as the page sends them: 320 by 320, antialiased."""
    random = np.random.default_rng(1)
    made = []
    for _ in range(n):
        image = Image.new("L", (640, 640), 255)
        pen = ImageDraw.Draw(image)
        for _ in range(int(random.integers(1, 5))):
            points = [
                (float(x), float(y)) for x, y in random.uniform(60, 580, (int(random.integers(2, 6)), 2))
            ]
            pen.line(points, 0, int(random.integers(16, 40)), joint="curve")
        buffer = io.BytesIO()
        image.resize((320, 320), Image.Resampling.BOX).save(buffer, "PNG")
        made.append(buffer.getvalue())
    return made


def start(model: str | None) -> tuple[subprocess.Popen[str], str, float]:
    """Starts the server; gives it, its address and the seconds until it answered."""
    command = [sys.executable, "-c", "from kuzushiji.cli import main; main()", "serve", "--port", "0"]
    begun = time.perf_counter()
    server = subprocess.Popen(
        command + (["--model", model] if model else []),
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    line = server.stdout.readline() if server.stdout else ""
    match = re.search(r"http://\S+", line)
    if not match:
        server.kill()
        sys.exit("the server did not start")
    while True:
        try:
            httpx.get(f"{match[0]}/health").raise_for_status()
            return server, match[0], time.perf_counter() - begun
        except httpx.ConnectError:
            time.sleep(0.01)


def resident(pid: int) -> float:
    """Resident memory of a process in MiB; 0 where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


async def load(url: str, pid: int, clients: int, seconds: float, flood: str = "") -> Result:
    result = Result()
    bodies = pictures()
    begun = time.perf_counter()
    end = begun + seconds

    async def one(number: int) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            turn = number
            while time.perf_counter() < end:
                sent = time.perf_counter()
                turn += 1
                body = bodies[turn % len(bodies)]
                try:
                    answer = await client.post(
                        "/api/read", content=body, headers={"content-type": "image/png"}
                    )
                except httpx.HTTPError:
                    result.statuses[0] += 1
                    continue
                result.latencies.append(time.perf_counter() - sent)
                result.statuses[answer.status_code] += 1

    async def watch() -> None:
        while time.perf_counter() < end:
            result.memory.append((time.perf_counter() - begun, sum(map(resident, family(pid)))))
            await asyncio.sleep(max(0.2, seconds / 60))

    attack = asyncio.ensure_future(FLOODS[flood](url)) if flood else None
    if attack:
        await asyncio.sleep(min(3.0, seconds / 4))  # it stands before the honest ones come
    await asyncio.gather(watch(), *(one(number) for number in range(clients)))
    if attack:
        attack.cancel()
        await asyncio.gather(attack, return_exceptions=True)
    result.seconds = time.perf_counter() - begun
    return result


def summary(result: Result, clients: int, ready: float, health: dict) -> dict[str, object]:
    p50, p90, p99 = np.percentile(np.array(result.latencies) * 1000, [50, 90, 99])
    early = [m for t, m in result.memory if t <= result.seconds / 4]
    return {
        "model": health["model"],
        "clients": clients,
        "seconds": round(result.seconds, 1),
        "requests": len(result.latencies),
        "requests_per_s": round(len(result.latencies) / result.seconds, 1),
        "p50_ms": round(p50, 1),
        "p90_ms": round(p90, 1),
        "p99_ms": round(p99, 1),
        "max_ms": round(max(result.latencies) * 1000, 1),
        "glyphs_per_batch": round(health["glyphs"] / max(1, health["batches"]), 1),
        "status_200": result.statuses[200],
        "status_429": result.statuses[429],
        "status_5xx": sum(n for status, n in result.statuses.items() if status >= 500),
        "memory_quarter_mib": round(max(early or [0.0]), 1),
        "memory_max_mib": round(max((m for _, m in result.memory), default=0.0), 1),
        "ready_s": round(ready, 2),
        "cores": cores(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def beside(flood: str, args: argparse.Namespace) -> dict[str, object]:
    """One flood against a fresh server, with honest clients beside it."""
    server, url, _ = start(args.model)
    try:
        result = asyncio.run(load(url, server.pid, args.clients, args.seconds, flood))
        time.sleep(CALM)
        after = sum(map(resident, family(server.pid)))
    finally:
        server.terminate()
        server.wait(20)
    total = sum(result.statuses.values())
    p50, p99 = np.percentile(np.array(result.latencies or [0.0]) * 1000, [50, 99])
    return {
        "flood": flood,
        "clients": args.clients,
        "requests": total,
        "answered": round(result.statuses[200] / max(1, total), 4),
        "p50_ms": round(p50, 1),
        "p99_ms": round(p99, 1),
        "memory_max_mib": round(max((m for _, m in result.memory), default=0.0), 1),
        "memory_after_mib": round(after, 1),
        "cores": cores(),
    }


def floods(args: argparse.Namespace) -> None:
    rows = [beside(flood, args) for flood in (FLOODS if args.flood == "all" else [args.flood])]
    _write(args.out or ROOT / "benchmarks" / "results" / "web_floods.csv", rows)
    failures = [
        f"{row['flood']}: {what}"
        for row in rows
        for what, wrong in (
            (f"{row['answered']:.1%} answered", row["answered"] < ANSWERED),
            (f"{row['memory_max_mib']} MiB", row["memory_max_mib"] > PEAK),
            (f"{row['memory_after_mib']} MiB afterwards", row["memory_after_mib"] > AFTER),
        )
        if wrong
    ]
    if failures:
        sys.exit("; ".join(failures))


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        for name, value in row.items():
            print(f"{name:20} {value}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--model", default=None)
    parser.add_argument("--flood", choices=[*FLOODS, "all"], help="clients that mean harm beside them")
    parser.add_argument("--out", type=Path, help="where to write; by default below benchmarks/results")
    args = parser.parse_args()
    if args.flood:
        return floods(args)
    server, url, ready = start(args.model)
    try:
        result = asyncio.run(load(url, server.pid, args.clients, args.seconds))
        row = summary(result, args.clients, ready, httpx.get(f"{url}/health").json())
    finally:
        server.terminate()
        server.wait(20)
    _write(args.out or ROOT / "benchmarks" / "results" / "web_load.csv", [row])
    failures = []
    if row["status_5xx"]:
        failures.append(f"{row['status_5xx']} answers of 500 or more")
    if row["p99_ms"] > 10 * row["p50_ms"]:
        failures.append("p99 is over ten times p50")
    if row["memory_max_mib"] > GROWTH * row["memory_quarter_mib"]:
        failures.append("memory kept growing")
    if failures:
        sys.exit("; ".join(failures))


if __name__ == "__main__":
    main()
