"""What came of one image."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kuzushiji.errors import ErrorCode
from kuzushiji.images.reasons import Reason, words
from kuzushiji.reading.candidate import Candidate

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """Ranked candidates for one image, or the reason why there are none.

    Attributes:
        file: the path as it was given; ``"#3"`` for the fourth of things that have no path.
        candidates: best first; empty when there is an error.
        sure: the decision to answer: the best candidate may be taken without a look.
        reason_codes: when not sure, why.
        error: one line that names the image, when it could not be used.
        error_code: the kind of error then.
        glyph: uint8 (size, size), white ink on black: what the model saw, for a notebook to show; no part of
            the comparison of readings.
    """

    file: str
    candidates: tuple[Candidate, ...] = ()
    sure: bool = False
    reason_codes: tuple[Reason, ...] = ()
    error: str | None = None
    error_code: ErrorCode | None = None
    glyph: np.ndarray | None = field(default=None, compare=False)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons in English words (`kuzushiji.images.reasons.words` has Japanese too)."""
        return words(self.reason_codes)

    def to_json(self) -> dict[str, Any]:
        """The object that ``kuzushiji read --json`` prints: plain values only.

        >>> Reading("a.png", (Candidate.of("か", 0.93),), sure=True).to_json()["candidates"][0]["char"]
        'か'
        """
        if self.error is not None:
            return {
                "file": self.file,
                "error": self.error,
                "error_code": (self.error_code or ErrorCode.OTHER).value,
            }
        return {
            "file": self.file,
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "sure": self.sure,
            "reasons": list(self.reasons),
            "reason_codes": [str(code) for code in self.reason_codes],
        }

    def to_frame(self) -> Any:
        """A data frame with a row for each candidate; see `kuzushiji.reading.to_frame`."""
        from kuzushiji.reading.tables import to_frame

        return to_frame([self])

    def __repr__(self) -> str:
        """One line.

        >>> Reading("a.png", (Candidate.of("か", 0.93), Candidate.of("や", 0.04)), sure=True)
        Reading(a.png: か 0.93, や 0.04; sure)
        >>> Reading("b.png", error="not an image")
        Reading(b.png: error: not an image)
        """
        if self.error is not None:
            return f"Reading({self.file}: error: {self.error})"
        best = ", ".join(f"{c.char} {c.probability:.2f}" for c in self.candidates[:3])
        verdict = "sure" if self.sure else ", ".join(("not sure", *map(str, self.reasons)))
        return f"Reading({self.file}: {best}; {verdict})"

    def _repr_html_(self) -> str:
        """The glyph and the candidates, as a notebook shows them."""
        from kuzushiji.reading.notebook import table

        return table(self.file, self.glyph, self.candidates, self.sure, self.error)
