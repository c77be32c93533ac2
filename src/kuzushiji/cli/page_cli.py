"""``kuzushiji page``.

Like ``read``, it does not go through typer, which would add as much to a cold start as the reading of a small
page takes.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from kuzushiji.cli import _console as console
from kuzushiji.cli.bulk_runs.options import add_run_options, add_source_options, refuse_without_output
from kuzushiji.errors import KuzushijiError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import typer

    from kuzushiji.bulk import Item
    from kuzushiji.cli.terminal.page_output import Read
    from kuzushiji.pages.formats import Format
    from kuzushiji.reading import KnownCharacter

SUMMARY = "Read pages from photographs and scans: images, PDF, folders, addresses."
_FORMATS = ("text", "csv", "json", "tei", "page", "alto", "hocr", "html", "pdf")
_RECORDS = (".jsonl", ".ndjson", ".parquet")


def register(app: typer.Typer) -> None:
    """Lists the command in the help of the others, and its options for completion; `run` does the work."""
    from kuzushiji.cli.command_line.stand_in import stand_in

    app.command("page", help=SUMMARY)(stand_in(_parser()))


def run(words: list[str]) -> int:
    """Reads pages, and prints or writes their text.

    Args:
        words: what stands after ``kuzushiji page``.

    Returns:
        1 if an input could not be used, else 0.

    Raises:
        UsageError: wrong words.
        KuzushijiError: no usable model, or the output cannot be written.
    """
    asked = _parsed(words)
    known = (
        _known(asked.known) if asked.known else ()
    )  # what is wrong with it is said before anything is read
    if _is_run(asked):
        from kuzushiji.bulk import PageTask
        from kuzushiji.cli.bulk_runs.running import run_bulk

        task = PageTask(context=not asked.no_context, known=asked.known)
        return run_bulk(task, asked.inputs, asked.output, asked)
    refuse_without_output(asked, "-o OUT.jsonl, OUT.parquet or a folder of such parts (OUT.jsonl/)")
    from kuzushiji.bulk import expand
    from kuzushiji.cli.bulk_runs.running import mention_skipped, source_options
    from kuzushiji.cli.terminal import page_output as output

    form = _format(asked)
    target = output.Target(asked.output, form)
    skipped: list[str] = []
    items = expand(asked.inputs, source_options(asked), skipped=skipped.append)
    items = target.checked(items)
    reader = importlib.import_module("kuzushiji.pages").PageReader(
        threads=asked.threads, context=not asked.no_context
    )
    if known:
        reader = reader.taught(known)
    with console.Progress("read") as progress:
        bad = target.write(_reads(items, reader, form, progress), progress)
    mention_skipped(skipped)
    return 1 if bad else 0


def _is_run(asked: argparse.Namespace) -> bool:
    """Whether the output is one of records, which goes on where it was stopped, and no document."""
    records = asked.output is not None and asked.output.rstrip("/").lower().endswith(_RECORDS)
    if records and asked.format not in (None, "json"):
        raise UsageError(f"{asked.output} holds records; --format {asked.format} contradicts its name")
    return records


def _known(path: str) -> Sequence[KnownCharacter]:
    from kuzushiji.reading import read_known  # with it comes numpy, which no other words need this early

    return read_known(path)


def _reads(
    items: Iterator[Item], reader: Any, form: Format | None, progress: console.Progress
) -> Iterator[Read]:
    """Reads one page after the other, as they are asked for."""
    from kuzushiji.cli.terminal.page_output import Read
    from kuzushiji.pages import Page
    from kuzushiji.pages.formats import Sheet

    for item in items:
        picture = None
        try:
            opened = item.open()
            if form is not None and form.pictured:
                from kuzushiji.images import read_picture

                opened = picture = read_picture(opened, item.name)
            page = reader.read(opened, item.name, item.page)
        except KuzushijiError as e:
            page = Page(item.name, item.page, error=str(e))
        progress.step()
        yield Read(Sheet(page, None if picture is None else _upright(picture, page.turned)), item.pages > 1)


def _upright(picture: np.ndarray, turned: int) -> np.ndarray:
    """A picture turned clockwise as its page was."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(picture, -turned // 90))


def _format(asked: argparse.Namespace) -> Format | None:
    """The format that was asked for; None for the view of a terminal."""
    from kuzushiji.pages import formats

    if asked.json and asked.format not in (None, "json"):
        raise UsageError("--json and --format contradict each other; name one")
    name = "json" if asked.json else asked.format
    if name is not None:
        return formats.get(name)
    if asked.output is None:
        return None if console.is_tty(sys.stdout) else formats.get("text")
    from kuzushiji.cli.terminal.page_output import is_folder

    if is_folder(asked.output):
        return formats.get("text")
    form = formats.of_file(asked.output)
    if form is None:
        raise UsageError(f"{asked.output}: name the format too: --format {'|'.join(_FORMATS)}")
    return form


def _parsed(words: list[str]) -> argparse.Namespace:
    """The words as options and inputs; what stands after ``--`` is inputs, whatever it begins with."""
    parser = _parser()
    end = words.index("--") if "--" in words else len(words)
    asked = parser.parse_intermixed_args(words[:end])  # by itself it loses what stands after --
    asked.inputs += words[end + 1 :]
    if not asked.inputs:
        parser.error("the following arguments are required: IMAGE|PDF|DIR|ADDRESS|-")
    return asked


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def _parser() -> _Parser:
    parser = _Parser(
        "kuzushiji page",
        description=SUMMARY,
        epilog="Exit codes: 0 done, 1 an input could not be used, 2 wrong usage.",
        allow_abbrev=False,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    add = parser.add_argument
    add(
        "inputs",
        nargs="*",
        metavar="IMAGE|PDF|DIR|ADDRESS|-",
        help="images, PDF, folders (all levels), http(s) addresses,\n"
        "IIIF manifests, or - for a list of these or one file",
    )
    add("--json", action="store_true", help="one JSON object a line and page, in input order")
    add(
        "--format",
        choices=_FORMATS,
        metavar="FORMAT",
        help=f"{', '.join(_FORMATS)}\n(text; on a terminal, vertical columns)",
    )
    add(
        "-o",
        "--output",
        metavar="OUT",
        help="a file, or a folder for a document per input (a file's suffix says the\n"
        "format); OUT.jsonl and OUT.parquet, and folders so named, hold records,\n"
        "and the same command goes on where it was stopped",
    )
    add("--no-context", action="store_true", help="do without the language model")
    add(
        "--known",
        metavar="FILE",
        help="confirmed characters of this hand, exported from the\nreading desk (JSON lines)",
    )
    add_run_options(add, part=8)
    add_source_options(add)
    add("--threads", type=_count, metavar="N", help="CPU threads (all)")
    add("--debug", action="store_true", help="show tracebacks")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
