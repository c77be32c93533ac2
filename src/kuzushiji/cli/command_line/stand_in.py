"""What typer is told about a command that argparse parses: its options, for the shell's completion."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer


def stand_in(parser: argparse.ArgumentParser) -> Callable[..., None]:
    """A function for ``app.command`` with the parser's arguments; it is never called.

    Args:
        parser: of the real command; ``--help`` and ``--debug`` are left out, as every command has them.

    >>> parser = argparse.ArgumentParser()
    >>> _ = parser.add_argument("images", nargs="*"), parser.add_argument("--json", action="store_true")
    >>> list(inspect.signature(stand_in(parser)).parameters)
    ['images', 'json']
    """

    def command(**words: Any) -> None:
        raise NotImplementedError("argparse parses this command")

    shown = [a for a in parser._actions if a.dest not in ("help", "debug")]
    kinds = {action.dest: _kind(action) for action in shown}
    command.__annotations__ = kinds
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                action.dest,
                inspect.Parameter.KEYWORD_ONLY,
                default=False if action.nargs == 0 else None,
                annotation=kinds[action.dest],
            )
            for action in shown
        ]
    )
    return command


def _kind(action: argparse.Action) -> Any:
    metavar = action.metavar if isinstance(action.metavar, str) else None
    if not action.option_strings:
        return Annotated[list[Path] | None, typer.Argument(metavar=metavar, help=action.help)]
    if action.nargs == 0:
        return Annotated[bool, typer.Option(*action.option_strings, help=action.help)]
    return Annotated[str | None, typer.Option(*action.option_strings, help=action.help, metavar=metavar)]
