"""Columns: chains on one line, put together; half columns of warichu kept apart."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kuzushiji.pages.ordering.chains import Boxes, chains, halves

_ON_LINE = 0.5  # how far from a line's middle a chain may be, in its width
_NEAR = 1.0  # how far below a half column the next one of the same warichu may begin, in sizes


@dataclass
class Group:
    """A vertical line of a page: all that is written on it.

    Attributes:
        parts: columns in reading order, indices from top to bottom.
        half: for each part, whether it is a half column of warichu.
    """

    parts: list[list[int]] = field(default_factory=list)
    half: list[bool] = field(default_factory=list)

    def add(self, part: list[int], half: bool) -> None:
        """Appends a column."""
        self.parts.append(list(part))
        self.half.append(half)

    @property
    def indices(self) -> list[int]:
        """All characters of the line, in reading order."""
        return [k for part in self.parts for k in part]


def groups(boxes: Boxes) -> list[Group]:
    """Puts characters into vertical lines and orders what is on each.

    Args:
        boxes: the characters.

    Returns:
        The lines, in no order.
    """
    side = halves(boxes)
    found = chains(boxes, side)
    lines: list[list[list[int]]] = []
    usual = float(np.median(np.maximum(boxes.widths, 0.7 * boxes.heights))) if len(boxes) else 1.0
    for chain in sorted(found, key=lambda chain: (side[chain[0]] > 0, -len(chain))):
        line = _line_of(boxes, chain, lines, usual, side)
        if line is None:
            lines.append([chain])
        else:
            line.append(chain)
    return [_arranged(boxes, line, side) for line in lines]


def _line_of(
    boxes: Boxes, chain: list[int], lines: list[list[list[int]]], usual: float, side: np.ndarray
) -> list[list[int]] | None:
    """The nearest line whose middle, near the chain's height, is the chain's."""
    x = float(np.median(boxes.x[chain]))
    y = (boxes.corners[chain, 1].min() + boxes.corners[chain, 3].max()) / 2
    best, nearest = None, np.inf
    for line in lines:
        everyone = np.array([k for other in line for k in other])
        whole = everyone[side[everyone] == 0]
        members = whole if len(whole) else everyone
        close = members[np.argsort(np.abs(boxes.y[members] - y))[:5]]
        off = abs(x - float(np.median(boxes.x[close])))
        width = max(float(np.median(boxes.widths[members])), 0.8 * usual)
        if not len(whole):  # nothing but warichu so far: its other half is a whole size away
            width = 2 * boxes.size
        if off < _ON_LINE * width and off < nearest:
            best, nearest = line, off
    return best


def _arranged(boxes: Boxes, line: list[list[int]], side: np.ndarray) -> Group:
    """Parts from top to bottom; of warichu first all of the right half column, then the left one."""
    group = Group()
    waiting = sorted(line, key=lambda chain: boxes.corners[chain, 1].min())
    flow: list[int] = []
    while waiting:
        chain = waiting.pop(0)
        if side[chain[0]]:
            block = [chain]
            for other in list(waiting):
                if side[other[0]] and any(
                    _overlap(boxes, other, part) > -_NEAR * boxes.size for part in block
                ):
                    block.append(other)
                    waiting.remove(other)
            if flow:
                group.add(flow, False)
                flow = []
            for which in (1, 2):
                part = [k for other in block if side[other[0]] == which for k in other]
                if part:
                    group.add(sorted(part, key=lambda k: boxes.y[k]), True)
            continue
        lapping = [o for o in waiting if not side[o[0]] and _overlap(boxes, chain, o) > 0]
        waiting = [o for o in waiting if o not in lapping]
        flow += sorted([*chain, *(k for o in lapping for k in o)], key=lambda k: boxes.y[k])
    if flow:
        group.add(flow, False)
    return group


def _overlap(boxes: Boxes, a: list[int], b: list[int]) -> float:
    """Height that two chains share, pixels; negative where they are apart."""
    ca, cb = boxes.corners[a], boxes.corners[b]
    return float(min(ca[:, 3].max(), cb[:, 3].max()) - max(ca[:, 1].min(), cb[:, 1].min()))
