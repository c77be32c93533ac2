"""Tables of docs/leaderboard.md and docs/evaluation.md: see ``scripts/tables.py``.

Ours come from training.csv, ensembles.csv and baselines.csv in benchmarks/results, others' from
benchmarks/published.csv. Each table is in order of its own measure; a table never mixes two sets of test
images of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from result_tables import Row, baselines, mean, percent, rows, runs, table

SHORT = "{:.2f} ({:.2f} to {:.2f})"
HEAD = ("model", "accuracy, %", "balanced accuracy, %", "parameters", "cost", "command or source", "date")
EQUAL = ("kmnist",)  # all classes of one size: both measures are the same


@dataclass(frozen=True)
class Line:
    """One row of a table.

    Attributes:
        value: by which the rows are ordered, percent.
        cells: what is shown.
    """

    value: float
    cells: list[str]


def our_runs(dataset: str, measure: str) -> list[Line]:
    """Trained networks: of several seeds the mean, and the command of each."""
    found = []
    for seeds in runs():
        one = seeds[0]
        if one["test_set"].split("/")[0] != dataset:
            continue
        views = f", {one['views']} views" if int(one["views"]) > 1 else ""
        cells = [
            f"**ours: `{one['recipe']}`** ({_count(seeds)}{views})" + _test(one["test_set"], dataset),
            percent(seeds, "accuracy", SHORT),
            percent(seeds, "balanced_accuracy", SHORT),
            f"{int(one['parameters']):,}",
            f"{one['epochs']} epochs, {mean(seeds, 'training_minutes'):.0f} min on {one['hardware']}",
            "<br>".join(f"`{row['command']}`" for row in seeds),
            max(row["date"] for row in seeds),
        ]
        found.append(Line(100 * mean(seeds, measure), cells))
    return found


def _count(seeds: Sequence[Row]) -> str:
    return f"{len(seeds)} seed" + "s" * (len(seeds) > 1)


def _test(test_set: str, dataset: str) -> str:
    part = test_set.removeprefix(dataset).strip("/")
    return f", split `{part}`" if part else ""


def our_ensembles(dataset: str, measure: str) -> list[Line]:
    """Trained networks that answer together: one result each, and the commands that lead to it."""
    return [
        Line(
            100 * float(one[measure]),
            [
                f"**ours: `{one['ensemble']}`** ({one['members']} networks, {one['views']} views; their mean "
                f"alone {100 * float(one['members_mean_accuracy']):.2f})" + _test(one["test_set"], dataset),
                percent([one], "accuracy", SHORT),
                percent([one], "balanced_accuracy", SHORT),
                f"{int(one['parameters']):,}",
                f"{one['epochs']} epochs, {float(one['training_minutes']):.0f} min on {one['hardware']}",
                "<br>".join(f"`{command}`" for command in one["command"].split("; ")),
                one["date"],
            ],
        )
        for one in rows("results/ensembles")
        if one["test_set"].split("/")[0] == dataset
    ]


def our_baselines(dataset: str, measure: str) -> list[Line]:
    """Classical methods, each with its command."""
    column = {"accuracy": "accuracy", "balanced_accuracy": "balanced"}[measure]
    return [
        Line(
            100 * float(one[column]),
            [
                f"**ours: {one['words']}**",
                percent([one], "accuracy", SHORT),
                percent([one], "balanced", SHORT),
                "",
                f"{float(one['fit_cpu_seconds']):.0f} s to fit, "
                f"{float(one['test_cpu_seconds']):.0f} s to test, one thread of {one['hardware']}",
                f"`{one['command']}`",
                one.get("date", ""),
            ],
        )
        for one in baselines()
        if one["dataset"] == dataset
    ]


def published(dataset: str, measure: str) -> list[Line]:
    """Results of others, as they were published; one line where a source gives both measures."""
    found: dict[tuple[str, str], list[Row]] = {}
    for one in rows("published"):
        if one["dataset"] == dataset and not one["measure"].startswith("bin "):
            found.setdefault((one["model"], one["protocol"]), []).append(one)
    return [_published(same, measure) for same in found.values()]


def _published(same: list[Row], measure: str) -> Line:
    one = same[0]
    plain, balanced = "", ""
    values = {}
    for row in same:
        kind, _, note = row["measure"].partition(" (")
        values[kind.replace(" ", "_")] = float(row["value"])
        if kind == "balanced accuracy":
            balanced = row["value"] + (f" ({note}" if note else "")
        else:
            plain = row["value"] + (
                "" if kind == "accuracy" else f" ({kind})".replace("not stated", "measure not stated")
            )
    about = "" if one["protocol"] == "official" else f"; {one['protocol']}"
    cells = [
        f"{one['model']}{' ★' if one['old_data'] else ''}{about}",
        plain,
        balanced,
        f"{int(one['parameters']):,}" if one["parameters"] else "",
        one["cost"],
        f"[{one['source']}]({one['link']})" if one["link"] else one["source"],
        one["date"] or f"read {one['read']}",
    ]
    return Line(values.get(measure, float(one["value"])), cells)


def board(dataset: str, measure: str) -> str:
    """One data set's table, the best by its measure first."""
    ours = [*our_runs(dataset, measure), *our_ensembles(dataset, measure), *our_baselines(dataset, measure)]
    lines = sorted([*ours, *published(dataset, measure)], key=lambda line: -line.value)
    if not lines:
        return "Nothing has been entered yet."
    shown = [list(HEAD), *(line.cells for line in lines)]
    if dataset in EQUAL:
        for cells in shown:
            del cells[2]
    return table(shown[0], shown[1:]) + ("" if ours else "\n\n**None of ours yet.**")


