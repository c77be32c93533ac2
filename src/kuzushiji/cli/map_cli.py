"""``kuzushiji map``: a data set as maps, measured, and a page to walk them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kuzushiji._machine import cores
from kuzushiji.cli import _console as console

if TYPE_CHECKING:
    from kuzushiji.maps.inputs.features import Features
    from kuzushiji.maps.inputs.source import Source
    from kuzushiji.maps.result import Added, Array, MapSet


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
        Path | None, typer.Option(metavar="DIR", help="Also the points, for MapSet.load; without images.")
    ] = None,
) -> None:
    """Make maps of a data set by dimension reduction, and measure what each keeps."""
    from kuzushiji.errors import UsageError, need
    from kuzushiji.maps.engine import Plan, make, ready
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
    for file in (out, png, svg, csv, save and save / "mapset.json"):
        if file is not None:
            _makes_room(file)
    pictures = _pictures(add or [])
    start = time.perf_counter()
    source, counts = _source(dataset, split, subset, seed)
    ready(plan, len(source))
    added = _added(pictures, source)
    seen = _features(source, features, threads, errors)
    classes = len(set(source.labels.tolist()))
    _say(f"{len(source):,} images, {classes:,} classes, {seen.name}: {seen.width:,} numbers each")
    try:
        mapset = make(seen, plan, _cache(), added, _say)
    except KeyboardInterrupt:
        _say("interrupted: finished maps are kept, and the same command goes on from there")
        raise
    mapset = _with_counts(mapset, counts)
    print(as_text(mapset))
    if csv is not None:
        _write(csv, as_csv(mapset))
    if save is not None:
        mapset.save(save)
        _say(f"written: {save}")
    for figure in (png, svg):
        if figure is not None:
            from kuzushiji.maps.figures import draw

            _say(f"written: {draw(mapset, figure)}")
    if out is not None:
        from kuzushiji.maps.page.atlas import write

        _say(f"written: {write(mapset, out)}")
    _say(f"all in {time.perf_counter() - start:.1f} s")
    if len(pictures) < len(add or []):
        raise typer.Exit(1)


def _source(dataset: str, split: str, subset: int | None, seed: int) -> tuple[Source, list[int] | None]:
    """The images, and how many training images each class has, where that is known."""
    import numpy as np

    from kuzushiji.datasets import load
    from kuzushiji.errors import KuzushijiError
    from kuzushiji.maps.inputs.source import load_source

    source = load_source(dataset, split)
    if split == "train":
        training = source.labels
    elif source.part is not None:
        training = source.labels[source.part == 0]
    else:
        try:
            training = load(dataset, "train").labels
        except KuzushijiError:  # one's own data need not be divided
            training = None
    counts = None
    if training is not None:
        counts = np.bincount(training, minlength=len(source.classes)).tolist()
        if len(counts) != len(source.classes):
            counts = None
    return (source if subset is None else source.subset(subset, seed)), counts


def _cache() -> Path | None:
    """Where finished maps are kept; None, with a line that says so, where nothing can be written."""
    from kuzushiji._files import make_room
    from kuzushiji.datasets import cache_dir
    from kuzushiji.errors import KuzushijiError

    folder = cache_dir() / "maps"
    try:
        make_room(folder / "map.npz")
    except KuzushijiError as e:
        console.complain(f"{e}; finished maps are not kept", kind="note")
        return None
    return folder


def _features(source: Source, name: str, threads: int, errors: bool) -> Features:
    from kuzushiji.maps.inputs.features import embedded, pixels

    return pixels(source) if name == "pixels" else embedded(source, name, threads, errors)


def _pictures(files: list[Path]) -> list[tuple[str, Array]]:
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


def _added(pictures: list[tuple[str, Array]], source: Source) -> Added | None:
    if not pictures:
        return None
    import numpy as np

    from kuzushiji.errors import KuzushijiError
    from kuzushiji.images import to_glyph
    from kuzushiji.maps.result import Added

    h, w = source.shape
    if h != w:
        raise KuzushijiError(f"--add needs square images, but {source.dataset} has {w}x{h}")
    return Added(tuple(name for name, _ in pictures), np.stack([to_glyph(grey, h) for _, grey in pictures]))


def _with_counts(mapset: MapSet, counts: list[int] | None) -> MapSet:
    from dataclasses import replace

    import numpy as np

    if counts is None:
        return mapset
    each = np.asarray(counts, np.float64)[mapset.labels]
    return replace(mapset, extra_colours={**mapset.extra_colours, "training count": each})


def _makes_room(file: Path) -> None:
    """Makes the folder of a file to come: what cannot be written is said before the maps are made."""
    from kuzushiji.errors import KuzushijiError

    if file.suffix and file.is_dir():
        raise KuzushijiError(f"cannot write {file}: a folder of that name is there")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise KuzushijiError(f"cannot write {file}: {e.strerror or e}") from e


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    _say(f"written: {path}")


def _say(line: str) -> None:
    typer.echo(line, err=True)
