"""``kuzushiji map``: a data set as maps, measured, and a page to walk them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kuzushiji._files import make_room
from kuzushiji._machine import cores
from kuzushiji.cli import _console as console

if TYPE_CHECKING:
    import numpy as np


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command("map")(make_map)


def make_map(
    dataset: Annotated[
        str, typer.Argument(help="kmnist, k49, kkanji, k49-sample, or a folder of one's own.")
    ],
    methods: Annotated[
        str, typer.Option(help="Names with commas between; an unknown one shows them all.")
    ] = "pca,lda,umap,tsne,localmap",
    features: Annotated[str, typer.Option(help="pixels, or a model whose embedding is mapped.")] = "pixels",
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="The page; DATASET-atlas.html when nothing is asked for."),
    ] = None,
    dims: Annotated[int, typer.Option(help="2 or 3 dimensions.")] = 2,
    split: Annotated[str, typer.Option(help="train, test, all, or another split of the set.")] = "all",
    subset: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only N images, every class with its share.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same maps.")] = 0,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; all when left out.")] = None,
    add: Annotated[
        list[Path] | None, typer.Option(metavar="IMAGE", help="A new image to be placed; may be repeated.")
    ] = None,
    clusters: Annotated[bool, typer.Option("--clusters", help="Find the shapes inside each class.")] = False,
    errors: Annotated[
        bool, typer.Option("--errors", help="Mark what the model of --features reads wrongly.")
    ] = False,
    stability: Annotated[
        bool, typer.Option("--stability", help="Run each method from a second seed too and compare.")
    ] = False,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Also a figure.")] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Also a figure for print.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Also the table of quality.")] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also the points, for kuzushiji.maps.load; without images."),
    ] = None,
) -> None:
    """Make maps of a data set by dimension reduction, and measure what each keeps."""
    from kuzushiji.cli._models import as_onnx
    from kuzushiji.errors import UsageError, need
    from kuzushiji.maps.engine import Plan, make_maps, ready
    from kuzushiji.maps.inputs.features import features_of
    from kuzushiji.maps.inputs.source import load_source, new_images
    from kuzushiji.maps.quality_table import as_csv, as_text

    names = [name.strip().lower() for name in methods.split(",") if name.strip()]
    threads = threads or cores()
    plan = Plan(names, dims, seed, threads, stability=stability, clusters=clusters)
    ready(plan)  # what is wrong with the words is said before anything is read
    if errors and features == "pixels":
        raise UsageError("--errors marks what a model reads wrongly: name one with --features")
    for wanted, ending in ((png, ".png"), (svg, ".svg")):
        if wanted is not None and wanted.suffix.lower() != ending:
            raise UsageError(f"--{ending[1:]} writes a file that ends in {ending}, not {wanted.name!r}")
    if png or svg:
        need("matplotlib", extra="evaluate")
    if out is None and not any((png, svg, csv, save)):
        out = Path(f"{Path(dataset).name}-atlas.html")
    page = out and (out if out.suffix else out / "index.html")
    for file in (page, png, svg, csv, save and save / "mapset.json"):
        if file is not None:
            make_room(file)
    pictures = _pictures(add or [])
    start = time.perf_counter()
    source = load_source(dataset, split)
    if subset is not None:
        source = source.subset(subset, seed)
    ready(plan, len(source))
    added = new_images(source, pictures) if pictures else None
    seen = features_of(source, as_onnx(features), threads, errors)
    classes = len(set(source.labels.tolist()))
    _say(f"{len(source):,} images, {classes:,} classes, {seen.name}: {seen.width:,} numbers each")
    try:
        mapset = make_maps(seen, plan, _cache(), added, _say)
    except KeyboardInterrupt:
        _say("interrupted: finished maps are kept, and the same command goes on from there")
        raise
    print(as_text(mapset))
    if csv is not None:
        _write(csv, as_csv(mapset))
    if save is not None:
        from kuzushiji.maps.saving import save_maps as save_maps

        save_maps(mapset, save)
        _say(f"written: {save}")
    for figure in (png, svg):
        if figure is not None:
            from kuzushiji.maps.figures import draw_maps

            _say(f"written: {draw_maps(mapset, figure)}")
    if out is not None:
        from kuzushiji.maps.page.atlas import write_atlas

        _say(f"written: {write_atlas(mapset, out)}")
    _say(f"all in {time.perf_counter() - start:.1f} s")
    if len(pictures) < len(add or []):
        raise typer.Exit(1)


def _cache() -> Path | None:
    """Where finished maps are kept; None, with a line that says so, where nothing can be written."""
    from kuzushiji.datasets import cache_dir
    from kuzushiji.errors import KuzushijiError

    folder = cache_dir() / "maps"
    try:
        make_room(folder / "map.npz")
    except KuzushijiError as e:
        console.complain(f"{e}; finished maps are not kept", kind="note")
        return None
    return folder


def _pictures(files: list[Path]) -> list[tuple[str, np.ndarray]]:
    """Name and grey values of the new images, with a line for each that cannot be read.

    Raises:
        typer.Exit: none of them can.
    """
    from kuzushiji.errors import KuzushijiError
    from kuzushiji.images import read_image

    read = []
    for file in files:
        try:
            read.append((file.name, read_image(file)))
        except KuzushijiError as e:
            console.complain(f"--add: {e}")
    if files and not read:
        raise typer.Exit(1)
    return read


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    _say(f"written: {path}")


def _say(line: str) -> None:
    typer.echo(line, err=True)
