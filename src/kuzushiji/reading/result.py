"""What came of one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kuzushiji.errors import ErrorCode
from kuzushiji.images.reasons import Reason, words
from kuzushiji.reading.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Reading:
    """Ranked candidates for one image, or the reason why there are none.

    Attributes:
        file: the path as it was given; ``"#3"`` for the fourth of things that have no path.
        candidates: best first; empty when there is an error.
        sure: the decision to answer: the best candidate may be taken without a look.
        reason_codes: when not sure, why.
        error: one line that names the image, when it could not be used.
        error_code: the kind of error then.
    """

    file: str
    candidates: tuple[Candidate, ...] = ()
    sure: bool = False
    reason_codes: tuple[Reason, ...] = ()
    error: str | None = None
    error_code: ErrorCode | None = None

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
            return {"file": self.file, "error": self.error, "error_code": self.error_code or ErrorCode.OTHER}
        return {
            "file": self.file,
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "sure": self.sure,
            "reasons": list(self.reasons),
            "reason_codes": list(self.reason_codes),
        }

    def to_frame(self) -> Any:
        """A data frame with a row for each candidate; see `kuzushiji.reading.to_frame`."""
        from kuzushiji.reading.tables import to_frame

        return to_frame([self])
