"""``kuzushiji read``.

The one command that does not go through typer: it is started for a single image, again and again, and typer
would add as much to that as the reading itself takes (benchmarks/cold_start.py). argparse takes a tenth.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from kuzushiji.cli import _console as console
from kuzushiji.cli.terminal.table import show
from kuzushiji.errors import KuzushijiError, UsageError

if TYPE_CHECKING:
    import typer

    from kuzushiji.reading import Reader

SUMMARY = "Read single characters from images: PNG, JPEG, TIFF, WebP, BMP, GIF."
_LISTED = 10  # files left out of a folder that are named one by one


def register(app: typer.Typer) -> None:
    """Lists the command in the help of the others, and its options for completion; `run` does the work."""
    from kuzushiji.cli.command_line.stand_in import stand_in

    app.command("read", help=SUMMARY)(stand_in(_parser()))


def run(words: list[str]) -> int:
    """Reads images and prints what they show.

    Args:
        words: what stands after ``kuzushiji read``.

    Returns:
        1 if an input could not be used, else 0.

    Raises:
        UsageError: wrong words.
        KuzushijiError: no usable model.
    """
    asked = _parsed(words)
    from kuzushiji.cli._models import as_onnx
    from kuzushiji.reading import Reader, expand

    reader = Reader(asked.model and as_onnx(asked.model), threads=asked.threads)
    evidence = asked.evidence if _ready(reader, asked.evidence) else 0
    skipped: list[Path] = []
    bad = 0
    with console.Progress("read") as progress:
        for reading in reader.stream(
            expand(asked.images, skipped=skipped.append), top=asked.top, evidence=evidence
        ):
            progress.step()
            bad += reading.error is not None
            if console.is_tty(sys.stdout):
                progress.clear()
            if asked.json:
                print(json.dumps(reading.to_json(), ensure_ascii=False))
            else:
                show(reading)
    _mention(skipped)
    return 1 if bad else 0


def _ready(reader: Reader, evidence: int) -> bool:
    """Loads the known glyphs if any are asked for; without them the readings are still given."""
    if not evidence:
        return False
    from kuzushiji.datasets.progress import bar

    try:
        with bar("learning the known glyphs", "images") as advance:
            reader.load_evidence(advance)
    except KuzushijiError as e:
        console.complain(str(e), kind="note")
        return False
    return True


def _parsed(words: list[str]) -> argparse.Namespace:
    """The words as options and images; what stands after ``--`` is images, whatever it begins with."""
    parser = _parser()
    end = words.index("--") if "--" in words else len(words)
    asked = parser.parse_intermixed_args(words[:end])  # by itself it loses what stands after --
    asked.images += words[end + 1 :]
    if not asked.images:
        parser.error("the following arguments are required: IMAGE|DIR|-")
    return asked


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def _parser() -> _Parser:
    parser = _Parser(
        "kuzushiji read",
        description=SUMMARY,
        allow_abbrev=False,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    add = parser.add_argument
    add(
        "images",
        nargs="*",
        metavar="IMAGE|DIR|-",
        help="images, folders (all levels), or - for a list of paths",
    )
    add("--model", metavar="NAME|FILE", help="a shipped model, an .onnx or .keras file, or a run folder")
    add("--top", type=_count, default=5, metavar="N", help="candidates an image (5)")
    add(
        "--evidence",
        type=_count,
        default=0,
        metavar="N",
        help="known glyphs beside the best candidates (none)",
    )
    add("--threads", type=_count, metavar="N", help="CPU threads (all)")
    add("--json", action="store_true", help="one JSON object a line, in input order")
    add("--debug", action="store_true", help="show tracebacks")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _mention(skipped: list[Path]) -> None:
    """Says which files of a folder were not taken for images."""
    for path in skipped[:_LISTED]:
        console.complain(f"{path}: not an image, left out", kind="note")
    if len(skipped) > _LISTED:
        console.complain(f"and {len(skipped) - _LISTED} more files that are not images", kind="note")
