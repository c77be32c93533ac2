"""One answer for one image, with what is known of the character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kuzushiji.errors import KuzushijiError

if TYPE_CHECKING:
    from kuzushiji.reading.evidence import Known


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """A character that an image may show.

    Attributes:
        char: the class, e.g. ``"か"``.
        probability: calibrated, in [0, 1].
        codepoint: e.g. ``"U+304B"``.
        name: its Unicode name.
        reading: short, for a person: ``"ka"`` for kana, ``"カ・か …"`` for kanji; may be empty.
        romaji: for kana; None for others.
        kind: ``"hiragana"``, ``"kanji"``, ``"iteration mark"`` or ``"other"``.
        jibo: the kanji that forms of this kana come from, the standard form's first; empty for kanji.
        jibo_of: the kana that are written with a form of this kanji: a cursive 夜 is also や.
        voiced: the voiced kana that are written with the same sign (か: が); empty where there are none.
        variants: the other forms, old or new, of this kanji: 台 of 臺; empty where there are none.
        gloss: English meaning of a kanji, where one is known.
        look_alikes: the characters it is most often taken for, by this model's measured confusions.
        evidence: training glyphs of this character that are nearest to the image, where they were asked for.
    """

    char: str
    probability: float
    codepoint: str
    name: str = ""
    reading: str = ""
    romaji: str | None = None
    kind: str = "other"
    jibo: tuple[str, ...] = ()
    jibo_of: tuple[str, ...] = ()
    voiced: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    gloss: str | None = None
    look_alikes: tuple[str, ...] = ()
    evidence: tuple[Known, ...] = ()

    @classmethod
    def of(cls, char: str, probability: float, look_alikes: Iterable[str] = ()) -> Candidate:
        """A candidate with everything that the characters room knows; unknown classes keep their name only.

        >>> Candidate.of("か", 0.93).codepoint
        'U+304B'
        """
        return cls(char, probability, look_alikes=tuple(look_alikes), **_known(char))

    def __repr__(self) -> str:
        """One line.

        >>> Candidate.of("か", 0.93)
        Candidate(か U+304B 0.93, ka)
        """
        about = f", {self.reading}" if self.reading else ""
        return f"Candidate({self.char} {self.codepoint} {self.probability:.2f}{about})"

    def to_json(self) -> dict[str, Any]:
        """Plain values, in the order of the fields (the first three are the JSON contract).

        >>> list(Candidate.of("か", 0.93).to_json())[:3]
        ['char', 'codepoint', 'probability']
        """
        return {
            "char": self.char,
            "codepoint": self.codepoint,
            "probability": round(self.probability, 6),
            "name": self.name,
            "kind": self.kind,
            "reading": self.reading,
            "romaji": self.romaji,
            "jibo": list(self.jibo),
            "jibo_of": list(self.jibo_of),
            "voiced": list(self.voiced),
            "variants": list(self.variants),
            "gloss": self.gloss,
            "look_alikes": list(self.look_alikes),
            **({"evidence": [known.to_json() for known in self.evidence]} if self.evidence else {}),
        }


@lru_cache(maxsize=8192)
def _known(char: str) -> dict[str, Any]:
    from kuzushiji import characters  # its tables load at the first look-up

    try:
        about = characters.lookup(char)
    except KuzushijiError:
        # One's own data may have classes that are no kana or kanji, or names of several letters.
        return {
            "codepoint": " ".join(f"U+{ord(c):04X}" for c in char),
            "name": ", ".join(unicodedata.name(c, "unnamed") for c in char),
        }
    ordered = sorted(about.jibo, key=lambda jibo: not jibo.standard)
    return {
        "codepoint": about.codepoint,
        "name": about.name,
        "reading": characters.reading_of(char),
        "romaji": about.romaji,
        "kind": about.kind,
        "jibo": tuple(dict.fromkeys(jibo.parent for jibo in ordered)),
        "jibo_of": about.jibo_of,
        "voiced": tuple(about.voiced),
        "variants": about.variants,
        "gloss": about.gloss,
    }
