"""How well our conversion of page crops agrees with the glyphs that the publisher made of them; its speed.

    KUZUSHIJI_PAGE_CROPS=FOLDER python benchmarks glyph_agreement     # and kkanji, k49-sample in the cache

FOLDER holds crops of real pages and labels.csv (file, codepoint, char, page): colour, up to 150 px, the
annotator's box with 6 % of its longer side added all round. Many of these characters stand in Kuzushiji-Kanji
as well. The published glyph of a crop is sought in its class with the margin cut at exactly that share, and
counts as found from a correlation of 0.9 on. The constants of the tone curve were fitted on the pairs of two
books ("fitted books"). The rules for margins and neighbours were chosen with all four in view.

Correlation and mean absolute difference (of 255) are taken over the 64x64 values as they lie, without a
search over shifts. "fixed margin" knows the margin; "to_glyph" has to find it; "longer side rounded" is the
recipe we started from: Otsu, ink clipped at its darkest 2 %, area average into a rounded rectangle, centred.

No crop's 28 px glyph is known, so there the look is compared: of the kana among the crops, scaled by several
methods, and of published kana. "edge greys" are pixels from 24 to 231 per pixel along an edge; "fine detail"
is the share of the power above 0.36 cycles a pixel.
"""

from __future__ import annotations

import csv
import io
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from bench import NotHereError, Row
from PIL import Image

from kuzushiji.datasets import load
from kuzushiji.errors import KuzushijiError
from kuzushiji.images import read_image, to_glyph
from kuzushiji.images.fit import place
from kuzushiji.images.frame import MARGIN
from kuzushiji.images.paper.ink import ink_map, tones

FITTED_ON = ("200021763", "200021802")
FOUND = 0.9


def measure() -> Iterator[Row]:
    folder = Path(os.environ.get("KUZUSHIJI_PAGE_CROPS") or "no-such-folder")
    if not (folder / "labels.csv").is_file():
        raise NotHereError("KUZUSHIJI_PAGE_CROPS names no folder with labels.csv")
    try:
        kanji = load("kkanji", "all")
    except KuzushijiError as e:
        raise NotHereError(str(e)) from None
    with open(folder / "labels.csv", encoding="utf-8", newline="") as file:
        crops = list(csv.DictReader(file))
    pairs, in_set = find_pairs(folder, crops, kanji)
    yield Row("crops whose class is in the set", in_set, "crops", len(crops))
    yield Row("published glyph found", len(pairs) / in_set, "share", in_set)
    for half, wanted in (("fitted books", True), ("other books", False)):
        chosen = [(data, glyph) for page, data, glyph in pairs if page.startswith(FITTED_ON) == wanted]
        for name, convert in (
            ("longer side rounded", rounded),
            ("fixed margin", fixed_margin),
            ("to_glyph", to_glyph),
        ):
            yield from agreement(f"{half}, {name}", convert, chosen)
    yield from look(folder, crops)
    yield from speed([data for _, data, _ in pairs], np.stack([glyph for _, _, glyph in pairs]))


def find_pairs(folder: Path, crops: list[dict[str, str]], kanji) -> tuple[list, int]:
    """Pairs (page, bytes of the crop, published glyph), and how many crops are of a class in the set."""
    label = {f"U+{ord(character):04X}": k for k, character in enumerate(kanji.classes)}
    by_class = defaultdict(list)
    for crop in crops:
        if crop["codepoint"] in label:
            by_class[crop["codepoint"]].append(crop)
    pairs = []
    for codepoint, members in by_class.items():
        glyphs = kanji.images[np.flatnonzero(kanji.labels == label[codepoint])]
        unit = units(glyphs)
        for crop in members:
            data = (folder / crop["file"]).read_bytes()
            likeness = unit @ units(fixed_margin(data)[None])[0]
            if likeness.max() >= FOUND:
                pairs.append((crop["page"], data, glyphs[likeness.argmax()]))
    return pairs, sum(map(len, by_class.values()))


def units(glyphs: np.ndarray) -> np.ndarray:
    """Each glyph as a vector of mean 0 and length 1."""
    flat = glyphs.reshape(len(glyphs), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)


def fixed_margin(data: bytes) -> np.ndarray:
    grey = read_image(data)
    height, width = grey.shape
    margin = MARGIN * max(grey.shape)
    m = int(margin)
    ink = ink_map(grey, tones(grey[m : height - m, m : width - m]))
    return place(ink, (margin, margin, width - margin, height - margin), 64)


