"""The typer app: what stands before the command, and the command's own group."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from kuzushiji._version import __version__


def build(words: list[str], commands: Mapping[str, str]) -> Any:
    """The command line, with the command that the first word names, or with all of them.

    Args:
        words: what follows ``kuzushiji``.
        commands: each command, in the order of the help, and its module.

    Returns:
        A click command group.
    """
    app = typer.Typer(
        add_completion=True,  # --install-completion, --show-completion
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # one look for all commands, also for read, which is not typer's
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Reads cursive classical Japanese (kuzushiji), one character at a time.",
        epilog="Exit codes: 0 done, 1 an input could not be used, 2 wrong usage.",
    )
    app.callback(invoke_without_command=True)(_root)
    wanted = next((commands[word] for word in words if word in commands), None)
    for module in [wanted] if wanted else dict.fromkeys(commands.values()):
        name = f"kuzushiji.cli.{module}"
        if importlib.util.find_spec(name):
            importlib.import_module(name).register(app)
    order = list(commands)
    for registered in (app.registered_commands, app.registered_groups):
        registered.sort(key=lambda each: order.index(each.name) if each.name in order else len(order))
    return typer.main.get_command(app)


def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show version, licences, attribution.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")] = False,
) -> None:
    if version:
        print(_version())
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)


def _version() -> str:
    from kuzushiji.datasets import ATTRIBUTION

    return (
        f"kuzushiji {__version__}\n"
        "Code: MIT. Weights and everything else derived from the images: CC BY-SA 4.0.\n"
        f"Data: {ATTRIBUTION}"
    )
