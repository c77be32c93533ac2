"""Writes the tables of docs/maps.md and docs/atlas.md: see ``scripts/tables.py``."""

from __future__ import annotations

from collections.abc import Callable

from result_tables import Row, rows, table

from kuzushiji.maps.methods.notes import WORDS
from kuzushiji.maps.methods.registry import methods

MEASURES = {
    "trustworthiness": "trust@15",
    "knn_recall": "recall@15",
    "knn_accuracy": "kNN-10",
    "random_triplets": "triplets",
    "centroid_triplets": "centroids",
    "silhouette": "silhouette",
    "procrustes": "seeds differ",
}
TOGETHER = "all together"


def speed() -> str:
    """Ours beside the libraries' own defaults on all of KMNIST, one run each."""
    both = {side: _by_method(f"maps-{side}-kmnist-pixels") for side in ("ours", "theirs")}
    ours, theirs = both["ours"], both["theirs"]
    if TOGETHER not in ours or not theirs:
        return "Not measured yet."
    lines = [
        [
            _title(name),
            *(f"{float(side[name]['seconds']):.1f}" for side in (ours, theirs)),
            *(side[name][m] for m in ("trustworthiness", "knn_accuracy") for side in (ours, theirs)),
        ]
        for name in theirs
    ]
    lines += [
        [name.replace("pca", "PCA"), f"{float(r['seconds']):.1f}", "", "", "", "", ""]
        for name, r in ours.items()
        if name.startswith("shared")
    ]
    spent, total = float(ours[TOGETHER]["seconds"]), sum(float(r["seconds"]) for r in theirs.values())
    peaks = [int(ours[TOGETHER]["peak_mb"]), max(int(r["peak_mb"]) for r in theirs.values())]
    lines.append(
        ["**all, from start to end**", f"**{spent:.0f}**", f"**{total:.0f}** ({total / spent:.1f} times)"]
        + [""] * 4
    )
    lines.append(["peak memory, MB", *(f"{p:,}" for p in peaks), *[""] * 4])
    head = ("", "ours, s", "theirs, s", "trust@15, ours", "theirs", "kNN-10, ours", "theirs")
    return table(head, lines)


def quality(run: str) -> Callable[[], str]:
    """Every measure of every map of one run; the best of a column is bold."""

    def made() -> str:
        found = {k: r for k, r in _by_method(f"maps-ours-{run}").items() if k in methods()}
        if not found:
            return "Not measured yet."
        shown = [m for m in MEASURES if any(r[m] for r in found.values())]
        best = {
            m: (min if m == "procrustes" else max)(float(r[m]) for r in found.values() if r[m]) for m in shown
        }
        lines = [
            [
                _title(name),
                f"{float(r['seconds']):.1f}",
                *(f"**{r[m]}**" if r[m] and float(r[m]) == best[m] else r[m] for m in shown),
            ]
            for name, r in found.items()
        ]
        return table(("method", "seconds", *(MEASURES[m] for m in shown)), lines)

    return made


def reading() -> str:
    """What each map may and may not be read for, in the words of the command and the page."""
    lines = [[m.title, WORDS[name].can, WORDS[name].cannot] for name, m in methods().items()]
    return table(("map", "read it for", "not for"), lines)


def page() -> str:
    """Pictures a second of the page."""
    lines = [
        [
            f"{int(r['points']):,}",
            r["movement"],
            r["renderer"],
            r["pictures_per_s"],
            r["slowest"],
            r["cpu_ms_per_picture"],
        ]
        for r in rows("results/atlas_page")
    ]
    if not lines:
        return "Not measured yet."
    return table(("points", "movement", "drawn by", "pictures/s", "slowest round", "CPU ms a picture"), lines)


def _by_method(name: str) -> dict[str, Row]:
    return {r["method"]: r for r in rows(f"results/{name}")}


def _title(name: str) -> str:
    known = methods().get(name)
    return known.title if known else name


RUNS = ("kmnist-pixels", "kmnist-kmnist", "k49-sample-pixels", "kkanji-pixels", "kkanji-reader")
PAGES = {
    "docs/maps.md": {
        "speed": speed,
        "reading": reading,
        **{run: quality(run) for run in RUNS},
    },
    "docs/atlas.md": {"page": page},
}
