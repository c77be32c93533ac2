"""What a model says about itself: one JSON string inside its ONNX file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from kuzushiji.errors import KuzushijiError

METADATA_KEY = "kuzushiji"
"""Key in the ONNX file's ``metadata_props`` under which the JSON of `ModelInfo` stands."""
NEVER = 1.0
"""The ``sure_threshold`` of a model that is never sure."""
_LEAST_TEMPERATURE = 1e-3  # with less, single precision knows only 0 and 1
_LONGEST = 16 << 20  # characters of metadata; that of 3,900 classes with look-alikes has 300,000


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The part of a model that is not in its graph.

    Attributes:
        name: short name, e.g. ``"kmnist"``.
        classes: the character of each output, in order; all different.
        size: side of the square input glyph, in pixels.
        temperature: logits are divided by it before the softmax, in [0.001, 1000]; 1 is uncalibrated.
        sure_threshold: least probability of the best candidate for an answer to be called sure, in [0, 1]; at
            `NEVER` none is (see `reaches`).
        shifts: (down, right) translations in pixels over which logits are averaged; empty: as is.
        architecture: which network, e.g. ``"residual-16"``.
        trained_on: the data, in words.
        attribution: whose data that was, as their licence asks.
        more: any other key of the JSON, kept as it is (seeds, figures, MACs, ...).
    """

    name: str
    classes: tuple[str, ...]
    size: int
    temperature: float = 1.0
    sure_threshold: float = 0.5
    shifts: tuple[tuple[int, int], ...] = ()
    architecture: str = ""
    trained_on: str = ""
    attribution: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what no model can mean.

        Raises:
            KuzushijiError: a field is out of its range.
        """
        if not self.classes or len(set(self.classes)) != len(self.classes) or "" in self.classes:
            raise KuzushijiError(f"model {self.name!r}: its classes are empty or not all different")
        if not 8 <= self.size <= 512:
            raise KuzushijiError(f"model {self.name!r}: glyph size {self.size} is not in 8..512")
        if not _LEAST_TEMPERATURE <= self.temperature <= 1 / _LEAST_TEMPERATURE:  # nor not a number
            raise KuzushijiError(
                f"model {self.name!r}: temperature {self.temperature:g} is not in 0.001..1000"
            )
        if not 0 <= self.sure_threshold <= 1:
            raise KuzushijiError(f"model {self.name!r}: sure_threshold {self.sure_threshold} is not in 0..1")
        if any(abs(step) >= self.size for shift in self.shifts for step in shift):
            raise KuzushijiError(f"model {self.name!r}: a shift moves the glyph out of its frame")

    @property
    def look_alikes(self) -> dict[str, list[str]]:
        """For a character those it is most often taken for; empty where that was not measured.

        Raises:
            KuzushijiError: the metadata has something else under that name.
        """
        alike = self.more.get("look_alikes") or {}
        if not isinstance(alike, dict) or not all(
            isinstance(chars, list) and all(isinstance(char, str) for char in chars)
            for chars in alike.values()
        ):
            raise KuzushijiError(f"model {self.name!r}: its look_alikes are not lists of characters")
        return alike

    def to_json(self) -> str:
        """The JSON to store in the ONNX file (UTF-8, one line).

        >>> info = ModelInfo("tiny", ("か", "き"), 28, shifts=((0, 0), (0, 1)), more={"seed": 7})
        >>> ModelInfo.from_json(info.to_json()) == info
        True
        """
        known = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "more"}
        return json.dumps({**self.more, **known}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ModelInfo:
        """Reads what `to_json` wrote.

        Args:
            text: a JSON object with at least ``name``, ``classes`` and ``size``.

        Raises:
            KuzushijiError: not such an object, or a field of the wrong type or range.
        """
        if len(text) > _LONGEST:
            raise KuzushijiError(f"model metadata has over {_LONGEST >> 20} million characters")
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError) as e:
            raise KuzushijiError(f"model metadata is not JSON: {e}") from e
        if not isinstance(raw, dict):
            raise KuzushijiError("model metadata is not a JSON object")
        missing = [key for key in ("name", "classes", "size") if key not in raw]
        if missing:
            raise KuzushijiError(f"model metadata lacks {', '.join(missing)}")
        known = {f.name for f in fields(cls)} - {"more"}
        try:
            values = {key: _READ[key](raw[key]) for key in known & raw.keys()}
        except (TypeError, ValueError, OverflowError) as e:
            raise KuzushijiError(f"model metadata has a field of the wrong type: {e}") from e
        return cls(**values, more={key: value for key, value in raw.items() if key not in known})


def reaches(confidence: Any, threshold: float) -> Any:
    """Whether probabilities are high enough for a sure answer.

    Args:
        confidence: of the best candidates, in [0, 1]: a number, or an array of any shape.
        threshold: a model's ``sure_threshold``.

    Returns:
        bool, of the shape of ``confidence``. `NEVER` is reached by nothing: in single precision a softmax is
        exactly 1 as soon as the other logits are 17 lower, which is no proof of anything.

    >>> reaches(0.9, 0.8), reaches(1.0, NEVER)
    (True, False)
    """
    return (confidence >= threshold) & (threshold < NEVER)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("classes is not a list")
    return tuple(map(_text, value))


def _shifts(value: Any) -> tuple[tuple[int, int], ...]:
    return tuple((_whole(down), _whole(right)) for down, right in value)


_READ: dict[str, Any] = {
    "name": _text,
    "classes": _texts,
    "size": _whole,
    "temperature": _real,
    "sure_threshold": _real,
    "shifts": _shifts,
    "architecture": _text,
    "trained_on": _text,
    "attribution": _text,
}
