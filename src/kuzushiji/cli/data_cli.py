"""``kuzushiji data``: list, get, import, verify, export, info."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kuzushiji.cli import _console as console
from kuzushiji.cli import compose_cli
from kuzushiji.errors import KuzushijiError, UsageError

if TYPE_CHECKING:
    from kuzushiji.datasets.downloads.getting import Outcome

data = typer.Typer(no_args_is_help=True, help="Get, check and describe the data sets.")
_Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="kmnist, k49, kkanji, k49-sample.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
_Form = Annotated[
    str | None, typer.Option("--format", help="npz or idx, for kmnist, which has both.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Adds the group to the program."""
    compose_cli.register(data)
    app.add_typer(data, name="data")


@data.command("list")
def list_(as_json: _Json = False) -> None:
    """List the data sets and what of them is in the cache."""
    from kuzushiji.datasets import cache_dir, registry
    from kuzushiji.datasets.layouts import kkanji

    home = cache_dir()
    if not as_json:
        print(f"cache: {home}")
    for p in registry.PUBLISHED.values():
        if p.name == "kkanji":
            state = "ready" if kkanji.unpacked(home) else "not here"
        else:
            sets = [[(home / f.path).is_file() for f in files] for files in p.formats.values()]
            state = "ready" if any(map(all, sets)) else "in part" if any(map(any, sets)) else "not here"
        total = sum(p.counts.values())
        if as_json:
            _line({"name": p.name, "title": p.title, "images": total, "splits": p.splits, "state": state})
        else:
            print(f"{p.name:<11} {state:<9} {total:>8,} images  {p.title}")


@data.command()
def get(
    names: _Names,
    from_dir: Annotated[
        Path | None, typer.Option("--from-dir", help="Take the files from this folder, not from the net.")
    ] = None,
    form: _Form = None,
) -> None:
    """Download data sets into the cache, or go on where that stopped.

    KUZUSHIJI_MIRROR (http…, file:///…) is tried before the publisher; KUZUSHIJI_OFFLINE=1 forbids the net.
    """
    from kuzushiji.datasets.downloads.getting import get_each, import_each

    _checked(names)
    if from_dir is not None:
        _report((name, import_each(name, from_dir, form)) for name in names)
    else:
        _report((name, get_each(name, form)) for name in names)


@data.command("import")
def import_(
    name: Annotated[str, typer.Argument(help="kmnist, k49, kkanji, k49-sample.")],
    folder: Annotated[Path, typer.Argument(help="Holds the published files.")],
    form: _Form = None,
) -> None:
    """Bring your own copy of a published set into the cache (as get --from-dir)."""
    from kuzushiji.datasets.downloads.getting import import_each

    _checked([name])
    _report([(name, import_each(name, folder, form))])


@data.command()
def verify(names: _Names) -> None:
    """Check every byte of data sets in the cache against what was published."""
    from kuzushiji.datasets.downloads.verifying import verify_each

    _checked(names)
    _report((name, verify_each(name)) for name in names)


@data.command()
def export(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name, or a folder of your own data.")],
    to: Annotated[str, typer.Option(metavar="FORMAT", help="parquet, webdataset, imagefolder or png.")],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="DIR", help="A new folder; NAME-FORMAT by default."),
    ] = None,
    splits: Annotated[
        list[str] | None,
        typer.Option("--split", help="One split; may be repeated. Train, validation and test by default."),
    ] = None,
) -> None:
    """Write a data set for other tools: Hugging Face, PyTorch, WebDataset; with its card and licence."""
    from kuzushiji.datasets.exports import export as write
    from kuzushiji.datasets.progress import bar

    folder = out or Path(f"{Path(name).name}-{to}")
    with bar(f"writing {folder}", "images") as advance:
        files = write(name, to, folder, splits or (), advance)
    for path in files:
        print(path)


@data.command()
def info(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Names, or folders of your own data.")
    ],
    as_json: _Json = False,
) -> None:
    """Describe data sets: counts, black images, licence, traps."""
    from kuzushiji.datasets.info import info as describe

    failed = False
    for name in names:
        try:
            found = describe(name)
        except UsageError:
            raise
        except KuzushijiError as e:
            failed = True
            console.complain(str(e))
            continue
        if as_json:
            _line(found)
        else:
            _show(found)
    if failed:
        raise typer.Exit(1)


def _checked(names: Iterable[str]) -> None:
    from kuzushiji.datasets.registry import published

    for name in names:
        published(name)


def _report(work: Iterable[tuple[str, Iterable[Outcome]]]) -> None:
    failed = False
    for name, outcomes in work:
        try:
            for o in outcomes:
                failed = failed or not o.ok
                if o.ok:
                    print(f"{o.path}: {o.note}", flush=True)
                else:
                    console.complain(f"{o.path}: {o.note}")
        except UsageError:
            raise
        except KuzushijiError as e:
            failed = True
            console.complain(f"{name}: {e}")
    if failed:
        raise typer.Exit(1)


def _line(item: dict[str, Any]) -> None:
    print(json.dumps(item, ensure_ascii=False))


def _show(item: dict[str, Any]) -> None:
    print(f"{item['title']} ({item['name']}): {item['classes']:,} classes, {item['image_size']} pixels")
    print(f"  {'split':<11} {'images':>8} {'classes':>8} {'min':>6} {'median':>8} {'max':>7}  a class; black")
    for split, s in item["splits"].items():
        black = "images not here" if s["black"] is None else f"{s['black']}"
        counts = f"{s['images']:>8,} {s['classes']:>8,} {s['min']:>6,} {s['median']:>8,g} {s['max']:>7,}"
        print(f"  {split:<11} {counts}  {black:>14}")
    for key in ("licence", "attribution", "trap"):
        if item[key]:
            print(f"  {key}: {item[key]}")