def tail(dataset: str) -> str:
    """Accuracy by the training images of a class: a column for each test set of ours, one for others."""
    columns: dict[tuple[str, str], dict[str, list[Row]]] = {}
    bins: dict[str, None] = {}
    for one in rows("results/training_bins"):
        if one["test_set"].split("/")[0] == dataset:
            column = columns.setdefault((one["recipe"], one["test_set"]), {})
            column.setdefault(one["training_images"], []).append(one)
            bins.setdefault(one["training_images"])
    theirs = [o for o in rows("published") if o["dataset"] == dataset and o["measure"].startswith("bin ")]
    for one in theirs:
        bins.setdefault(one["measure"].removeprefix("bin "))
    public = {one["measure"].removeprefix("bin "): one["value"] for one in theirs}
    sources = dict.fromkeys(f"[{one['source']}]({one['link']}); {one['protocol']}" for one in theirs)
    lines = [
        [name, *(percent(found.get(name, []), "accuracy", SHORT) for found in columns.values())]
        + ([public.get(name, "")] if public else [])
        for name in bins
    ]
    heads = [
        f"**ours: `{recipe}`** ({_count(max(found.values(), key=len))})" + _test(test_set, dataset)
        for (recipe, test_set), found in columns.items()
    ]
    return table(["training images of the class", *heads, *sources], lines)


def unknown() -> str:
    """How well each score notices what a model was never taught, in the order of the choice."""
    found = {part: [o for o in rows("results/ood") if o["part"] == part] for part in ("choice", "test")}
    sets = list(dict.fromkeys(one["unknown"] for one in found["test"]))
    cells = {(o["score"], o["unknown"]): o for o in found["test"]}
    scores = dict.fromkeys(one["score"] for one in found["test"])
    chosen = {name: [float(o["auroc"]) for o in found["choice"] if o["score"] == name] for name in scores}
    order = sorted(scores, key=lambda name: -sum(chosen[name]) / max(1, len(chosen[name])))
    lines = []
    for name in order:
        shown = [cells[name, each] for each in sets]
        best = sum(chosen[name]) / len(chosen[name]) if chosen[name] else float("nan")
        figures = [f"{float(o['auroc']):.3f}, {100 * float(o['fpr95']):.0f} %, {o['aurc']}" for o in shown]
        lines.append([f"**{name}**" if name == order[0] else name, f"{best:.4f}", *figures])
    models = ", ".join(dict.fromkeys(f"`{one['model']}`" for one in found["test"]))
    heads = [f"{each} ({int(cells[order[0], each]['unknown_images']):,})" for each in sets] if order else []
    return f"Of {models}:\n\n" + table(["score", "choice: mean AUROC", *heads], lines)


MEASURES = {
    "kmnist": "accuracy",
    "k49": "balanced_accuracy",
    "k49-sample": "balanced_accuracy",
    "kkanji": "accuracy",
}
PAGES = {
    "docs/leaderboard.md": {
        **{name: partial(board, name, measure) for name, measure in MEASURES.items()},
        "kkanji-tail": partial(tail, "kkanji"),
    },
    "docs/evaluation.md": {"ood": unknown},
}
