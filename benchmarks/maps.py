"""Our maps against the libraries' own defaults: seconds, memory and quality of both sides on the same images.

    python benchmarks/maps.py ours   [--images N] [--out DIR]   one run of the engine, all methods
    python benchmarks/maps.py theirs [--images N] [--out DIR]   the libraries one by one, on raw pixels
    python benchmarks/maps.py show   [--out DIR]                both, and how many times faster

``theirs`` is what one writes after reading each library's first page: ``UMAP().fit_transform(images)``.
Every run is a fresh process, and the time is from its start to the last map: reading the images, imports
and compilation are in it, measuring quality is not. ``theirs`` goes on where it was interrupted: a method
that is in the CSV is not run again. Memory is the largest sum, over a run's processes, of proportional set
sizes, sampled five times a second (Linux only).

The default is KMNIST whole: 70,000 images. Pin it to the cores it shall have: ``taskset -c 0,1 python ...``.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from kuzushiji._machine import cores, processor

METHODS = ("pca", "lda", "umap", "tsne", "pacmap", "localmap")
MEASURES = (
    "trustworthiness",
    "knn_recall",
    "knn_accuracy",
    "random_triplets",
    "centroid_triplets",
    "silhouette",
)
COLUMNS = (
    "side",
    "dataset",
    "features",
    "images",
    "method",
    "seconds",
    "peak_mb",
    *MEASURES,
    "cores",
    "machine",
    "note",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("ours", "theirs", "show", "one"))
    parser.add_argument("--dataset", default="kmnist")
    parser.add_argument("--split", default="all")
    parser.add_argument("--features", default="pixels", help="pixels, or a model (ours only)")
    parser.add_argument("--images", type=int, help="a subset of so many")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    {"ours": ours, "theirs": theirs, "show": show, "one": one}[args.what](args)


def ours(args: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as work:
        seconds, peak = timed([*_again(args, "one"), "--methods", args.methods, "--work", work])
        from kuzushiji.maps.result import MapSet

        features = features_of(args)
        made = MapSet.load(work, images=features.source.images)
    rows = [row(args, "ours", len(made), "all together", seconds, peak, note=f"threads {cores()}")]
    rows += [row(args, "ours", len(made), f"shared: {k}", v) for k, v in made.shared_seconds.items()]
    measured = measurer(features)
    for m in made.maps:
        rows.append(
            row(args, "ours", len(made), m.method, m.seconds, quality=measured(m.points), note=m.note)
        )
    name = f"maps-ours-{Path(args.dataset).name}-{Path(args.features).stem}-{len(made)}.csv"
    write(args.out / name, rows)


def one(args: argparse.Namespace) -> None:
    """What ``ours`` times, in a process of its own."""
    from kuzushiji.maps.engine import Plan, make

    plan = Plan(args.methods.split(","), threads=cores(), quality=False)
    mapset = make(features_of(args), plan, say=lambda line: print(line, file=sys.stderr))
    mapset.save(args.work)


def theirs(args: argparse.Namespace) -> None:
    source = features_of(args).source
    n = len(source)
    path = args.out / f"maps-theirs-{Path(args.dataset).name}-{n}.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8"))) if path.is_file() else []
    done = {r["method"] for r in rows}
    measured = None
    with tempfile.TemporaryDirectory() as work:
        rows_file, labels_file = Path(work) / "rows.npy", Path(work) / "labels.npy"
        np.save(rows_file, source.rows(np.arange(n)))
        np.save(labels_file, source.labels)
        for method in args.methods.split(","):
            if method in done:
                print(f"{method}: in {path.name} already", file=sys.stderr)
                continue
            out = Path(work) / f"{method}.npy"
            script = (
                f"import numpy as np\nx, y = np.load({str(rows_file)!r}), np.load({str(labels_file)!r})\n"
            )
            script += THEIRS[method] + f"\nnp.save({str(out)!r}, np.asarray(z))\n"
            seconds, peak = timed([sys.executable, "-c", script])
            measured = measured or measurer(features_of(args))
            rows.append(row(args, "theirs", n, method, seconds, peak, measured(np.load(out))))
            write(path, rows)


THEIRS = {
    "pca": "from sklearn.decomposition import PCA\nz = PCA(2).fit_transform(x)",
    "lda": "from sklearn.discriminant_analysis import LinearDiscriminantAnalysis as LDA\n"
    "z = LDA(n_components=2).fit_transform(x, y)",
    "umap": "from umap import UMAP\nz = UMAP().fit_transform(x)",
    "tsne": "from openTSNE import TSNE\nz = TSNE().fit(x)",
    "pacmap": "from pacmap import PaCMAP\nz = PaCMAP().fit_transform(x)",
    "localmap": "from pacmap import LocalMAP\nz = LocalMAP().fit_transform(x)",
}


def show(args: argparse.Namespace) -> None:
    rows = [r for f in sorted(args.out.glob("maps-*.csv")) for r in csv.DictReader(f.open(encoding="utf-8"))]
    for r in rows:
        words = f"{r['side']:7}{r['dataset']:12}{r['features']:8}{r['images']:>7} {r['method']:20}"
        words += f"{r['seconds']:>9} s {r['peak_mb'] or '-':>7} MB"
        print(f"{words}  trust {r['trustworthiness'] or '-':7} 10-NN {r['knn_accuracy'] or '-'}")
    for r in rows:
        if (r["side"], r["method"], r["features"]) != ("ours", "all together", "pixels"):
            continue
        same = [
            t
            for t in rows
            if t["side"] == "theirs" and (t["dataset"], t["images"]) == (r["dataset"], r["images"])
        ]
        if {t["method"] for t in same} >= set(METHODS):
            total = sum(float(t["seconds"]) for t in same)
            times = total / float(r["seconds"])
            print(f"{r['dataset']} {r['images']}: {total:.0f} s / {r['seconds']} s = {times:.1f} times")


def features_of(args: argparse.Namespace):
    from kuzushiji.maps.features import embedded, pixels
    from kuzushiji.maps.source import load_source

    source = load_source(args.dataset, args.split)
    if args.images:
        source = source.subset(args.images)
    return pixels(source) if args.features == "pixels" else embedded(source, args.features, cores())


def measurer(features):
    """A function that measures maps of these features, all against one reference."""
    from kuzushiji.maps.quality import measure, reference
    from kuzushiji.maps.shared import Shared

    ref = reference(features, Shared(features, 15).class_means[0])
    return lambda points: measure(points, ref)


def timed(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory (MB, proportional set sizes of it and its children) of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command)
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            peak[0] = max(peak[0], sum(_pss(p) for p in _family(process.pid)) / 1024)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    if code:
        raise SystemExit(f"failed with {code}: {command[:4]}")
    return seconds, peak[0]


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _pss(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0.0)


def row(args, side, n, method, seconds, peak=None, quality=None, note="") -> dict[str, str]:
    features = args.features if side == "ours" else "pixels"
    measures = {m: f"{getattr(quality, m):.4f}" if quality is not None else "" for m in MEASURES}
    machine = f"{processor()}, {cores()} cores"
    return {
        "side": side,
        "dataset": Path(args.dataset).name,
        "features": Path(features).stem,
        "images": str(n),
        "method": method,
        "seconds": f"{seconds:.1f}",
        "peak_mb": "" if peak is None else f"{peak:.0f}",
        **measures,
        "cores": str(cores()),
        "machine": machine,
        "note": note,
    }


def write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.replace(path)
    print(path, file=sys.stderr)


def _again(args: argparse.Namespace, what: str) -> list[str]:
    words = [sys.executable, __file__, what, "--dataset", args.dataset, "--split", args.split]
    words += ["--features", args.features]
    return words + (["--images", str(args.images)] if args.images else [])


if __name__ == "__main__":
    main()
