"""``kuzushiji evaluate``: how good a model is. ``kuzushiji audit``: how good a data set is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kuzushiji.datasets import Dataset
    from kuzushiji.evaluation.measures.comparison import Comparison
    from kuzushiji.evaluation.predictions import Classifier
    from kuzushiji.evaluation.result import Evaluation


def register(app: typer.Typer) -> None:
    """Adds both commands to the command line."""
    app.command("evaluate")(evaluate)
    app.command("audit")(audit)


def evaluate(
    model: Annotated[
        str, typer.Argument(help="A shipped model, an .onnx file or a run; A+B: several that answer as one.")
    ],
    dataset: Annotated[
        str, typer.Argument(help="kmnist, k49, kkanji, k49-sample, or a folder of one's own.")
    ],
    split: Annotated[str, typer.Option(help="Which split; for kkanji also half-test.")] = "test",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write a page (one self-contained HTML file).")] = None,
    compare: Annotated[
        str | None, typer.Option(help="A second model, compared on the same images (McNemar's test).")
    ] = None,
    only_dataset_classes: Annotated[
        bool, typer.Option(help="Give no chance to characters that the data set does not have.")
    ] = False,
    per_class: Annotated[bool, typer.Option(help="With --json: every class, and its shapes.")] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; all when left out.")] = None,
) -> None:
    """Measures a model: accuracy, balanced accuracy, F1, top-5, calibration, with 95 % intervals."""
    from kuzushiji._files import make_room
    from kuzushiji.cli._models import as_onnx
    from kuzushiji.errors import UsageError
    from kuzushiji.evaluation import compare as compare_models
    from kuzushiji.evaluation.ensemble import open_models

    if per_class and not as_json:
        raise UsageError("--per-class is told with --json only; --report has a table of all classes")
    if report:
        make_room(report)
    first = open_models(as_onnx(model), threads)
    second = open_models(as_onnx(compare), threads) if compare else None
    data = _tested(dataset, split)
    result = _run(first, data, only_dataset_classes)
    other, comparison = None, None
    if second:
        other = _run(second, data, only_dataset_classes)
        if compare and compare != model and other.model == result.model:  # two runs of one recipe, say
            result, other = replace(result, model=model), replace(other, model=compare)
        comparison = compare_models(result.predictions.correct, other.predictions.correct)
    if report:
        from kuzushiji.evaluation.report import write_report

        write_report(report, result, data, first, other)
    if as_json:
        out = result.to_json(per_class)
        if per_class:
            out["shapes"] = _shapes(result, data, first)
        if other and comparison:
            out["compare"] = {
                "model": other.model,
                "accuracy": other.accuracy.to_json(),
                **comparison.to_json(),
            }
        print(json.dumps(out, ensure_ascii=False))
        return
    print(in_words(result))
    if other and comparison:
        print(compared_in_words(result, other, comparison))
    if report:
        print(f"report: {report}")


def audit(
    dataset: Annotated[
        str, typer.Argument(help="kmnist, k49, kkanji, k49-sample, or a folder of one's own.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write a page (one self-contained HTML file).")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write all findings as CSV: splits and indices.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as one JSON object.")] = False,
) -> None:
    """Looks for wrong labels, duplicates and empty images in all splits of a data set together."""
    from kuzushiji._files import make_room
    from kuzushiji.datasets.progress import bar
    from kuzushiji.evaluation.audit import audit as run
    from kuzushiji.evaluation.audit import write_csv, write_page
    from kuzushiji.evaluation.audit.material import gather

    for path in filter(None, (output, csv)):
        make_room(path)
    material = gather(dataset)
    with bar(f"looking through {dataset}", "images") as advance:
        found = run(material, progress=lambda done: advance(done, len(material)))
    if output:
        write_page(found, output)
    if csv:
        write_csv(found, csv)
    if as_json:
        print(json.dumps({"dataset": dataset, **found.counts()}, ensure_ascii=False))
        return
    for name, count in found.counts().items():
        print(f"{count:>9,}  {name}")
    for path in filter(None, (output, csv)):
        print(f"written: {path}")


def in_words(result: Evaluation) -> str:
    """The result as some lines of text.

    Args:
        result: an evaluation.

    Returns:
        Lines without a final newline.
    """
    from kuzushiji.evaluation.measures.metrics import confusion_pairs

    lines = [
        f"{result.model} on {result.dataset}, split {result.split}: {result.n:,} images, "
        f"{int((result.per_class.support > 0).sum()):,} classes",
        f"accuracy           {result.accuracy}",
        f"balanced accuracy  {result.balanced_accuracy}",
        f"macro F1           {result.macro_f1}",
        f"top-5              {result.top5}",
        f"calibration error  {100 * result.ece:.2f} % (ECE, 15 bins)",
        f"AURC               {1000 * result.risk_coverage.aurc:.2f} per mille",
    ]
    if result.sure_precision:
        coverage = f"{100 * result.sure_coverage.value:.1f} %"
        lines.append(f"sure               of {coverage} of images; right {result.sure_precision}")
    if pairs := confusion_pairs(result.predictions.labels, result.predictions.predicted, 5):
        classes = result.predictions.classes
        said = ", ".join(f"{classes[true]} as {classes[guess]} {n:,}" for true, guess, n in pairs)
        lines.append(f"mistaken most      {said}")
    if len(result.bins) > 1:
        lines.append("by training images of the class:")
        lines += [
            f"  {b.name:>8}  {b.images:7,} images of {b.classes:5,} classes  {b.accuracy}"
            for b in result.bins
        ]
    if result.predictions.unknown:
        shown = "".join(result.predictions.unknown[:40])
        lines.append(f"the model has no class for {len(result.predictions.unknown)} characters: {shown}")
    return "\n".join(lines)


def compared_in_words(first: Evaluation, second: Evaluation, c: Comparison) -> str:
    """The comparison as some lines of text.

    Args:
        first: result of the first model.
        second: result of the second, on the same images.
        c: their comparison.

    Returns:
        Lines without a final newline.
    """
    d = c.difference
    verdict = "more than chance explains" if c.p_value < 0.05 else "chance may explain it"
    return (
        f"{second.model}: accuracy {second.accuracy}\n"
        f"only {first.model} right {c.only_first:,}, only {second.model} right {c.only_second:,}\n"
        f"difference {100 * d.value:+.2f} points (95 %: {100 * d.low:+.2f} to {100 * d.high:+.2f}), "
        f"McNemar p = {c.p_value:.2g}: {verdict}"
    )


def _tested(dataset: str, split: str) -> Dataset:
    """The images, with a word on what to ask for where a folder of one's own is not divided."""
    from kuzushiji.datasets import load, names
    from kuzushiji.datasets.layouts.folders import splits_of
    from kuzushiji.errors import UsageError

    folder = Path(dataset).expanduser()
    own = dataset not in names() and folder.is_dir()
    if own and split != "all" and splits_of(folder) == ("all",):
        raise UsageError(f"{dataset} has no split {split!r}; it has all; give --split all")
    return load(dataset, split)


def _shapes(result: Evaluation, data: Dataset, model: Classifier) -> list[dict[str, Any]] | None:
    """Shapes inside the classes, None for a model that has no embedding to find them in."""
    from kuzushiji.errors import KuzushijiError
    from kuzushiji.evaluation.shapes import every_shape, to_json

    try:
        return to_json(every_shape(result, data, model), data.classes)
    except KuzushijiError:
        return None


def _run(model: Classifier, data: Dataset, only_dataset_classes: bool) -> Evaluation:
    from kuzushiji.datasets.progress import bar
    from kuzushiji.evaluation.evaluation import evaluate as run

    with bar(f"{model.info.name} on {data.name}", "images") as advance:
        return run(
            model,
            data,
            only_dataset_classes=only_dataset_classes,
            progress=lambda done: advance(done, len(data)),
        )
