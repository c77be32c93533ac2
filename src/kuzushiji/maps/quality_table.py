"""The quality of maps as a table to read and as CSV."""

from __future__ import annotations

import csv
import io
import math

from kuzushiji.maps.result import Map, MapSet

MEASURES = (
    ("trustworthiness", "trust@15"),
    ("knn_recall", "recall@15"),
    ("knn_accuracy", "kNN-10"),
    ("random_triplets", "triplets"),
    ("centroid_triplets", "centroids"),
    ("silhouette", "silhouette"),
    ("procrustes", "seeds differ"),
)
"""Attribute of :class:`~kuzushiji.maps.result.MapQuality`, and its heading."""


def rows(mapset: MapSet) -> list[dict[str, str]]:
    """One row a map: what was mapped, seconds, every measure to four places; blank where unknown."""
    return [
        {
            "dataset": mapset.dataset,
            "split": mapset.split,
            "features": mapset.features,
            "images": str(len(mapset)),
            "method": m.method,
            "dims": str(m.points.shape[1]),
            "seconds": f"{m.seconds:.2f}",
            **{name: _cell(m, name) for name, _ in MEASURES},
            "sample": str(m.quality.sample) if m.quality else "",
            "note": m.note,
        }
        for m in mapset.maps
    ]


def as_csv(mapset: MapSet) -> str:
    """The rows as CSV with a heading, lines ended by a newline."""
    found = rows(mapset)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(found[0]) if found else ["method"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue()


def as_text(mapset: MapSet) -> str:
    """The table for a terminal, then what each map may and may not be read for."""
    shown = [(name, head) for name, head in MEASURES if any(_cell(m, name) for m in mapset.maps)]
    table = [["method", "seconds", *(head for _, head in shown)]]
    table += [[m.method, f"{m.seconds:.1f}", *(_cell(m, n) or "-" for n, _ in shown)] for m in mapset.maps]
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    lines = [
        "  ".join(
            c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    ]
    if mapset.shared_seconds:
        together = ", ".join(f"{k} {v:.1f} s" for k, v in mapset.shared_seconds.items())
        lines.append(f"shared by all: {together}")
    sample = max((m.quality.sample for m in mapset.maps if m.quality), default=0)
    if 0 < sample < len(mapset):
        lines.append(
            f"trust, recall, triplets and silhouette: of a sample of {sample:,} images; "
            "recall@15 is of the 15 nearest within it,\nand sets of different size do not compare by it"
        )
    for m in mapset.maps:
        lines.append(f"\n{m.method}: read it for: {m.can}\n  not for: {m.cannot}")
        if m.note:
            lines.append(f"  note: {m.note}")
    return "\n".join(lines)


def _cell(m: Map, name: str) -> str:
    value = getattr(m.quality, name) if m.quality else None
    return "" if value is None or math.isnan(value) else f"{value:.4f}"
