"""Plain SVG charts: lines, bars and whiskers, coloured by the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from kuzushiji.evaluation.measures.bins import CountBin
from kuzushiji.evaluation.measures.reliability import ReliabilityBin, RiskCoverage

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 22, 12, 44


class Plot:
    """A frame with two linear axes; collects SVG elements."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float], title: str) -> None:
        """Starts an empty plot.

        Args:
            x: range of the horizontal axis.
            y: range of the vertical axis.
            title: read aloud by screen readers.
        """
        self.x, self.y, self.title = x, y, title
        self.parts: list[str] = []

    def px(self, value: float) -> float:
        """Horizontal position of a value, in SVG units."""
        return LEFT + (value - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - LEFT - RIGHT)

    def py(self, value: float) -> float:
        """Vertical position of a value, in SVG units."""
        return HEIGHT - BOTTOM - (value - self.y[0]) / (self.y[1] - self.y[0]) * (HEIGHT - TOP - BOTTOM)

    def axes(
        self, xticks: Sequence[float], yticks: Sequence[float], xlabel: str, ylabel: str, digits: int = 0
    ) -> None:
        """Draws grid, ticks in per cent, and what the axes mean.

        Args:
            xticks: shares in [0, 1] along the horizontal axis.
            yticks: shares along the vertical axis.
            xlabel: what the horizontal axis is.
            ylabel: what the vertical axis is.
            digits: decimals of the vertical ticks.
        """
        for t in yticks:
            self.line([(self.x[0], t), (self.x[1], t)], "grid")
            self.text(LEFT - 6, self.py(t) + 4, f"{100 * t:.{digits}f} %", "end")
        for t in xticks:
            self.line([(t, self.y[0]), (t, self.y[1])], "grid")
            self.text(self.px(t), HEIGHT - BOTTOM + 16, f"{100 * t:.0f} %", "middle")
        self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, xlabel, "middle")
        middle = (TOP + HEIGHT - BOTTOM) / 2
        self.parts.append(
            f'<text transform="translate(11 {middle:.0f}) rotate(-90)" '
            f'text-anchor="middle">{escape(ylabel)}</text>'
        )

    def line(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        """A polyline through data points; ``kind`` is a class of the style sheet."""
        path = " ".join(f"{self.px(a):.1f},{self.py(b):.1f}" for a, b in points)
        self.parts.append(f'<polyline class="{kind}" points="{path}"/>')

    def dot(self, x: float, y: float, tip: str) -> None:
        """A data point with a tool tip."""
        self.parts.append(
            f'<circle class="dot" cx="{self.px(x):.1f}" cy="{self.py(y):.1f}" '
            f'r="4"><title>{escape(tip)}</title></circle>'
        )

    def text(self, x: float, y: float, text: str, anchor: str) -> None:
        """A text at a position in SVG units."""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')

    def svg(self) -> str:
        """The finished chart."""
        return (
            f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.title)}">'
            f"<title>{escape(self.title)}</title>{''.join(self.parts)}</svg>"
        )


def reliability_chart(bins: Sequence[ReliabilityBin]) -> str:
    """Accuracy against confidence with intervals; the diagonal is perfect.

    Args:
        bins: of :func:`kuzushiji.evaluation.measures.reliability.reliability_curve`.

    Returns:
        An SVG element.
    """
    plot = Plot((0, 1), (0, 1), "Accuracy against confidence")
    ticks = (0, 0.25, 0.5, 0.75, 1)
    plot.axes(ticks, ticks, "confidence of the model", "share right")
    plot.line([(0, 0), (1, 1)], "ideal")
    for b in bins:
        plot.line([(b.confidence, b.accuracy.low), (b.confidence, b.accuracy.high)], "whisker")
    plot.line([(b.confidence, b.accuracy.value) for b in bins], "curve")
    for b in bins:
        tip = f"{b.n:,} images, confidence {100 * b.confidence:.1f} %, right {100 * b.accuracy.value:.1f} %"
        plot.dot(b.confidence, b.accuracy.value, tip)
    return plot.svg()


def risk_chart(curves: Sequence[tuple[str, RiskCoverage]]) -> str:
    """Risk against coverage, one curve a model (the first drawn strongest).

    Args:
        curves: name and curve of each model.

    Returns:
        An SVG element.
    """
    highest = max(0.01, *(float(c.risk[len(c.risk) // 20 :].max()) for _, c in curves))
    top = _round_up(highest)
    plot = Plot((0, 1), (0, top), "Share wrong against share answered")
    plot.axes(
        (0, 0.25, 0.5, 0.75, 1),
        [top * i / 4 for i in range(5)],
        "share of the images answered, the surest first",
        "share wrong among these",
        1 if top < 0.2 else 0,
    )
    for i, (_, c) in enumerate(curves):
        first = min(len(c.risk) - 1, max(0, len(c.risk) // 200 - 1))  # before that one mistake is a spike
        points = np.unique(np.linspace(first, len(c.risk) - 1, 240).astype(int))
        plot.line(
            [(float(c.coverage[p]), min(top, float(c.risk[p]))) for p in points],
            "curve" if i == 0 else "other",
        )
    return plot.svg()


def bins_chart(bins: Sequence[CountBin]) -> str:
    """Accuracy by training count, a bar a bin with its interval.

    Args:
        bins: of :func:`kuzushiji.evaluation.measures.bins.by_training_count`.

    Returns:
        An SVG element.
    """
    plot = Plot((0, len(bins)), (0, 1), "Accuracy by number of training images")
    plot.axes((), (0, 0.25, 0.5, 0.75, 1), "training images of the class", "share right")
    for i, b in enumerate(bins):
        top, bottom = plot.py(b.accuracy.value), plot.py(0)
        tip = f"{b.images:,} images of {b.classes:,} classes: {b.accuracy}"
        plot.parts.append(
            f'<rect class="bar" x="{plot.px(i + 0.15):.1f}" y="{top:.1f}" '
            f'width="{plot.px(0.7) - plot.px(0):.1f}" '
            f'height="{bottom - top:.1f}"><title>{escape(tip)}</title></rect>'
        )
        plot.line([(i + 0.5, b.accuracy.low), (i + 0.5, b.accuracy.high)], "whisker")
        plot.text(plot.px(i + 0.5), HEIGHT - BOTTOM + 16, b.name, "middle")
    return plot.svg()


def _round_up(value: float) -> float:
    for step in (0.01, 0.02, 0.04, 0.08, 0.12, 0.2, 0.4, 0.6, 0.8):
        if value <= step:
            return step
    return 1.0
