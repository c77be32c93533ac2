"""Our maps against the libraries' own defaults, and every method of ours: seconds, memory, quality.

    python benchmarks/maps.py ours   [--dataset D]   one run of the engine: the six methods together
    python benchmarks/maps.py theirs [--dataset D]   the libraries one by one, on raw pixels
    python benchmarks/maps.py every  [--dataset D]   every method of ours, and what is not made already
    python benchmarks/maps.py again  [--dataset D]   the same from a second seed, for the seed-to-seed measure
    python benchmarks/maps.py measure                the quality of all maps made, and the CSV files
    python benchmarks/maps.py show                   what the CSV files say, and how many times faster

``theirs`` is what one writes after reading each library's first page: ``UMAP().fit_transform(images)``.
``ours`` and each of ``theirs`` is a fresh process, timed from its start to the last map: reading the images,
imports and compilation are in it. These need a machine with nothing else to do; ``measure`` does not, for it
takes no times. ``theirs`` and ``every`` go on where they were interrupted. Memory is the largest sum, over a
run's processes, of proportional set sizes, sampled five times a second (Linux only).

The default is KMNIST whole: 70,000 images. Pin it to the cores it shall have: ``taskset -c 0,1 python ...``.
Maps are kept in the cache, where ``kuzushiji map`` finds them, and their points in ``maps-benchmark`` there;
results are ``benchmarks/results/maps-*.csv``.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from peak_memory import timed

from kuzushiji._machine import cores, processor
from kuzushiji.datasets import cache_dir
from kuzushiji.maps import quality, quality_table
from kuzushiji.maps.engine import Plan, make_maps
from kuzushiji.maps.inputs.features import embedded, from_matrix, pixels
from kuzushiji.maps.inputs.shared_work import Shared
from kuzushiji.maps.inputs.source import load_source
from kuzushiji.maps.methods.registry import methods

SIX = ("pca", "lda", "umap", "tsne", "pacmap", "localmap")
MEASURES = tuple(name for name, _ in quality_table.MEASURES)
TOGETHER = "all together"
FACTS = ("dataset", "split", "features", "images")
COLUMNS = (
    *("side", "dataset", "features", "images", "method", "seconds", "peak_mb"),
    *MEASURES,
    *("cores", "machine", "date", "note"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = {f.__name__: f for f in (ours, theirs, every, again, measure, show, one)}
    parser.add_argument("what", choices=commands)
    parser.add_argument("--dataset", default="kmnist")
    parser.add_argument("--split", default="all")
    parser.add_argument("--features", default="pixels", help="pixels, or a model (not for theirs)")
    parser.add_argument("--images", type=int, help="a subset of so many")
    parser.add_argument("--methods", help="only these")
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--note", default="", help="what else is to be known of the machine")
    parser.add_argument("--points", type=Path, default=cache_dir() / "maps-benchmark")
    parser.add_argument("--cache", type=Path, default=cache_dir() / "maps", help="of finished maps")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    commands[args.what](args)


def ours(args: argparse.Namespace) -> None:
    """One run, from nothing."""
    args.methods = args.methods or ",".join(SIX)
    place = args.cache / features_of(args).digest[:16]
    for name in args.methods.split(","):
        for made in place.glob(f"{name}-2d-{args.seed}-*.npz"):
            made.unlink()
    folder = folder_of(args, "ours")
    save_words(folder, {**read_words(folder), "rows": {}})
    seconds, peak = timed(again_as(args, "one"))
    words = read_words(folder)
    together = {"seconds": seconds, "peak_mb": peak, "note": args.note}
    words["rows"] = {TOGETHER: together, **words["rows"]}
    save_words(folder, words)


def every(args: argparse.Namespace) -> None:
    """All methods that take the set; those in the cache keep the time they once took."""
    args.methods = args.methods or ",".join(methods())
    subprocess.run(again_as(args, "one"), check=True)


def again(args: argparse.Namespace) -> None:
    """The second seed."""
    args.seed = 1
    every(args)


def one(args: argparse.Namespace) -> None:
    """The run itself, in a process of its own."""
    plan = Plan(args.methods.split(","), seed=args.seed, threads=args.threads, quality=False)
    mapset = make_maps(features_of(args), plan, args.cache, say=say)
    folder = folder_of(args, "ours")
    ending = f"-seed{args.seed}" if args.seed else ""
    words = {"rows": {}, **read_words(folder), **facts(args, "ours", len(mapset))}
    for name, seconds in mapset.shared_seconds.items():
        if not args.seed and TOGETHER not in words["rows"]:
            words["rows"][f"shared: {name}"] = {"seconds": seconds, "note": args.note}
    for m in mapset.maps:
        known = words["rows"].get(m.method, {})
        if not args.seed and known.get("seconds") != m.seconds:  # else it came from the cache
            note = "; ".join(filter(None, [m.note, args.note]))
            words["rows"][m.method] = {"seconds": m.seconds, "note": note}
    save_words(folder, words)
    for m in mapset.maps:
        np.save(folder / f"{m.method}{ending}.npy", m.points)


def theirs(args: argparse.Namespace) -> None:
    """The libraries as their first pages call them."""
    folder = folder_of(args, "theirs")
    source = features_of(args).source
    words = {"rows": {}, **read_words(folder), **facts(args, "theirs", len(source))}
    save_words(folder, words)
    pixels, labels = folder / "pixels", folder / "labels"
    with pixels.open("wb") as a, labels.open("wb") as b:
        np.save(a, source.rows(np.arange(len(source))))
        np.save(b, source.labels)
    for method in (args.methods or ",".join(SIX)).split(","):
        if method in words["rows"]:
            say(f"{method}: made already")
            continue
        script = f"import numpy as np\nx, y = np.load({str(pixels)!r}), np.load({str(labels)!r})\n"
        script += f"{THEIRS[method]}\nnp.save({str(folder / method)!r}, np.asarray(z))\n"
        seconds, peak = timed([sys.executable, "-c", script])
        words["rows"][method] = {"seconds": seconds, "peak_mb": peak, "note": args.note}
        save_words(folder, words)
        say(f"{method}: {seconds:.1f} s, {peak:.0f} MB")
    pixels.unlink()
    labels.unlink()


THEIRS = {
    "pca": "from sklearn.decomposition import PCA\nz = PCA(2).fit_transform(x)",
    "lda": "from sklearn.discriminant_analysis import LinearDiscriminantAnalysis as LDA\n"
    "z = LDA(n_components=2).fit_transform(x, y)",
    "umap": "from umap import UMAP\nz = UMAP().fit_transform(x)",
    "tsne": "from openTSNE import TSNE\nz = TSNE().fit(x)",
    "pacmap": "from pacmap import PaCMAP\nz = PaCMAP().fit_transform(x)",
    "localmap": "from pacmap import LocalMAP\nz = LocalMAP().fit_transform(x)",
}


def measure(args: argparse.Namespace) -> None:
    """Measures every map whose points are kept and not yet measured; writes one CSV file for each run."""
    ref, of = None, None
    for folder in sorted(p.parent for p in args.points.glob("*/words.json")):
        words = read_words(folder)
        run = argparse.Namespace(**{**vars(args), **{k: words[k] for k in FACTS}})
        for method, found in words["rows"].items():
            points, second = folder / f"{method}.npy", folder / f"{method}-seed1.npy"
            stamp = [p.stat().st_mtime for p in (points, second) if p.is_file()]
            if not points.is_file() or found.get("measured") == stamp:
                continue
            if of != stem(run):
                features = features_of(run)
                ref, of = quality.reference(features, Shared(features, 15).class_means[0]), stem(run)
            assert ref is not None
            result = quality.measure(np.load(points), ref)
            found.update(measured=stamp, **{m: getattr(result, m) for m in MEASURES})
            if second.is_file():
                found["procrustes"] = quality.procrustes(np.load(points), np.load(second))
            save_words(folder, words)
            say(f"{folder.name}, {method}: " + ", ".join(f"{m} {cell(found.get(m))}" for m in MEASURES))
        order = [TOGETHER, *(r for r in words["rows"] if r.startswith("shared")), *methods()]
        rows = [row(words, name) for name in order if name in words["rows"]]
        write(args.out / f"{folder.name}.csv", rows)


def show(args: argparse.Namespace) -> None:
    """Prints the CSV files."""
    rows = [r for f in sorted(args.out.glob("maps-*.csv")) for r in csv.DictReader(f.open(encoding="utf-8"))]
    for r in rows:
        words = f"{r['side']:7}{r['dataset']:12}{r['features']:8}{r['images']:>7} {r['method']:20}"
        words += f"{r['seconds']:>9} s {r['peak_mb'] or '-':>7} MB"
        print(f"{words}  trust {r['trustworthiness'] or '-':7} 10-NN {r['knn_accuracy'] or '-'}")
    for r in rows:
        if (r["side"], r["method"], r["features"]) == ("ours", "all together", "pixels"):
            like = [t for t in rows if t["side"] == "theirs"]
            like = [t for t in like if (t["dataset"], t["images"]) == (r["dataset"], r["images"])]
            if {t["method"] for t in like} >= set(SIX):
                total = sum(float(t["seconds"]) for t in like)
                times = total / float(r["seconds"])
                print(f"{r['dataset']} {r['images']}: {total:.0f} s / {r['seconds']} s = {times:.1f} times")


def features_of(args: argparse.Namespace):
    """What is mapped; a model's embedding is kept, for it takes minutes and is none of the maps' time."""
    source = load_source(args.dataset, args.split)
    if args.images:
        source = source.subset(args.images)
    if args.features == "pixels":
        return pixels(source)
    kept = args.points / f"{stem(args)}.embedding.npy"
    if not kept.is_file():
        args.points.mkdir(parents=True, exist_ok=True)
        np.save(kept, embedded(source, args.features, args.threads).matrix)
    return from_matrix(source, np.load(kept), args.features)


def stem(args: argparse.Namespace) -> str:
    parts = [Path(args.dataset).name, "" if args.split == "all" else args.split, str(args.images or "")]
    return "-".join([*filter(None, parts), Path(args.features).stem])


def folder_of(args: argparse.Namespace, side: str) -> Path:
    return args.points / f"maps-{side}-{stem(args)}"


def facts(args: argparse.Namespace, side: str, n: int) -> dict[str, object]:
    machine = f"{processor()}, {cores()} cores"
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    return {
        **{k: getattr(args, k) for k in FACTS},
        "n": n,
        "side": side,
        "cores": args.threads,
        "machine": machine,
        "date": date,
    }


def read_words(folder: Path) -> dict:
    file = folder / "words.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def save_words(folder: Path, words: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.json").write_text(json.dumps(words, indent=1, ensure_ascii=False), encoding="utf-8")


def row(words: dict, name: str) -> dict[str, str]:
    found = words["rows"][name]
    return {
        **{k: str(words[k]) for k in ("side", "cores", "machine", "date")},
        "dataset": Path(words["dataset"]).name,
        "features": Path(words["features"]).stem,
        "images": str(words["n"]),
        "method": name,
        "seconds": f"{found['seconds']:.1f}",
        "peak_mb": f"{found['peak_mb']:.0f}" if "peak_mb" in found else "",
        **{m: cell(found.get(m)) for m in MEASURES},
        "note": found["note"],
    }


def cell(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.4f}"


def write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    say(str(path))


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def again_as(args: argparse.Namespace, what: str) -> list[str]:
    """The command of a fresh process with the same options."""
    words = [sys.executable, __file__, what]
    for name in (
        "dataset",
        "split",
        "features",
        "images",
        "methods",
        "seed",
        "threads",
        "note",
        "points",
        "cache",
    ):
        if getattr(args, name) is not None:
            words += [f"--{name}", str(getattr(args, name))]
    return words


if __name__ == "__main__":
    main()
