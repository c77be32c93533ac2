"""Options of the commands that read many inputs, for argparse; nothing else is loaded for them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from kuzushiji.errors import UsageError


def add_source_options(add: Callable[..., Any]) -> None:
    """How words are expanded into pictures."""
    add("--dpi", type=_count, default=300, metavar="N", help="dots per inch of PDF pages (300)")
    add("-0", "--null", action="store_true", help="paths in a list end in NUL (find -print0)")
    add("--allow-private", action="store_true", help="fetch from private networks and this machine too")


def add_run_options(add: Callable[..., Any], part: int) -> None:
    """How a run into an output is done.

    Args:
        add: an argparse parser's ``add_argument``.
        part: inputs a part, if nothing else is asked for.
    """
    add("--workers", type=_count, metavar="N", help="with -o: so many processes of one thread each")
    add("--engine", choices=("local", "ray"), default="local", help="with -o: what processes run on (local)")
    add("--address", metavar="ADDRESS", help="with --engine ray: of a cluster (a Ray started here)")
    add("--retry-failed", action="store_true", help="with -o: try again what could not be used before")
    add("--part-size", type=_count, metavar="N", help=f"with -o: inputs a part ({part})")


def run_options_given(asked: argparse.Namespace) -> list[str]:
    """Which options of `add_run_options` were given."""
    given = {
        "--workers": asked.workers,
        "--engine": asked.engine != "local",
        "--address": asked.address,
        "--retry-failed": asked.retry_failed,
        "--part-size": asked.part_size,
    }
    return [name for name, value in given.items() if value]


def refuse_without_output(asked: argparse.Namespace, output: str = "-o OUT") -> None:
    """Options of a run go with an output only.

    Raises:
        UsageError: one was given.
    """
    for name in run_options_given(asked):
        raise UsageError(f"{name} goes with {output}")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
