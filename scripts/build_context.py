"""Learns the language model of `kuzushiji.pages.context`: ``python scripts/build_context.py DIR``.

DIR holds column-text.jsonl.gz, one JSON object a page with its ``book`` and its columns as ``lines``;
genji-text.txt.gz, plain text; and text.json, the pages that readings are tested on, whose books must not be
among the others. Writes src/kuzushiji/pages/context/files/context-HASH.lm and the card context.md beside it.
The same input gives the same n-grams.

    python scripts/build_context.py DIR --compare     # benchmarks/results/context*.csv: what was tried
    python scripts/build_context.py DIR --out FOLDER  # elsewhere than into the package
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages.context.backoff import Backoff, mix, pruned
from kuzushiji.pages.context.kneser_ney import estimate
from kuzushiji.pages.context.language import FILES
from kuzushiji.pages.context.packing import pack
from kuzushiji.pages.context.signs import sign_of, signs, vocabulary
from kuzushiji.pages.context.voicing_learning import Events, learn

RESULTS = Path(__file__).resolve().parent.parent / "benchmarks/results"
LARGEST = 2_000_000  # bytes
LEAST = 5  # a sign that is no class of the reader is told apart from this count on
MARKED = 0.05  # a book in which fewer of the kana that could be voiced are voiced writes no marks


@dataclass(frozen=True)
class Shape:
    """What a model is made of.

    Attributes:
        order: length of the longest n-grams.
        share: of the books in the mixture with the Tale of Genji; 1 leaves it out.
        threshold: of `pruned`, in nats.
    """

    order: int = 5
    share: float = 0.8
    threshold: float = 1e-7


SHIPPED = Shape()
TRIED = (
    *(Shape(order, share, 0.0) for order in (3, 4, 5) for share in (1.0, 0.8)),
    *(Shape(5, share, 0.0) for share in (0.9, 0.7)),
    *(Shape(5, 0.8, threshold) for threshold in (1e-7, 1e-6)),
)
TALE = "genji"


@dataclass(frozen=True)
class Texts:
    """The texts, read.

    Attributes:
        pages: (book, text of a page), columns joined.
        genji: the chapters' text, one run.
    """

    pages: tuple[tuple[str, str], ...]
    genji: str

    @property
    def books(self) -> tuple[str, ...]:
        """Their numbers, sorted."""
        return tuple(sorted({book for book, _ in self.pages}))


def read_texts(folder: Path) -> Texts:
    """Reads the folder.

    Raises:
        KuzushijiError: a file is missing, or a book is one that readings are tested on.
    """
    try:
        with gzip.open(folder / "column-text.jsonl.gz", "rt", encoding="utf-8") as stream:
            pages = [json.loads(line) for line in stream]
        genji = gzip.decompress((folder / "genji-text.txt.gz").read_bytes()).decode("utf-8")
        tested = json.loads((folder / "text.json").read_text(encoding="utf-8"))
    except OSError as e:
        raise KuzushijiError(f"cannot read the texts in {folder}: {e}") from e
    both = {page["book"] for page in pages} & {page["book"] for page in tested.values()}
    if both:
        raise KuzushijiError(f"these books are for testing, take them out: {', '.join(sorted(both))}")
    return Texts(tuple((page["book"], "".join(page["lines"])) for page in pages), genji)


@dataclass(frozen=True)
class Encoded:
    """The texts as ids of signs.

    Attributes:
        signs: the vocabulary, by id.
        counts: how often the texts have each sign.
        pages: (book, ids).
        genji: ids.
    """

    signs: tuple[str, ...]
    counts: Mapping[str, int]
    pages: tuple[tuple[str, np.ndarray], ...]
    genji: np.ndarray

    def without(self, book: str | None) -> list[np.ndarray]:
        """The pages of all other books; of all books for None."""
        return [ids for other, ids in self.pages if other != book]

    def of(self, book: str) -> list[np.ndarray]:
        """The pages of one book."""
        return [ids for other, ids in self.pages if other == book]


def encode(texts: Texts, classes: Iterable[str]) -> Encoded:
    """Texts as signs; the vocabulary comes from the classes and the texts."""
    pages = [(book, signs(text)) for book, text in texts.pages]
    genji = signs(texts.genji)
    counts = Counter(genji)
    for _, page in pages:
        counts.update(page)
    names = vocabulary(classes, counts, LEAST)
    ids = {sign: i for i, sign in enumerate(names)}

    def encoded(page: Sequence[str]) -> np.ndarray:
        return np.array([ids.get(sign, 0) for sign in page], np.int64)

    return Encoded(names, counts, tuple((book, encoded(page)) for book, page in pages), encoded(genji))


def learned(pages: Sequence[np.ndarray], genji: np.ndarray, base: int, shape: Shape) -> Backoff:
    """A model of the given shape."""
    books = estimate(pages, base, shape.order)
    if shape.share < 1:
        books = mix(books, estimate([genji], base, shape.order), shape.share)
    return pruned(books, shape.threshold)


def header(encoded: Encoded, texts: Texts, classes: Sequence[str], shape: Shape) -> dict[str, object]:
    """What the file says about itself."""
    known = set(encoded.signs)
    kana = [chr(code) for code in (*range(0x3041, 0x30FF), 0x3005, 0x303B, *range(0x3031, 0x3036))]
    seen = {char for _, text in texts.pages for char in text}
    chars = sorted({*classes, *kana, *seen})
    forms = "".join(c + s for c in chars if len(c) == 1 and (s := sign_of(c)) not in (None, c) and s in known)
    marks = sum(sign_of(char) is None for _, text in texts.pages for char in text if not char.isspace())
    return {
        "signs": "".join(encoded.signs),
        "forms": forms,
        "marks": marks / sum(len(text) for _, text in texts.pages),
        "order": shape.order,
        "share": shape.share,
        "threshold": shape.threshold,
        "sources": [
            "日本古典籍くずし字データセット (NIJL/CODH), doi:10.20676/00000340, CC BY-SA 4.0",
            "校異源氏物語, CC0 1.0",
        ],
        "licence": "CC BY-SA 4.0",
        "books": list(texts.books),
        "characters": {
            "books": sum(len(ids) for _, ids in encoded.pages),
            "genji": len(encoded.genji),
        },
    }


def build(texts: Texts, classes: Sequence[str], shape: Shape = SHIPPED) -> bytes:
    """The file's bytes.

    Raises:
        KuzushijiError: they are too many.
    """
    encoded = encode(texts, classes)
    model = learned(encoded.without(None), encoded.genji, len(encoded.signs), shape)
    voicing = learn(list(voicing_events(texts, encoded).values()), len(encoded.signs))
    data = pack(model, voicing, header(encoded, texts, classes, shape))
    if len(data) > LARGEST:
        raise KuzushijiError(f"the model has {len(data):,} bytes, over {LARGEST:,}: raise the threshold")
    return data


def voicing_events(texts: Texts, encoded: Encoded) -> dict[str, Events]:
    """Of each book that writes voicing marks, the kana that could have one."""
    ids = {sign: i for i, sign in enumerate(encoded.signs)}
    pages = {book: [text for other, text in texts.pages if other == book] for book in texts.books}
    found = {book: Events.of(part, ids) for book, part in pages.items()}
    return {book: events for book, events in found.items() if events.voiced.mean() > MARKED}


def compare(texts: Texts, classes: Sequence[str]) -> None:
    """Writes how well each shape predicts books, and kana text, that it has not seen, and the voicing."""
    encoded = encode(texts, classes)
    rows = [row for held_out in (*texts.books, TALE) for row in tried(encoded, held_out)]
    write_csv(RESULTS / "context.csv", rows)
    rows = voicing_rows(voicing_events(texts, encoded), len(encoded.signs))
    write_csv(RESULTS / "context_voicing.csv", rows)


def tried(encoded: Encoded, held_out: str) -> list[dict[str, object]]:
    """One row for each shape, learned without a book, or without a tenth of the Tale of Genji."""
    base, tenth = len(encoded.signs), len(encoded.genji) // 10
    tale = encoded.genji[tenth:] if held_out == TALE else encoded.genji
    test = [encoded.genji[:tenth]] if held_out == TALE else encoded.of(held_out)
    rows = []
    for order in (3, 4, 5):
        books = estimate(encoded.without(held_out), base, order)
        genji = estimate([tale], base, order)
        for shape in (shape for shape in TRIED if shape.order == order):
            model = mix(books, genji, shape.share) if shape.share < 1 else books
            rows.append(_row(shape, held_out, pruned(model, shape.threshold), test))
    print(rows[-1], flush=True)
    return rows


def voicing_rows(books: Mapping[str, Events], base: int) -> list[dict[str, object]]:
    """Of each book that writes marks, learned from the others: what each threshold marks."""
    rows = []
    for held, events in books.items():
        model = learn([others for book, others in books.items() if book != held], base)
        odds = model.weights[0] + model.opinions(events.windows) @ np.array(model.weights[1:])
        for threshold in (0.5, 0.7, 0.8, 0.9, 0.95):
            marked = odds >= np.log(threshold / (1 - threshold))
            rows.append(
                {
                    "held_out": held,
                    "threshold": threshold,
                    "kana": len(marked),
                    "voiced": int(events.voiced.sum()),
                    "marked": int(marked.sum()),
                    "right": int((marked & events.voiced).sum()),
                }
            )
    return rows


def write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Replaces a table of results."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _row(shape: Shape, held_out: str, model: Backoff, texts: Sequence[np.ndarray]) -> dict[str, object]:
    bits = model.cross_entropy(texts)
    return {
        "order": shape.order,
        "share": shape.share,
        "threshold": shape.threshold,
        "held_out": held_out,
        "signs": sum(len(ids) for ids in texts),
        "ngrams": model.size,
        "bits": f"{bits:.3f}",
        "perplexity": f"{2**bits:.1f}",
    }


CARD = """# Context model

