"""Writes the tables of docs/reader.md and docs/audit.md: see ``scripts/tables.py``."""

from __future__ import annotations

from functools import partial

from result_tables import percent, rows, table

SHARE = "{:.1f} % ({:.1f} to {:.1f})"
RECIPE = "reader"
HALF = "kkanji-half-wider"


def splits(recipe: str = RECIPE) -> str:
    """A model on the test splits of its sources, with all its classes allowed."""
    lines = [
        [
            row["test_set"],
            f"{int(row['n']):,}",
            percent([row], "accuracy", SHARE),
            percent([row], "balanced_accuracy", SHARE),
            percent([row], "top5", SHARE),
            percent([row], "sure_coverage", SHARE),
            percent([row], "sure_precision", SHARE),
        ]
        for row in rows("results/training")
        if row["recipe"] == recipe
    ]
    return table(
        ("test split", "n", "accuracy (95 %)", "balanced accuracy", "top-5", "sure", "right when sure"), lines
    )


def bins(recipe: str = RECIPE, test_set: str = "kkanji") -> str:
    """A test split of Kuzushiji-Kanji by the number of training images of a class."""
    lines = [
        [
            row["training_images"],
            f"{int(row['classes']):,}",
            f"{int(row['n']):,}",
            percent([row], "accuracy", SHARE),
            percent([row], "top5", SHARE),
        ]
        for row in rows("results/training_bins")
        if row["recipe"] == recipe and row["test_set"] == test_set and int(row["n"])
    ]
    return table(("training images", "classes", "n", "accuracy (95 %)", "top-5"), lines)


def crops(results: str) -> str:
    """Crops of page photographs, and pictures that are no characters."""
    figures = ("top1", "top5", "sure", "right_when_sure")
    lines = [
        [row["group"], row["n"], *(percent([row], figure, SHARE) for figure in figures)]
        for row in rows(f"results/{results}")
    ]
    return table(("input", "n", "top-1 (95 %)", "top-5", "sure", "right when sure"), lines)


def outside() -> str:
    """Characters that are no class, and those that are, in brush typefaces; of all readers measured."""
    lines = []
    for row in rows("results/outside"):
        if row["typeface"] == "all":
            model, group = row["model"].removesuffix(".onnx"), row["group"]
            n, sure, right = f"{int(row['n']):,}", percent([row], "sure", SHARE), ""
            if row["accuracy"]:
                right = percent([row], "accuracy", SHARE)
            lines.append([group, model, n, sure, right])
    lines.sort(key=lambda line: -len(line[4]))
    return table(("characters", "reader", "n", "sure", "right"), lines)


def forms() -> str:
    """What it costs and gains to be sure of no kanji whose other form is likely too."""
    lines = [
        [
            "no reading" if row["refused_from"] == "1" else f"{row['refused_from']} on",
            f"{int(row['sure']):,} of {int(row['n']):,}",
            percent([row], "right_when_sure", SHARE),
            f"{int(row['with_other_form_wrong'])} of {int(row['with_other_form_sure']):,}",
            row["other_form"],
        ]
        for row in rows("results/other_forms")
    ]
    head = ("refused from", "sure", "right when sure", "wrong where there is another form", "that other form")
    return table(head, lines)


def jibo() -> str:
    """Kana that are read as the kanji they were written with."""
    lines = []
    for row in rows("results/kana_as_jibo"):
        share = percent([row], "share", SHARE)
        lines.append([row["what"], f"{int(row['n']):,}", f"{int(row['count']):,}", share])
    return table(("what", "n", "of these", "share (95 %)"), lines)


def shared() -> str:
    """Accuracy with and without the pictures that two sets have under two names."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows("results/without_shared"):
        line = found.setdefault((row["model"].rpartition("-")[0], row["test_set"]), {})
        line[row["images"]] = f"{percent([row], 'accuracy', SHARE)}, n = {int(row['n']):,}"
    lines = [[*key, line["all"], line["shared"], line["without them"]] for key, line in found.items()]
    return table(("model", "test split", "all images", "those in both", "without them"), lines)


def trap() -> str:
    """What the look of a glyph tells, and what spoilt kanji are read as."""
    lines = []
    for row in rows("results/resolution_trap"):
        share = percent([{**row, "value_low": row["low"], "value_high": row["high"]}], "value", SHARE)
        value = share or row["value"]  # an AUROC has no interval
        lines.append([row["test"], row["input"], row["figure"], value, f"{int(row['n']):,}"])
    return table(("test", "glyphs", "figure", "value", "n"), lines)


def speed() -> str:
    """Files and characters a second."""
    lines = [
        [row["metric"], f"{row['value']} {row['unit']}", row["n"], row["machine"]]
        for row in rows("results/reading_speed")
    ]
    return table(("what", "value", "n", "machine"), lines)


PAGES = {
    "docs/reader.md": {
        "splits": splits,
        "bins": bins,
        "half": partial(splits, HALF),
        "half-bins": partial(bins, HALF, "kkanji/half-test"),
        "crops": partial(crops, "page_crops"),
        "hard": partial(crops, "hard_crops"),
        "outside": outside,
        "forms": forms,
        "jibo": jibo,
        "trap": trap,
        "speed": speed,
    },
    "docs/audit.md": {"shared": shared},
}
