"""The parts of the report that need figures only."""

from __future__ import annotations

from html import escape

import numpy as np

from kuzushiji.evaluation.measures.comparison import Comparison
from kuzushiji.evaluation.measures.intervals import Estimate, wilson
from kuzushiji.evaluation.measures.reliability import reliability_curve
from kuzushiji.evaluation.report.charts import bins_chart, reliability_chart, risk_chart
from kuzushiji.evaluation.report.page import ja, percent, reading, table
from kuzushiji.evaluation.result import Evaluation


def headline(e: Evaluation) -> str:
    """The result in words and on cards."""
    wrong = e.n - int(e.predictions.correct.sum())
    seen = int((e.per_class.support > 0).sum())
    cards = [
        ("images recognised", e.accuracy, "accuracy"),
        ("averaged over classes", e.balanced_accuracy, "balanced accuracy"),
        ("among the five best", e.top5, "top-5"),
        ("F1, averaged", e.macro_f1, "macro F1; interval by bootstrap"),
    ]
    html = "".join(
        f'<div class="card"><span>{name}</span><b>{percent(x.value, 2)}</b>'
        f"<small>{percent(x.low, 2)} to {percent(x.high, 2)} · {note}</small></div>"
        for name, x, note in cards
    )
    unknown = e.predictions.unknown
    more = (
        f"<p>The model has no class for {len(unknown)} of the characters here, which count as mistakes: "
        f"{ja(''.join(unknown[:60]))}{' …' if len(unknown) > 60 else ''}</p>"
        if unknown
        else ""
    )
    if e.members:
        more = (
            f"<p>{len(e.members)} models answer as one, by the mean of their calibrated probabilities: "
            f"{escape(', '.join(e.members))}. The threshold of <em>sure</em> is the strictest of theirs.</p>"
        ) + more
    return (
        f"<h1>{escape(e.model)} on {escape(e.dataset)}</h1>"
        f'<p class="soft">split {escape(e.split)} · {e.n:,} images · {seen:,} classes</p>'
        f"<p><strong>It reads {_of(e.accuracy)} images.</strong> On another test set of the same kind one "
        f"would expect "
        f"between {percent(e.accuracy.low, 2)} and {percent(e.accuracy.high, 2)} (95 % interval); it was "
        f"wrong "
        f"{wrong:,} times. Books unlike these, or another camera, are another matter.</p>"
        f'<div class="cards">{html}</div>{more}'
    )


def _of(x: Estimate) -> str:
    return f"{percent(x.value, 2)} of the"


def comparison(first: Evaluation, second: Evaluation, c: Comparison) -> str:
    """Which of two models is better, and whether that may be chance."""
    better = first.model if c.difference.value > 0 else second.model
    if c.p_value < 0.05:
        verdict = f"{escape(better)} is better, and by more than chance explains"
    else:
        verdict = "The difference may be chance"
    d = c.difference
    return (
        f'<h2 id="against">Against {escape(second.model)}</h2><p><strong>{verdict}.</strong> '
        f"{escape(second.model)} reads "
        f"{percent(second.accuracy.value, 2)} of the same images. {c.only_first:,} are read by "
        f"{escape(first.model)} "
        f"alone and {c.only_second:,} by {escape(second.model)} alone: a difference of {100 * d.value:+.2f} "
        f"points "
        f"(95 %: {100 * d.low:+.2f} to {100 * d.high:+.2f}; McNemar's exact test, p = {c.p_value:.2g}).</p>"
    )


def long_tail(e: Evaluation) -> str:
    """The result by training count; nothing where all classes are in one bin."""
    if len(e.bins) < 2:
        return ""
    rows: list[list[tuple[str, float | str]]] = [
        [
            (escape(b.name), b.low),
            (f"{b.classes:,}", b.classes),
            (f"{b.images:,}", b.images),
            (_with_interval(b.accuracy), b.accuracy.value),
            (_with_interval(b.top5), b.top5.value),
            (_with_interval(b.balanced_accuracy), b.balanced_accuracy.value),
        ]
        for b in e.bins
    ]
    heads = ["training images", "classes", "test images", "accuracy", "top-5", "balanced accuracy"]
    return (
        '<h2 id="tail">Rare and common characters</h2><p>How often a character is read depends on how many '
        "examples "
        "of it there were to learn from. Whiskers are 95 % intervals.</p>"
        + bins_chart(e.bins)
        + table(heads, rows)
    )