A character n-gram model of classical Japanese, for `kuzushiji.pages.context`. It tells how likely a character
is after up to {before} others, and whether the text asks for a voicing mark. Built by
`scripts/build_context.py`.

## Learned from

| text | signs | licence |
|---|---|---|
| {books} books of 日本古典籍くずし字データセット (NIJL/CODH), doi:10.20676/00000340 | {signs:,} | BY-SA |
| 校異源氏物語 (The Tale of Genji) | {tale:,} | CC0 1.0 |

Books: {numbers}. None of them is a book of the pages that readings are tested on.
Licence of this file: CC BY-SA 4.0, with the attribution above.

## Shape

{order}-grams with interpolated modified Kneser-Ney smoothing: {share:.0%} the books, {rest:.0%} the Tale of
Genji; pruned by relative entropy (threshold {threshold:g}); log probabilities in 8 bits. One sign stands for
the voiced and small forms of a kana, for katakana and hiragana, and for the old and new forms of a kanji.
Punctuation has no sign.

## Measured

Perplexity for each sign of text that a model of this shape has not seen: {measured}.
What else was tried: `benchmarks/results/context.csv`, `docs/context.md`.

## Limits

Books of the 17th to 19th century, and one court tale: letters, documents and verse are predicted less well.
Whether a book writes voicing marks at all is not known to the model.
"""


def card(texts: Texts) -> str:
    """What is known of the shipped model, for people."""
    return CARD.format(
        before=SHIPPED.order - 1,
        order=SHIPPED.order,
        share=SHIPPED.share,
        rest=1 - SHIPPED.share,
        threshold=SHIPPED.threshold,
        books=len(texts.books),
        numbers=", ".join(texts.books),
        signs=sum(len(signs(text)) for _, text in texts.pages),
        tale=len(signs(texts.genji)),
        measured=measured(RESULTS / "context.csv"),
    )


def measured(table: Path) -> str:
    """The shipped shape's lines of the results, in words."""
    if not table.exists():
        return "not measured"
    with table.open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if _is_shipped(row)]
    return ", ".join(f"{row['perplexity']} ({row['held_out']})" for row in rows)


def _is_shipped(row: Mapping[str, str]) -> bool:
    return Shape(int(row["order"]), float(row["share"]), float(row["threshold"])) == SHIPPED


def ship(data: bytes, card: str, folder: Path) -> Path:
    """Writes the model under the name of its content, and its card; the earlier one goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("context-????????.lm"):
        old.unlink()
    path = folder / f"context-{hashlib.sha256(data).hexdigest()[:8]}.lm"
    path.write_bytes(data)
    (folder / "context.md").write_text(card, encoding="utf-8")
    return path


def main(words: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=FILES)
    parser.add_argument("--compare", action="store_true")
    args = parser.parse_args(words)
    from kuzushiji.weights import open_model

    classes = open_model("reader").info.classes
    texts = read_texts(args.folder)
    if args.compare:
        compare(texts, classes)
    else:
        print(ship(build(texts, classes), card(texts), args.out))


if __name__ == "__main__":
    try:
        main()
    except KuzushijiError as e:
        sys.exit(str(e))