def rounded(data: bytes) -> np.ndarray:
    grey = read_image(data)
    height, width = grey.shape
    m = round(MARGIN * max(grey.shape))
    inner = grey[m : height - m, m : width - m]
    begins = tones(inner).threshold + 15.0
    full = float(np.percentile(inner, 2))
    ink = np.rint(255 * np.clip((begins - inner) / max(begins - full, 1), 0, 1)).astype(np.uint8)
    scale = 64 / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    glyph = Image.new("L", (64, 64))
    glyph.paste(
        Image.fromarray(ink).resize(size, Image.Resampling.BOX), ((64 - size[0]) // 2, (64 - size[1]) // 2)
    )
    return np.asarray(glyph)


def agreement(name: str, convert: Callable[[bytes], np.ndarray], pairs: list) -> Iterator[Row]:
    ours = np.stack([convert(data) for data, _ in pairs])
    published = np.stack([glyph for _, glyph in pairs])
    likeness = (units(ours) * units(published)).sum(axis=1)
    difference = np.abs(ours.astype(np.int16) - published).mean(axis=(1, 2))
    n = len(pairs)
    yield Row(f"{name}: correlation, median", float(np.median(likeness)), "correlation", n)
    yield Row(f"{name}: correlation, 5th percentile", float(np.percentile(likeness, 5)), "correlation", n)
    yield Row(f"{name}: correlation 0.95 or more", float((likeness >= 0.95).mean()), "share", n)
    yield Row(f"{name}: absolute difference, median", float(np.median(difference)), "grey levels", n)
    yield Row(f"{name}: absolute difference, mean", float(difference.mean()), "grey levels", n)


def look(folder: Path, crops: list[dict[str, str]]) -> Iterator[Row]:
    """Edges of 28 px kana: as published, and as each scaling method makes them."""
    published = load("k49-sample", "test").images[::4]
    yield from edges("28 px kana, published", published)
    kana = [crop for crop in crops if "ぁ" <= crop["char"][0] <= "ゖ"]
    for method in ("BOX", "BILINEAR", "BICUBIC", "LANCZOS"):
        glyphs = []
        for crop in kana:
            grey = read_image(folder / crop["file"])
            m = round(MARGIN * max(grey.shape))
            inner = grey[m : grey.shape[0] - m, m : grey.shape[1] - m]
            square = np.zeros((max(inner.shape),) * 2, np.uint8)
            y, x = (np.array(square.shape) - inner.shape) // 2
            square[y : y + inner.shape[0], x : x + inner.shape[1]] = ink_map(inner, tones(inner))
            glyphs.append(np.asarray(Image.fromarray(square).resize((28, 28), Image.Resampling[method])))
        yield from edges(f"28 px kana, {method.lower()}", np.stack(glyphs))


def edges(name: str, glyphs: np.ndarray) -> Iterator[Row]:
    solid = glyphs >= 128
    steps = (np.diff(solid, axis=1) != 0).sum((1, 2)) + (np.diff(solid, axis=2) != 0).sum((1, 2))
    some = steps >= 10
    greys = ((glyphs >= 24) & (glyphs < 232)).sum((1, 2))[some] / steps[some]
    power = np.abs(np.fft.fft2(glyphs[some].astype(np.float32))) ** 2
    power[:, 0, 0] = 0
    frequency = np.abs(np.fft.fftfreq(28))
    fine = power[:, np.maximum.outer(frequency, frequency) > 0.36].sum(1) / power.sum((1, 2))
    full = (glyphs[some] == 255).sum((1, 2)) / solid[some].sum((1, 2))
    n = int(some.sum())
    yield Row(f"{name}: edge greys, median", float(np.median(greys)), "per edge pixel", n)
    yield Row(f"{name}: fine detail, median", float(np.median(fine)), "share of power", n)
    yield Row(f"{name}: full white, median", float(np.median(full)), "share of ink", n)


def speed(crops: list[bytes], glyphs: np.ndarray) -> Iterator[Row]:
    """Files a second of processor time, best of five rounds; Pillow's decoding alone beside it."""
    files = []
    for glyph in glyphs:
        file = io.BytesIO()
        Image.fromarray(glyph).save(file, "PNG")
        files.append(file.getvalue())

    def rate(task: Callable[[bytes], object], inputs: list[bytes]) -> float:
        best = float("inf")
        for _ in range(5):
            start = time.process_time()
            for data in inputs:
                task(data)
            best = min(best, time.process_time() - start)
        return len(inputs) / best

    def decode(data: bytes) -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(data)).convert("L"))

    yield Row("64 px PNG to glyph", rate(to_glyph, files), "files/CPU s", len(files))
    yield Row("64 px PNG, Pillow alone", rate(decode, files), "files/CPU s", len(files))
    yield Row("photo crop to glyph", rate(to_glyph, crops), "files/CPU s", len(crops))
    yield Row("photo crop, Pillow alone", rate(decode, crops), "files/CPU s", len(crops))
