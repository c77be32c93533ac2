"""What a page reading gives: a page of columns of characters, in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from kuzushiji.reading.candidate import Candidate


class Box(NamedTuple):
    """A bounding box in pixels of the upright input: left, top, width and height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column of pixels to the right of the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row of pixels below the box."""
        return self.y + self.height

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all the given ones (at least one).

        >>> Box.around([Box(0, 0, 2, 2), Box(5, 1, 2, 4)])
        Box(x=0, y=0, width=7, height=5)
        """
        boxes = list(boxes)
        left, top = min(b.x for b in boxes), min(b.y for b in boxes)
        return cls(left, top, max(b.right for b in boxes) - left, max(b.bottom for b in boxes) - top)


class ColumnKind(StrEnum):
    """What a column is. Ruby (furigana) is not part of a page's text."""

    MAIN = "main"
    HEADING = "heading"
    WARICHU = "warichu"
    CAPTION = "caption"
    RUBY = "ruby"


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a page.

    Attributes:
        box: where it is, in pixels of the upright input.
        candidates: best first, after context; the first one's character is `char`.
        sure: the best candidate may be taken without a look.
        alone: the probability of `char` without context, in [0, 1]; None where it was not computed.
        ruby: a reading beside the column; not part of the page's text.
        reason_codes: when not sure, why (values of `kuzushiji.reading` reason codes).
    """

    box: Box
    candidates: tuple[Candidate, ...]
    sure: bool = False
    alone: float | None = None
    ruby: bool = False
    reason_codes: tuple[str, ...] = ()

    @property
    def char(self) -> str:
        """The best candidate's character."""
        return self.candidates[0].char

    @property
    def probability(self) -> float:
        """The best candidate's calibrated probability, in [0, 1]."""
        return self.candidates[0].probability

    def to_json(self) -> dict[str, Any]:
        """Plain values, in the order of the JSON contract."""
        best = self.candidates[0]
        return {
            "box": list(self.box),
            "char": best.char,
            "codepoint": best.codepoint,
            "probability": round(best.probability, 6),
            "sure": self.sure,
            "ruby": self.ruby,
            "alone": None if self.alone is None else round(self.alone, 6),
            "reason_codes": list(self.reason_codes),
            "candidates": [
                {"char": c.char, "codepoint": c.codepoint, "probability": round(c.probability, 6)}
                for c in self.candidates
            ],
        }

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Character:
        """Reads what `to_json` wrote."""
        return cls(
            box=Box(*tree["box"]),
            candidates=tuple(Candidate.of(c["char"], c["probability"]) for c in tree["candidates"]),
            sure=tree["sure"],
            alone=tree.get("alone"),
            ruby=tree["ruby"],
            reason_codes=tuple(tree.get("reason_codes", ())),
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a page, its characters from top to bottom (at least one).

    Attributes:
        characters: in reading order.
        kind: what the column is.
    """

    characters: tuple[Character, ...]
    kind: ColumnKind = ColumnKind.MAIN

    @property
    def box(self) -> Box:
        """The smallest box around the column's characters."""
        return Box.around(character.box for character in self.characters)

    @property
    def ruby(self) -> bool:
        """Whether this is a column of ruby (furigana)."""
        return self.kind is ColumnKind.RUBY

    @property
    def text(self) -> str:
        """The characters in a row; in a main column without those that are ruby."""
        return "".join(c.char for c in self.characters if self.ruby or not c.ruby)

    def to_json(self) -> dict[str, Any]:
        """Plain values, in the order of the JSON contract."""
        return {
            "box": list(self.box),
            "text": self.text,
            "ruby": self.ruby,
            "kind": self.kind.value,
            "characters": [character.to_json() for character in self.characters],
        }

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Column:
        """Reads what `to_json` wrote; of other sources ``kind`` may be missing."""
        kind = ColumnKind(tree.get("kind") or ("ruby" if tree["ruby"] else "main"))
        return cls(tuple(map(Character.from_json, tree["characters"])), kind)


@dataclass(frozen=True, slots=True)
class Page:
    """The reading of one page, or the reason why there is none.

    Attributes:
        file: the path or address as it was given.
        page: number of the page inside its file, from 1.
        width: of the upright page, in pixels.
        height: of the upright page, in pixels.
        columns: in reading order: right to left, upper tier first. Empty on a page without characters.
        turned: by how many degrees clockwise the input was turned to be upright: 0, 90, 180 or 270.
        seconds: from photograph to text.
        notes: short codes of what was noticed about the page, e.g. ``"no-text"``.
        error: one line, when the input could not be used.
    """

    file: str
    page: int = 1
    width: int = 0
    height: int = 0
    columns: tuple[Column, ...] = ()
    turned: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    error: str | None = None

    @property
    def text(self) -> str:
        """One line per column, without ruby."""
        return "\n".join(column.text for column in self.columns if not column.ruby)

    @property
    def characters(self) -> tuple[Character, ...]:
        """All characters in reading order, ruby included."""
        return tuple(character for column in self.columns for character in column.characters)

    def to_json(self) -> dict[str, Any]:
        """The object that ``kuzushiji page --json`` prints.

        >>> Page("p.jpg", width=20, height=30).to_json()["columns"]
        []
        """
        if self.error is not None:
            return {"file": self.file, "page": self.page, "error": self.error}
        return {
            "file": self.file,
            "page": self.page,
            "width": self.width,
            "height": self.height,
            "text": self.text,
            "seconds": round(self.seconds, 3),
            "turned": self.turned,
            "notes": list(self.notes),
            "columns": [column.to_json() for column in self.columns],
        }

    def to_frame(self) -> Any:
        """A data frame with a row for each character; see `kuzushiji.pages.to_frame`."""
        from kuzushiji.pages.tables import to_frame

        return to_frame([self])

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from kuzushiji.pages.show import html

        return html(self)

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Page:
        """Reads what `to_json` wrote.

        >>> page = Page("p.jpg", width=20, height=30, notes=("no-text",))
        >>> Page.from_json(page.to_json()) == page
        True
        """
        if "error" in tree:
            return cls(tree["file"], tree.get("page", 1), error=tree["error"])
        return cls(
            file=tree["file"],
            page=tree["page"],
            width=tree["width"],
            height=tree["height"],
            columns=tuple(map(Column.from_json, tree["columns"])),
            turned=tree.get("turned", 0),
            seconds=tree["seconds"],
            notes=tuple(tree.get("notes", ())),
        )
