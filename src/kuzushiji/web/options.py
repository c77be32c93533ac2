"""What the query of ``POST /api/read`` asks for, read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kuzushiji.web.guard.limits import ApiError, Limits
from kuzushiji.web.pictures import Box, parse_box

DEFAULT_TOP = 5
_QUERY = {"top", "invert", "threshold", "box", "glyph", "evidence"}


@dataclass(frozen=True)
class Options:
    """What the query of ``POST /api/read`` asks for (the OpenAPI document says what each means)."""

    top: int = DEFAULT_TOP
    invert: bool = False
    threshold: int | None = None
    boxes: tuple[Box, ...] = ()
    glyph: bool = True
    evidence: int = 0


def parse_options(pairs: list[tuple[str, str]], limits: Limits) -> Options:
    """Reads the query, strictly: an option that is not understood would otherwise silently do nothing.

    Raises:
        ApiError: 422, an unknown, repeated or malformed option.
    """
    single: dict[str, str] = {}
    boxes: list[Box] = []
    for name, value in pairs:
        if name not in _QUERY:
            raise ApiError(422, f"unknown option; there are {', '.join(sorted(_QUERY))}")
        if name == "box":
            boxes.append(parse_box(value))
        elif name in single:
            raise ApiError(422, f"{name} is given more than once")
        else:
            single[name] = value
    if len(boxes) > limits.boxes:
        raise ApiError(422, f"more than {limits.boxes} boxes; send them in several requests")
    return Options(
        top=_whole(single, "top", 1, limits.top) or DEFAULT_TOP,
        invert=_flag(single, "invert", False),
        threshold=_whole(single, "threshold", 1, 254),
        boxes=tuple(boxes),
        glyph=_flag(single, "glyph", True),
        evidence=_whole(single, "evidence", 0, 12) or 0,
    )


def _whole(values: dict[str, str], name: str, low: int, high: int) -> int | None:
    text = values.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or not low <= int(text) <= high:
        raise ApiError(422, f"{name} must be a whole number from {low} to {high}")
    return int(text)


def _flag(values: dict[str, str], name: str, default: bool) -> bool:
    text = values.get(name)
    if text is None:
        return default
    if text not in ("true", "false"):
        raise ApiError(422, f"{name} must be true or false")
    return text == "true"
