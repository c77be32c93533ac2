"""``kuzushiji mcp``: tools for agents, on standard input and output."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command("mcp")(mcp)


def mcp(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR]...", help="Folders whose pictures an agent may read; no others."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="The model for characters; reader by default.")
    ] = None,
) -> None:
    """Offer reading and looking up to agents, by the Model Context Protocol on standard input and output.

    A client starts this command itself: see docs/agents.md.
    """
    from kuzushiji.agents import Folders, Tools, create_server

    create_server(Tools(Folders(folders or ()), model)).run()
