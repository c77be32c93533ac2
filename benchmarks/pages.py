"""Readings of whole pages, scored per book: ``python benchmarks/pages.py FOLDER``.

FOLDER holds the pages (NAME.jpg), text.json (NAME to book and text in reading order, without ruby) and, where
there is one, fold.json (old forms of kanji to the form that each counts as). The score is
`kuzushiji.evaluation.measures.page_score`. A book that training has seen is marked ``seen`` (text.json's
book_in_kkanji), and is no measure of unseen ones.

Rows of results/pages.csv: each book, the unseen and the seen ones together, and all. Seconds are the median
of a page, warm, from the file to its text, and split by the stages that the reader reports.

    python benchmarks/pages.py FOLDER [--no-context] [--threads N] [--books A,B] [--print]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from bench import machine, write_lines

from kuzushiji.evaluation.measures.page_score import PageScore, score_page


class Clock:
    """Seconds of each stage of one page."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stage = "decoding"
        self._since = time.perf_counter()

    def __call__(self, stage: Any) -> None:
        """A stage begins, and the one before it ends."""
        now = time.perf_counter()
        self.seconds[self._stage] += now - self._since
        self._stage, self._since = str(getattr(stage, "value", stage)), now

    def stop(self) -> dict[str, float]:
        """The seconds of every stage."""
        self("end")
        return dict(self.seconds)


class Tally:
    """What is known of a group of pages."""

    def __init__(self) -> None:
        self.score = PageScore()
        self.failed = 0
        self.seconds: list[float] = []
        self.stages: dict[str, list[float]] = defaultdict(list)

    def add(self, score: PageScore, stages: dict[str, float], failed: bool) -> None:
        self.score = self.score + score
        self.failed += failed
        self.seconds.append(sum(stages.values()))
        for stage, seconds in stages.items():
            self.stages[stage].append(seconds)

    def line(self, name: str, seen: str, about: tuple[str, str]) -> dict[str, object]:
        """A row of the table."""
        score = self.score
        middle = {stage: statistics.median(values) for stage, values in self.stages.items()}
        return {
            "book": name,
            "seen": seen,
            "pages": score.pages,
            "failed": self.failed,
            "characters": score.folded,
            "cer": f"{score.cer:.4f}",
            "folded_cer": f"{score.folded_cer:.4f}",
            "bag_f1": f"{score.bag_f1:.4f}",
            "sure": f"{score.sure_share:.4f}",
            "right_when_sure": f"{score.right_when_sure:.4f}",
            "top5": f"{score.top5_share:.4f}",
            "seconds": f"{statistics.median(self.seconds):.3f}",
            "stages": " ".join(f"{stage}:{value:.3f}" for stage, value in middle.items()),
            "machine": about[0],
            "date": about[1],
        }


def measure(folder: Path, reader: Any, books: frozenset[str] = frozenset()) -> list[dict[str, object]]:
    """Reads the pages of a folder and scores them.

    Args:
        folder: see this module.
        reader: a `kuzushiji.PageReader`.
        books: only these; empty for all.

    Returns:
        The rows of the table.
    """
    texts = json.loads((folder / "text.json").read_text(encoding="utf-8"))
    forms_file = folder / "fold.json"
    forms = json.loads(forms_file.read_text(encoding="utf-8")) if forms_file.exists() else {}
    files = [
        (path, texts[path.stem])
        for path in sorted(folder.glob("*.jpg"))
        if path.stem in texts and (not books or texts[path.stem]["book"] in books)
    ]
    if not files:
        raise SystemExit(f"{folder}: no page (NAME.jpg) with a text in text.json")
    reader.read(files[0][0])  # the first page pays for what is loaded late
    per_book: dict[str, Tally] = defaultdict(Tally)
    together: dict[str, Tally] = defaultdict(Tally)
    seen: dict[str, str] = {}
    for path, about in files:
        clock = Clock()
        page = reader.read(path, report=clock)
        stages = clock.stop()
        score = score_page(page.to_json(), about["text"], forms)
        kind = "yes" if about.get("book_in_kkanji") else "no"
        seen[about["book"]] = kind
        groups = (together[kind], together["all"], per_book[about["book"]])
        for tally in groups:
            tally.add(score, stages, page.error is not None)
    about_run = (machine(), date.today().isoformat())
    lines = [per_book[book].line(book, seen[book], about_run) for book in sorted(per_book)]
    names = {"no": "unseen books", "yes": "seen books", "all": "all"}
    shown = {"no": "no", "yes": "yes", "all": ""}
    return lines + [together[key].line(names[key], shown[key], about_run) for key in names if key in together]


def main(words: list[str]) -> int:
    """Measures, prints, and writes the table unless only printing was asked for."""
    parser = argparse.ArgumentParser(description="Reads whole pages and scores them per book.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-context", action="store_true")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--books", default="", help="only these, with commas between them")
    parser.add_argument("--print", action="store_true", dest="only_print")
    asked = parser.parse_args(words)
    from kuzushiji import pages

    reader = pages.PageReader(threads=asked.threads, context=not asked.no_context)  # type: ignore[attr-defined]
    lines = measure(asked.folder, reader, frozenset(filter(None, asked.books.split(","))))
    for line in lines:
        print("  ".join(f"{key} {line[key]}" for key in line if key not in ("machine", "date")))
    if not asked.only_print:
        write_lines("pages-without-context" if asked.no_context else "pages", lines)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
