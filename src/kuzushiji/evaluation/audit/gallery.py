"""The audit as a page to browse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TypeVar

from kuzushiji.evaluation.audit.audit import Audit
from kuzushiji.evaluation.audit.findings import NEIGHBOURS, Blank, Pair, Suspect
from kuzushiji.evaluation.report.page import contents, ja, page, percent, reading, table
from kuzushiji.evaluation.report.pictures import data_uri

SHOWN = 300
"""Findings of a kind with pictures; the CSV has all."""

HINT = "filter: か, train, 4711"

Finding = TypeVar("Finding", Suspect, Pair, Blank)


def audit_page(audit: Audit) -> str:
    """The page.

    Args:
        audit: what was found.

    Returns:
        A whole HTML document.
    """
    counts = audit.counts()
    rows: list[list[tuple[str, float | str]]] = [
        [(escape(name), name), (f"{count:,}", count)] for name, count in counts.items()
    ]
    across = {id(p) for p in audit.across(audit.near)}
    conflicting = {id(p) for p in audit.conflicting(audit.near)}
    near = sorted(audit.near, key=lambda p: (id(p) not in conflicting, id(p) not in across, -p.likeness))
    parts = [
        f"<h1>Audit of {escape(audit.material.name)}</h1><p>Candidates for a person to look at, not a "
        "list of errors. Nothing here was changed; drop nothing from a test set because of it.</p>",
        table(["found", "how many"], rows),
        f'<p><input type="search" data-filter=".tile" placeholder="{HINT}" aria-label="filter"></p>',
        _section(
            "Labels that look wrong",
            f"Most of the {NEIGHBOURS} most similar other images have another label. Left the image, right "
            "the nearest of the suggested class; below, label → suggestion, and the share of votes for each.",
            audit.suspects,
            lambda s: _suspect(audit, s),
        ),
        _section("The same image twice", "Equal byte for byte.", audit.exact, lambda p: _pair(audit, p)),
        _section(
            "Nearly the same image twice",
            "Pixels correlate at the best shift by at most one pixel. Those with different labels first, "
            "then those across splits, which make a test easier than it should be.",
            near,
            lambda p: _pair(audit, p),
        ),
        _section(
            "Black and nearly empty images",
            "Share of inked pixels.",
            audit.blanks,
            lambda b: _blank(audit, b),
        ),
    ]
    parts.insert(2, contents("".join(parts)))
    how = "Made by kuzushiji audit: nearest neighbours on gradient histograms, each image itself left out."
    return page(f"Audit of {audit.material.name}", "".join(parts), how, audit.material.name)


def _section(title: str, words: str, found: Sequence[Finding], tile: Callable[[Finding], str]) -> str:
    name = title.lower().replace(" ", "-")
    if not found:
        return f'<h2 id="{name}">{title}</h2><p>None found.</p>'
    some = f" The first {SHOWN} of {len(found):,}; the CSV has all." if len(found) > SHOWN else ""
    tiles = "".join(f'<div class="tile">{tile(f)}</div>' for f in found[:SHOWN])
    return (
        f'<h2 id="{name}">{title} ({len(found):,})</h2><p>{words}{some}</p><div class="tiles">{tiles}</div>'
    )


def _picture(audit: Audit, index: int) -> str:
    image = audit.material[index : index + 1][0]
    split, place = audit.material.place(index)
    name = f"{audit.material.classes[audit.material.labels[index]]}, {split} {place}"
    return f'<img class="g" src="{data_uri(image)}" alt="{escape(name)}" title="{escape(name)}">'


def _where(audit: Audit, index: int) -> str:
    split, place = audit.material.place(index)
    return f"{escape(split)} {place}"


def _suspect(audit: Audit, s: Suspect) -> str:
    a, b = audit.material.classes[audit.material.labels[s.index]], audit.material.classes[s.suggested]
    return (
        f'<div class="two">{_picture(audit, s.index)}{_picture(audit, s.like)}</div>'
        f"{ja(a)} <small>{escape(reading(a))}</small> → {ja(b)} <small>{escape(reading(b))}</small>"
        f"<br><small>{percent(s.own, 0)} → {percent(s.other, 0)}<br>{_where(audit, s.index)}</small>"
    )


def _pair(audit: Audit, p: Pair) -> str:
    labels, classes = audit.material.labels, audit.material.classes
    a, b = classes[labels[p.first]], classes[labels[p.second]]
    said = ja(a) if a == b else f"<strong>{ja(a)} ≠ {ja(b)}</strong>"
    alike = "identical" if p.exact else f"{p.likeness:.3f}"
    return (
        f'<div class="two">{_picture(audit, p.first)}{_picture(audit, p.second)}</div>{said} <small>{alike}'
        f"<br>{_where(audit, p.first)}<br>{_where(audit, p.second)}</small>"
    )


def _blank(audit: Audit, b: Blank) -> str:
    char = audit.material.classes[audit.material.labels[b.index]]
    how = "black" if b.black else percent(b.ink, 2)
    return f"{_picture(audit, b.index)}<br>{ja(char)} <small>{how}<br>{_where(audit, b.index)}</small>"
