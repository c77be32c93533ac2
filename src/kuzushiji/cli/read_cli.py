"""``kuzushiji read``.

The one command that does not go through typer: it is started for a single image, again and again, and typer
would add as much to that as the reading itself takes (benchmarks/cold_start.py). argparse takes a tenth.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from kuzushiji.cli import _console as console
from kuzushiji.cli.bulk_runs.options import add_run_options, add_source_options, refuse_without_output
from kuzushiji.cli.terminal.table import show
from kuzushiji.errors import KuzushijiError, UsageError

if TYPE_CHECKING:
    import typer

    from kuzushiji.reading import Reader

SUMMARY = "Read single characters from images: PNG, JPEG, TIFF, WebP, BMP, GIF."
_PLAIN = (".png", ".jpg", ".jpeg", ".bmp")  # formats of one picture a file


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
    if asked.output is not None:
        return _into_output(asked)
    refuse_without_output(asked)
    from kuzushiji.cli._models import as_onnx
    from kuzushiji.reading import Reader

    reader = Reader(asked.model and as_onnx(asked.model), threads=asked.threads)
    evidence = asked.evidence if _ready(reader, asked.evidence) else 0
    skipped: list[str] = []
    bad = 0
    keys: deque[dict[str, Any]] = deque()
    with console.Progress("read") as progress:
        listed = "-" in asked.images  # whoever names files one by one waits for their readings
        sources = _noted(_sources(asked, skipped), keys, pauses=listed)
        for reading in reader.stream(sources, top=asked.top, evidence=evidence):
            progress.step()
            bad += reading.error is not None
            if console.is_tty(sys.stdout):
                progress.clear()
            about = keys.popleft()
            if asked.json:
                print(json.dumps({**about, **reading.to_json()}, ensure_ascii=False))
            else:
                page = about.get("page")
                show(reading, name=f"{reading.file} (page {page})" if page else None)
            if listed:
                sys.stdout.flush()
    if skipped:
        from kuzushiji.cli.bulk_runs.running import mention_skipped

        mention_skipped(skipped)
    return 1 if bad else 0


def _into_output(asked: argparse.Namespace) -> int:
    from kuzushiji.bulk import CharacterTask
    from kuzushiji.cli._models import as_onnx
    from kuzushiji.cli.bulk_runs.running import run_bulk

    task = CharacterTask(asked.model and as_onnx(asked.model), asked.top, asked.evidence)
    return run_bulk(task, asked.images, asked.output, asked)


def _sources(asked: argparse.Namespace, skipped: list[str]) -> Iterable[Any]:
    """What is read: paths where all words are plain pictures, which needs no further import, else items."""
    if all(map(_is_plain, asked.images)):
        return asked.images
    from kuzushiji.bulk import expand
    from kuzushiji.cli.bulk_runs.running import source_options

    return expand(asked.images, source_options(asked), skipped=skipped.append)


def _is_plain(word: str) -> bool:
    return word.lower().endswith(_PLAIN) and os.path.isfile(word)


def _noted(sources: Iterable[Any], keys: deque[dict[str, Any]], pauses: bool) -> Iterator[Any]:
    """The sources, with what their records begin with noted down as they pass."""
    from kuzushiji.reading.pauses import PAUSE, with_pauses

    for source in with_pauses(sources) if pauses else sources:
        if source is not PAUSE:
            keys.append({} if isinstance(source, str) else source.keys())
        yield source


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
        help="images, PDF, tar shards, folders (all levels), patterns, http(s) addresses,\n"
        "IIIF manifests, s3:// paths, or - for a list of all these on standard input",
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
    add(
        "-o",
        "--output",
        metavar="OUT",
        help="write OUT.jsonl, OUT.parquet or a folder of parts; the same command\n"
        "goes on where it was stopped",
    )
    add_run_options(add, part=256)
    add_source_options(add)
    add("--threads", type=_count, metavar="N", help="CPU threads (all)")
    add("--json", action="store_true", help="one JSON object a line, in input order")
    add("--debug", action="store_true", help="show tracebacks")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
