"""``kuzushiji page``.

Like ``read``, it does not go through typer, which would add as much to a cold start as the reading of a small
page takes.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from kuzushiji.cli import _console as console
from kuzushiji.errors import KuzushijiError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import typer

    from kuzushiji.bulk import Item
    from kuzushiji.cli.terminal.page_output import Read
    from kuzushiji.pages.formats import Format

SUMMARY = "Read pages from photographs and scans: images, PDF, folders, addresses."
_FORMATS = ("text", "csv", "json", "tei", "page", "alto", "hocr", "html", "pdf")
_LISTED = 10  # files left out of a folder that are named one by one


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
    from kuzushiji.bulk import SourceOptions, expand
    from kuzushiji.cli.terminal import page_output as output

    form = _format(asked)
    target = output.Target(asked.output, form)
    skipped: list[str] = []
    items = expand(asked.inputs, SourceOptions(null=asked.null, dpi=asked.dpi), skipped=skipped.append)
    items = target.checked(items)
    reader = importlib.import_module("kuzushiji.pages").PageReader(
        threads=asked.threads, context=not asked.no_context
    )
    with console.Progress("read") as progress:
        bad = target.write(_reads(items, reader, form, progress), progress)
    _mention(skipped)
    return 1 if bad else 0


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
        help="a file, or a folder for a document per input\n(a file's suffix says the format)",
    )
    add("--no-context", action="store_true", help="do without the language model")
    add("--dpi", type=_count, default=300, metavar="N", help="dots per inch of PDF pages (300)")
    add("--null", action="store_true", help="the list on standard input ends paths in NUL")
    add("--threads", type=_count, metavar="N", help="CPU threads (all)")
    add("--debug", action="store_true", help="show tracebacks")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _mention(skipped: list[str]) -> None:
    """Names the files of a folder that were not taken for pages."""
    for name in skipped[:_LISTED]:
        console.complain(f"{name}: not an image, left out", kind="note")
    if len(skipped) > _LISTED:
        console.complain(f"and {len(skipped) - _LISTED} more files that are not images", kind="note")
