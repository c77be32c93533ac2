"""Readings of crops from photographed pages: ``KUZUSHIJI_PAGE_CROPS=FOLDER python benchmarks/page_crops.py``.

FOLDER holds the crops and labels.csv (file, codepoint, char, page). They go the whole way that a user's do:
JPEG in, `kuzushiji.Reader` out. The pages' books are also in Kuzushiji-Kanji, so this measures the way from
photo to glyph more than new handwriting. No weight was learned from it; the offset of the kana and the share
asked to be right when sure were settled with it in view (docs/reader.md).

Rows of results/page_crops.csv: kana and kanji of the model's classes, together, once more as they would be if
no old or new form of a kanji left a doubt (`kuzushiji.reading.decide`), once more with such a form counted as
right (labels have 台 where the page has 臺), and apart; voiced kana, which count as right when their base is
read; katakana, which count as right when the hiragana of their sound is read (ハ and ミ were written among
hiragana, in the shapes of 八 and 三, jibo of は and み); other signs outside the classes, and pictures that
are no characters at all (made here), of which as few as possible should be sure.

    python benchmarks/page_crops.py [--model NAME|FILE] [--print]
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from bench import machine, write_lines

from kuzushiji.characters import base_of, lookup
from kuzushiji.evaluation.measures.intervals import Estimate, wilson
from kuzushiji.images import Reason
from kuzushiji.reading import Reader, Reading

EACH = 60  # made pictures of each kind
KATAKANA_TO_HIRAGANA = ord("ア") - ord("あ")
ALIKE, BOLD = "old and new forms alike", "sure by the threshold alone"


def asked_for(char: str, classes: frozenset[str]) -> tuple[str, str]:
    """The group of a label, and the class that is its right reading ("" where there is none).

    >>> classes = frozenset("はか猫")
    >>> [asked_for(char, classes) for char in "は猫がハ々"]
    [('kana', 'は'), ('kanji', '猫'), ('voiced kana', 'か'), ('katakana', 'は'), ('outside', '')]
    """
    if char in classes:
        return ("kana" if char < "\u3100" else "kanji"), char
    if base_of(char) in classes:
        return "voiced kana", base_of(char)
    hiragana = base_of(chr(ord(char) - KATAKANA_TO_HIRAGANA)) if "ァ" <= char <= "ヶ" else ""
    return ("katakana", hiragana) if hiragana in classes else ("outside", "")


def same(char: str, classes: frozenset[str]) -> frozenset[str]:
    """A character and its old and new forms among the classes."""
    return frozenset({char, *lookup(char).variants}) & classes


def made(rng: np.random.Generator) -> dict[str, list[np.ndarray]]:
    """Pictures that show no character, uint8 grey (h, w), dark on light unless they are noise."""
    y, x = np.mgrid[0:96, 0:96] / 95.0

    def paper() -> np.ndarray:
        slope = rng.normal(0, 25, 2)
        return 205 + slope[0] * (y - 0.5) + slope[1] * (x - 0.5) + rng.normal(0, 3, y.shape)

    def stain() -> np.ndarray:
        centre, size = rng.uniform(0.2, 0.8, 2), rng.uniform(0.05, 0.3)
        blot = np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / size**2)
        return paper() - rng.uniform(40, 120) * blot

    def picture() -> np.ndarray:
        waves = [rng.normal(0, 6, 2) for _ in range(6)]
        field = sum(np.cos(2 * np.pi * (a * y + b * x) + rng.uniform(0, 6)) for a, b in waves)
        return 128 + 40 * np.asarray(field)

    def ruled() -> np.ndarray:
        lines = (np.sin(2 * np.pi * rng.integers(3, 9) * x + rng.uniform(0, 6)) > 0.9) * 120
        return paper() - lines

    def seal() -> np.ndarray:
        ring = np.maximum(abs(y - 0.5), abs(x - 0.5))
        inside = rng.random((8, 8)).repeat(12, 0).repeat(12, 1) > 0.5
        return paper() - 130 * (((ring > 0.4) & (ring < 0.46)) | (inside & (ring < 0.36)))

    kinds: dict[str, Callable[[], np.ndarray]] = {
        "blank paper": paper,
        "stain": stain,
        "noise": lambda: rng.integers(0, 256, y.shape),
        "picture": picture,
        "ruled lines": ruled,
        "seal": seal,
    }
    return {
        name: [np.clip(make(), 0, 255).astype(np.uint8) for _ in range(EACH)] for name, make in kinds.items()
    }


def line(name: str, readings: list[Reading], wanted: list[frozenset[str]]) -> dict[str, str | int]:
    """One row: top-1, top-5, sure, right when sure; ``wanted`` holds what is right, or is empty."""
    right, five, sure, sure_right = 0, 0, 0, 0
    for reading, chars in zip(readings, wanted or [frozenset[str]()] * len(readings), strict=True):
        said = [c.char for c in reading.candidates[:5]]
        hit = bool(said) and said[0] in chars
        right, five = right + hit, five + bool(chars & set(said))
        sure, sure_right = sure + reading.sure, sure_right + (reading.sure and hit)
    row: dict[str, str | int] = {"group": name, "n": len(readings)}
    shares = {"sure": (sure, len(readings))}
    if wanted:
        shares |= {"top1": (right, len(readings)), "top5": (five, len(readings))}
        shares |= {"right_when_sure": (sure_right, sure)} if sure else {}
    for key in ("top1", "top5", "sure", "right_when_sure"):
        found: Estimate | None = wilson(*shares[key]) if key in shares else None
        for end in ("value", "low", "high"):
            column = key if end == "value" else f"{key}_{end}"
            row[column] = f"{getattr(found, end):.4f}" if found else ""
    return row


def labelled(folder: Path) -> list[dict[str, str]]:
    """The lines of the folder's labels.csv."""
    with open(folder / "labels.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figures(folder: Path, model: str | None) -> list[dict[str, str | int]]:
    reader = Reader(model)
    classes = frozenset(reader.model.info.classes)
    crops = labelled(folder)
    readings = reader.read([folder / crop["file"] for crop in crops])
    groups: dict[str, list[tuple[Reading, frozenset[str]]]] = {}
    for crop, reading in zip(crops, readings, strict=True):
        where, char = asked_for(crop["char"], classes)
        groups.setdefault(where, []).append((reading, frozenset(char)))
        if where in ("kana", "kanji"):
            groups.setdefault("kana and kanji", []).append((reading, frozenset(char)))
            groups.setdefault(ALIKE, []).append((reading, same(char, classes)))
            bold = replace(reading, sure=True) if reading.reason_codes == (Reason.OTHER_FORM,) else reading
            groups.setdefault(BOLD, []).append((bold, frozenset(char)))
    rows = [
        line(name, [r for r, _ in groups[name]], [] if name == "outside" else [c for _, c in groups[name]])
        for name in ("kana and kanji", BOLD, ALIKE, "kana", "kanji", "voiced kana", "katakana", "outside")
        if name in groups
    ]
    for name, pictures in made(np.random.default_rng(0)).items():
        rows.append(line(name, reader.read(pictures), []))
    about = {"model": reader.model.path.name, "machine": machine(), "date": date.today().isoformat()}
    return [{**row, **about} for row in rows]


def main(results: str, make: Callable[[Path, str | None], list[dict[str, str | int]]], words: str) -> None:
    """The command: prints the rows that ``make`` gives for the crops and a model, and keeps them."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a shipped model, an .onnx file or a run (the default model)")
    parser.add_argument("--print", action="store_true", help="write nothing")
    asked = parser.parse_args()
    folder = Path(os.environ.get("KUZUSHIJI_PAGE_CROPS") or "no-such-folder")
    if not (folder / "labels.csv").is_file():
        sys.exit("KUZUSHIJI_PAGE_CROPS names no folder with labels.csv")
    rows = make(folder, asked.model)
    for row in rows:
        print({key: value for key, value in row.items() if "_low" not in key and "_high" not in key})
    if not asked.print:
        write_lines(results, rows)


if __name__ == "__main__":
    main("page_crops", figures, __doc__ or "")
