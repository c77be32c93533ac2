"""Why an answer is not sure: codes that travel with a reading, and their words in English and Japanese."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Reason(StrEnum):
    """A fact that speaks against a sure reading. Its value is the code in JSON and never changes.

    The first group is about the picture (`kuzushiji.images.quality`), the second about the model's answer
    (`kuzushiji.reading.decide`).
    """

    BLANK = "blank"
    FAINT = "faint"
    NO_CLEAR_INK = "no-clear-ink"
    LITTLE_INK = "little-ink"
    MOSTLY_INK = "mostly-ink"
    BLOT = "blot"
    RULED_LINE = "ruled-line"
    CUT = "cut"

    CLOSE = "close"
    OTHER_FORM = "other-form"
    BELOW_THRESHOLD = "below-threshold"
    NEVER_SURE = "never-sure"


_WORDS: dict[Reason, tuple[str, str]] = {
    Reason.BLANK: ("blank: no ink found", "墨がありません"),
    Reason.FAINT: ("faint: little contrast between ink and paper", "墨が薄く、紙との差が小さいです"),
    Reason.NO_CLEAR_INK: (
        "no clear ink: grey tones or noise rather than strokes",
        "はっきりした墨がなく、濃淡か雑音のようです",
    ),
    Reason.LITTLE_INK: ("hardly any ink", "墨がごくわずかです"),
    Reason.MOSTLY_INK: (
        "mostly ink: a picture, a stain or a frame rather than a character",
        "ほとんどが墨です。文字ではなく絵か汚れか枠のようです",
    ),
    Reason.BLOT: ("a blot: ink thicker than any stroke", "どの筆画より太い墨のかたまりがあります"),
    Reason.RULED_LINE: (
        "a ruled line: straighter and more even than any stroke",
        "どの筆画よりまっすぐで太さのそろった罫線です",
    ),
    Reason.CUT: ("cut: strokes run into the edge of the picture", "筆画が画像の端で切れています"),
    Reason.CLOSE: ("the best two candidates are close", "上位二つの候補が僅差です"),
    Reason.OTHER_FORM: (
        "an old or new form of the same kanji is possible",
        "同じ漢字の旧字体か新字体かもしれません",
    ),
    Reason.BELOW_THRESHOLD: (
        "probability below this model's threshold",
        "確率がこのモデルのしきい値に届きません",
    ),
    Reason.NEVER_SURE: ("this model is never sure", "このモデルは「確か」と判定しません"),
}
_LANGUAGES = ("en", "ja")


def words(reasons: Iterable[Reason], language: str = "en") -> tuple[str, ...]:
    """Short phrases for a person, one for each reason.

    Args:
        reasons: codes.
        language: ``"en"`` or ``"ja"``.

    >>> words([Reason.CLOSE]), words([Reason.CLOSE], "ja")
    (('the best two candidates are close',), ('上位二つの候補が僅差です',))
    """
    column = _LANGUAGES.index(language)
    return tuple(_WORDS[reason][column] for reason in reasons)
