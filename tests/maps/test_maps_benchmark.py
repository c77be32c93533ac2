"""The benchmark of the maps: what it keeps, what it measures, how it goes on."""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmark_support import benchmark

pytest.importorskip("scipy")
maps, peak_memory = benchmark("maps"), benchmark("peak_memory")


@pytest.fixture
def args(tmp_path):
    rng = np.random.default_rng(0)
    root = tmp_path / "mine"
    root.mkdir()
    labels = np.arange(60) % 3
    images = rng.integers(0, 255, (3, 28, 28))[labels] // 2 + rng.integers(0, 100, (60, 28, 28))
    np.savez(root / "k49-train-imgs.npz", images.astype(np.uint8))
    np.savez(root / "k49-train-labels.npz", labels.astype(np.uint8))
    return argparse.Namespace(
        dataset=str(root),
        split="all",
        features="pixels",
        images=None,
        methods="pca,mds",
        seed=0,
        threads=1,
        note="beside other work",
        points=tmp_path / "points",
        cache=tmp_path / "cache",
        out=tmp_path / "results",
    )


def table(args, name):
    with (args.out / f"maps-{name}-mine-pixels.csv").open(encoding="utf-8") as stream:
        return {r["method"]: r for r in csv.DictReader(stream)}


def test_every_map_is_measured_once_and_compared_with_its_second_seed(args, monkeypatch, capsys):
    maps.one(args)
    maps.measure(args)
    first = table(args, "ours")
    assert list(first) == ["shared: pca", "shared: neighbours", "pca", "mds"]
    assert first["pca"]["images"] == "60"
    assert first["pca"]["note"] == "beside other work"
    assert float(first["mds"]["knn_accuracy"]) > 0.9
    assert first["mds"]["procrustes"] == ""
    monkeypatch.setattr(maps.subprocess, "run", lambda *_, **__: maps.one(args))
    maps.again(args)
    capsys.readouterr()
    maps.measure(args)
    assert table(args, "ours")["pca"]["procrustes"] == "0.0000"
    assert table(args, "ours")["pca"]["seconds"] == first["pca"]["seconds"]
    assert "pca: trust" in capsys.readouterr().err
    maps.measure(args)
    assert "trust" not in capsys.readouterr().err  # nothing new to measure


def test_a_time_taken_once_stays_when_more_methods_follow(args):
    maps.one(args)
    folder = maps.folder_of(args, "ours")
    words = maps.read_words(folder)
    words["rows"] = {maps.TOGETHER: {"seconds": 12.5, "peak_mb": 99, "note": ""}, **words["rows"]}
    maps.save_words(folder, words)
    args.methods, args.note = "pca,svd,mds", "later"
    maps.one(args)
    rows = maps.read_words(folder)["rows"]
    assert rows[maps.TOGETHER]["seconds"] == 12.5
    assert rows["pca"]["note"] == "beside other work"
    assert "later" in rows["svd"]["note"]


def test_the_libraries_run_once_each(args):
    pytest.importorskip("sklearn")
    args.methods = "pca"
    maps.theirs(args)
    seconds = maps.read_words(maps.folder_of(args, "theirs"))["rows"]["pca"]["seconds"]
    maps.theirs(args)
    maps.measure(args)
    row = table(args, "theirs")["pca"]
    assert row["seconds"] == f"{seconds:.1f}"
    assert row["side"] == "theirs"
    assert float(row["trustworthiness"]) > 0.4


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from Linux's /proc")
def test_time_and_memory_of_a_process_and_its_child():
    script = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', "
        "'import time; x = bytearray(120_000_000); time.sleep(1.2)'])"
    )
    seconds, peak = peak_memory.timed([sys.executable, "-c", script])
    assert 1.2 < seconds < 60
    assert 100 < peak < 400
    with pytest.raises(SystemExit, match="failed with 3"):
        peak_memory.timed([sys.executable, "-c", "raise SystemExit(3)"])
