"""``kuzushiji doctor``: what is installed, and whether it works."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show versions, models, caches and cores, and try one reading; exit code 1 if something is wrong."""
    from kuzushiji.cli._diagnosis import diagnose

    wrong = 0
    for finding in diagnose():
        wrong += finding.ok is False
        if as_json:
            print(json.dumps(asdict(finding), ensure_ascii=False), flush=True)
        else:
            mark = {True: "ok", False: "WRONG", None: ""}[finding.ok]
            fix = f"  ({finding.fix})" if finding.fix else ""
            print(f"{mark:<6}{finding.topic:<20}  {finding.text}{fix}", flush=True)
    if wrong:
        raise typer.Exit(1)
