"""Finds the columns of real pages whose text is known, by the networks as they are.

    python scripts/align_columns.py PAGES [--detector FILE] [--column FILE] [-o recipes/known-columns.json]

PAGES holds NAME.jpg and text.json, which maps NAME to "text" and "book_in_kkanji". Only pages with
"book_in_kkanji" are used: the others are for measuring. The result names columns whose reading agrees with a
part of the text; a column network learns from them (fit.real_share in recipes/column.toml).
"""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.images.page import red_channel
from kuzushiji.images.read import read_picture
from kuzushiji.pages.context.alignment import align
from kuzushiji.pages.context.beam import greedy
from kuzushiji.pages.context.signs import sign_of
from kuzushiji.pages.detect import Detector
from kuzushiji.pages.frames import ColumnNetwork
from kuzushiji.pages.result import ColumnKind
from kuzushiji.pages.strips import ZOOM, Straightener, lines_of
from kuzushiji.training.composing.glyphs import shape_of
from kuzushiji.training.page_networks.columns.real import spans_in_text
from kuzushiji.weights.network import Network, network_file


def main() -> None:
    """Reads the arguments, aligns, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--detector", type=Path)
    parser.add_argument("--column", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("recipes/known-columns.json"))
    asked = parser.parse_args()
    detector = Detector(Network(asked.detector or network_file("detector")))
    network = ColumnNetwork(Network(asked.column or network_file("column")))
    texts = json.loads((asked.pages / "text.json").read_text(encoding="utf-8"))
    found, characters = {}, 0
    for name in sorted(texts):
        if not texts[name].get("book_in_kkanji"):
            continue
        picture = read_picture(asked.pages / f"{name}.jpg")
        columns = aligned(picture, texts[name]["text"], detector, network)
        own = sum(len(c["text"]) for c in columns)
        print(
            f"{name}: {len(columns)} columns, {own} of {len(''.join(texts[name]['text'].split()))} characters"
        )
        characters += own
        if columns:
            found[name] = columns
    print(f"{sum(map(len, found.values()))} columns, {characters} characters")
    rows = (f" {json.dumps(name)}: {json.dumps(c, ensure_ascii=False)}" for name, c in found.items())
    asked.out.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def aligned(
    picture: np.ndarray, text: str, detector: Detector, network: ColumnNetwork
) -> list[dict[str, Any]]:
    """The columns of a page that agree with its text: text, corners, size."""
    grey = red_channel(picture)
    lines = lines_of(detector(grey), grey.shape[1], grey.shape[0])
    lines = [line for line in lines if line.kind is not ColumnKind.RUBY]
    straightener = Straightener(grey, lines)
    strips = [straightener(line) for line in lines]
    frames = network(strips)
    known = set(network.classes)
    shapes = [shape_of(c, known) for c in unicodedata.normalize("NFC", text) if not c.isspace()]
    signs: dict[str, int] = {}

    def number(char: str) -> int:
        return signs.setdefault(sign_of(char) or char, len(signs))

    read = [[number(network.classes[k]) for k in greedy(each.log_p)] for each in frames]
    wanted = [number(shape) if shape else -1 - k for k, shape in enumerate(shapes)]
    labels = {char: k for k, char in enumerate(network.classes)}
    found = []
    for line, strip, each, span in zip(lines, strips, frames, spans_in_text(read, wanted), strict=True):
        own = shapes[slice(*span)] if span else []
        if len(own) < 2 or None in own:
            continue
        column = _placed(each.log_p, [labels[str(shape)] for shape in own])
        if column is None:
            continue
        corners = strip.to_page(each.boxes[column])
        found.append(
            {
                "text": "".join(map(str, own)),
                "size": round(line.size * ZOOM, 1),
                "corners": np.round(corners, 1).tolist(),
            }
        )
    return found


def _placed(log_p: np.ndarray, labels: Sequence[int]) -> np.ndarray | None:
    """The frame of each character on the likeliest path; None where the column is too short for the text."""
    try:
        return np.array([span.peak for span in align(log_p, labels)], int)
    except ValueError:
        return None


if __name__ == "__main__":
    main()
