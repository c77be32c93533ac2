"""What came of one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kuzushiji.reading.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Reading:
    """Ranked candidates for one image, or the reason why there are none.

    Attributes:
        file: the path as it was given; ``"#3"`` for the fourth of things that have no path.
        candidates: best first; empty when there is an error.
        sure: the decision to answer: the best candidate may be taken without a look.
        reasons: when not sure, why, each a short phrase.
        error: one line, when the image could not be used.
    """

    file: str
    candidates: tuple[Candidate, ...] = ()
    sure: bool = False
    reasons: tuple[str, ...] = ()
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The object that ``kuzushiji read --json`` prints: plain values only.

        >>> Reading("a.png", (Candidate.of("か", 0.93),), sure=True).to_json()["candidates"][0]["char"]
        'か'
        """
        if self.error is not None:
            return {"file": self.file, "error": self.error}
        return {
            "file": self.file,
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "sure": self.sure,
            "reasons": list(self.reasons),
        }
