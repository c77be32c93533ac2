"""``kuzushiji train`` and ``kuzushiji export``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kuzushiji.training.fitting.loop import EpochRecord, Progress


def register(app: typer.Typer) -> None:
    """Adds the commands of this group."""
    app.command("train")(train)
    app.command("export")(export)


def train(
    recipe: Annotated[str | None, typer.Argument(metavar="RECIPE", help="A TOML file; see recipes/.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one setting.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(metavar="RUN", help="Go on with an interrupted run.")] = None,
    runs: Annotated[Path, typer.Option(metavar="DIR", help="Where run folders are made.")] = Path("runs"),
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; all cores unless told.")] = None,
) -> None:
    """Train a model by a recipe; the run folder holds everything that comes of it."""
    from kuzushiji.errors import UsageError

    if (recipe is None) == (resume is None):
        raise UsageError("give a RECIPE, or --resume RUN to go on with one")
    if resume and settings:
        raise UsageError("--set changes a recipe; a resumed run keeps its own")
    _set_threads(threads)
    from kuzushiji.training.fitting.run_folder import Run
    from kuzushiji.training.page_networks.recipe import is_page_recipe
    from kuzushiji.training.page_networks.run import is_page_run
    from kuzushiji.training.pipeline import Callbacks
    from kuzushiji.training.pipeline import train as run_recipe
    from kuzushiji.training.recipe import load_recipe

    if is_page_run(resume) if resume else is_page_recipe(str(recipe)):
        _train_page_network(recipe, settings or [], runs, resume)
        return
    earlier = Run.open(resume) if resume else None
    asked = earlier.recipe if earlier else load_recipe(str(recipe), settings or ())
    teller = _Teller()
    try:
        run = run_recipe(asked, runs, earlier, Callbacks(teller.start, teller.epoch, teller.step))
    except KeyboardInterrupt:
        if teller.folder:
            print(f"\ninterrupted; to go on: kuzushiji train --resume {teller.folder}", file=sys.stderr)
        raise
    print(run.folder)


def _train_page_network(recipe: str | None, settings: list[str], runs: Path, resume: Path | None) -> None:
    """Trains the detector or the column network; prints a line for each line of the run's metrics."""
    from kuzushiji.training.page_networks.recipe import load_page_recipe
    from kuzushiji.training.page_networks.run import train_page_network

    asked = None if resume else load_page_recipe(str(recipe), settings)
    folder: list[Path] = []

    def show(record: Any) -> None:
        print(
            f"step {record.step}  {record.seconds:.0f} s  loss {record.loss:.4f}", file=sys.stderr, flush=True
        )

    try:
        print(train_page_network(asked, runs, resume, folder.append, show))
    except KeyboardInterrupt:
        if folder:
            print(f"\ninterrupted; to go on: kuzushiji train --resume {folder[0]}", file=sys.stderr)
        raise


def export(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A finished run's folder; with --hub also any MODEL.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write.")] = Path("model.onnx"),
    hub: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write a folder that is ready for the Hugging Face Hub instead."),
    ] = None,
    repo: Annotated[
        str | None, typer.Option(metavar="OWNER/NAME", help="With --hub: the repository that the card names.")
    ] = None,
) -> None:
    """Write a run's model as ONNX, checked against Keras; or a folder for the Hugging Face Hub."""
    if hub is not None:
        from kuzushiji.cli._models import as_onnx
        from kuzushiji.weights.hub import write_folder

        for path in write_folder(as_onnx(run), hub, repo):
            print(path)
        return
    from kuzushiji._files import make_room
    from kuzushiji.training.fitting.run_folder import Run
    from kuzushiji.training.shipping import export as exporting

    make_room(out)
    found = exporting.export_run(Run.open(Path(run)), out)
    print(
        f"{out}: {out.stat().st_size:,} bytes, at most {found.difference:.1e} from Keras, "
        f"{found.agreement:.1%} the same class"
    )


def _set_threads(threads: int | None) -> None:
    """Must come before the backend is imported: its thread pool is made then."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    if threads:
        os.environ["OMP_NUM_THREADS"] = str(threads)
    if os.environ["KERAS_BACKEND"] == "torch":
        from kuzushiji.errors import need

        torch = need("torch", extra="train")
        if threads:
            torch.set_num_threads(threads)


class _Teller:
    """Prints the run's progress: a live line on a terminal, a line an epoch elsewhere."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.last = 0.0
        self.folder: Path | None = None

    def start(self, run: Any, model: Any, data: Any) -> None:
        from kuzushiji.models.cost import cost

        self.folder = self.folder or run.folder  # a second training, for the calibration, is a part of it
        spent = cost(model)
        held = len(data.validation) if data.validation else 0
        print(
            f"{run.folder}: {len(data.classes)} classes, {len(data.train):,} images ({held:,} held out), "
            f"{spent.parameters:,} parameters, {spent.macs / 1e6:.1f} M MACs",
            file=sys.stderr,
        )

    def step(self, progress: Progress) -> None:
        if not self.live or time.monotonic() - self.last < 0.5:
            return
        self.last = time.monotonic()
        batch_rate = progress.images_per_second
        print(
            f"\r\x1b[Kepoch {progress.epoch}  {100 * progress.step / progress.steps:5.1f} %  "
            f"loss {progress.loss:.4f}  {batch_rate:,.0f} images/s  {_left(progress)} left",
            end="",
            file=sys.stderr,
            flush=True,
        )

    def epoch(self, record: EpochRecord) -> None:
        held = ""
        if record.validation_accuracy == record.validation_accuracy:
            held = (
                f"  held out: {100 * record.validation_accuracy:.2f} %"
                f" (balanced {100 * record.validation_balanced_accuracy:.2f} %)"
            )
        clear = "\r\x1b[K" if self.live else ""
        print(
            f"{clear}epoch {record.epoch}  {record.seconds:.0f} s  {record.images_per_second:,.0f} images/s  "
            f"loss {record.loss:.4f}{held}",
            file=sys.stderr,
            flush=True,
        )


def _left(progress: Progress) -> str:
    seconds = int(progress.seconds_left)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
