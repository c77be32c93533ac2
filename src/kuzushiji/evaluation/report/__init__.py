"""The report page: what a model can do, for a person to read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kuzushiji._files import replacing
from kuzushiji.evaluation.measures.comparison import compare
from kuzushiji.evaluation.predictions import Classifier
from kuzushiji.evaluation.report import galleries, sections
from kuzushiji.evaluation.report.page import contents, page
from kuzushiji.evaluation.result import Evaluation

if TYPE_CHECKING:
    from kuzushiji.datasets import Dataset


def write_report(
    path: str | Path,
    evaluation: Evaluation,
    dataset: Dataset,
    model: Classifier,
    other: Evaluation | None = None,
) -> Path:
    """Writes the page: one self-contained HTML file, some hundred kilobytes.

    Args:
        path: where to; folders are made.
        evaluation: the result to show.
        dataset: the images it was measured on, in the same order.
        model: the model, for the shapes inside each class.
        other: result of a second model on the same images, to compare with.

    Returns:
        The path.

    Raises:
        OSError: the file cannot be written.
    """
    parts = [
        sections.headline(evaluation),
        sections.comparison(
            evaluation, other, compare(evaluation.predictions.correct, other.predictions.correct)
        )
        if other
        else "",
        sections.long_tail(evaluation),
        sections.confidence(evaluation, other),
        galleries.confusions(evaluation, dataset),
        galleries.shapes(evaluation, dataset, model),
        galleries.worst_mistakes(evaluation, dataset),
        sections.every_class(evaluation),
    ]
    parts.insert(1, contents("".join(parts)))
    how = (
        f"Measured by kuzushiji evaluate {'+'.join(evaluation.members) or evaluation.model} "
        f"{evaluation.dataset} --split {evaluation.split} --report. "
        "Intervals are 95 %: Wilson's for shares of images, an analytic one over classes for balanced "
        "accuracy."
    )
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    html = page(f"{evaluation.model} on {evaluation.dataset}", "".join(parts), how, evaluation.dataset)
    with replacing(path) as part:
        part.write_text(html, encoding="utf-8")
    return path