def _with_interval(x: Estimate) -> str:
    return f"{percent(x.value)} <small>{100 * x.low:.1f}-{100 * x.high:.1f}</small>"


def confidence(e: Evaluation, other: Evaluation | None) -> str:
    """Reliability curve and risk against coverage, each with a sentence."""
    p = e.predictions
    mean, right = float(p.confidence.mean()), e.accuracy.value
    tone = "overstates" if mean > right else "understates"
    gap = abs(mean - right)
    words = (
        f"On average it claims {percent(mean)} and is right {percent(right)} of the time: it {tone} itself "
        f"by "
        f"{100 * gap:.2f} points. The calibration error (ECE, 15 bins) is {percent(e.ece, 2)}."
    )
    curves = [(e.model, e.risk_coverage)] + ([(other.model, other.risk_coverage)] if other else [])
    legend = (
        f'<p class="soft"><span class="one">━ {escape(e.model)}</span> '
        f'<span class="two">━ {escape(other.model)}</span></p>'
        if other
        else ""
    )
    return (
        '<div class="halves"><section><h2 id="confidence">Can its confidence be believed?</h2>'
        f"<p>{words} Points on the dashed line would be perfect.</p>"
        f"{reliability_chart(reliability_curve(p.confidence, p.correct))}</section>"
        '<section><h2 id="decline">If it may decline to answer</h2>'
        f"<p>{_declining(e)}</p>{risk_chart(curves)}{legend}</section></div>"
    )


def _declining(e: Evaluation) -> str:
    risk, n = e.risk_coverage.risk, e.n
    at = {share: float(risk[max(0, int(np.ceil(share * n)) - 1)]) for share in (0.8, 0.9, 0.95)}
    said = ", ".join(f"{percent(r, 2)} when it answers {100 * s:.0f} %" for s, r in at.items())
    wrong = percent(1 - e.accuracy.value, 2)
    text = f"Answering all, it is wrong {wrong} of the time; {said}, the surest first. "
    if e.sure_precision:
        text += (
            f"It calls itself <em>sure</em> of {percent(e.sure_coverage.value)} of the images (confidence "
            f"{e.sure_threshold:.3g} or more) and is right on {percent(e.sure_precision.value, 2)} of these "
            f"({percent(e.sure_precision.low, 2)} to {percent(e.sure_precision.high, 2)}). "
        )
    return text + f"AURC, the mean of the curve, is {1000 * e.risk_coverage.aurc:.2f} per mille."


def every_class(e: Evaluation) -> str:
    """The table of all classes that occur, worst first; sortable and searchable in the page."""
    p = e.per_class
    shown = np.flatnonzero(p.support > 0)
    recall = p.recall
    shown = shown[np.lexsort((shown, recall[shown]))]
    rows: list[list[tuple[str, float | str]]] = []
    for i in shown:
        char = e.predictions.classes[i]
        interval = wilson(int(p.right[i]), int(p.support[i]))
        row: list[tuple[str, float | str]] = [
            (ja(char), char),
            (escape(reading(char)), reading(char)),
            (f"U+{ord(char[0]):04X}", ord(char[0])),
            (f"{p.support[i]:,}", int(p.support[i])),
            (_with_interval(interval), interval.value),
            (percent(float(p.precision[i])), float(p.precision[i])),
            (percent(float(p.f1[i])), float(p.f1[i])),
        ]
        if e.training_counts is not None:
            row.insert(3, (f"{e.training_counts[i]:,}", int(e.training_counts[i])))
        rows.append(row)
    heads = ["character", "reading", "code point", "test images", "recall", "precision", "F1"]
    if e.training_counts is not None:
        heads.insert(3, "training images")
    hint = "か, ka, U+304B"
    search = f'<input type="search" data-filter="#every tbody tr" placeholder="{hint}" aria-label="find">'
    return (
        f'<h2 id="classes">Every class</h2><p>{len(rows):,} classes, the least recognised first. Recall: how '
        "many of its images are read as it; precision: how many of the images read as it are.</p>"
        f'{search}<div id="every">{table(heads, rows, sortable=True, left=3)}</div>'
    )
