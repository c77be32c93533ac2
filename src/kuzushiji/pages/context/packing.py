"""The language model's file: one line of magic, a JSON header, and the n-grams as one compressed trie.

An n-gram is a child of its first n - 1 signs. For each order the file has how many children each shorter
n-gram has, the children's last signs in ascending order, and their log probabilities and back-off weights in
8 bits. Wide integers are written as differences, all low bytes before all higher ones, which compresses
better. The tables of `Voicing` follow.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages.context.backoff import Backoff, Order, find, normalised
from kuzushiji.pages.context.voicing import Voicing

MAGIC = b"kuzushiji context 1\n"
_LEVELS = 255


@dataclass(frozen=True)
class Level:
    """One order of the trie: the n-grams of one length n, children of one (n - 1)-gram side by side.

    Attributes:
        start: (m + 1,) uint32, where the children of each of the m shorter n-grams begin.
        signs: (k,) uint16, last sign of each n-gram, ascending among the children of one.
        log_probability: (k,) float32, natural logarithm.
        log_backoff: (k,) float32; empty for the longest n-grams.
    """

    start: np.ndarray
    signs: np.ndarray
    log_probability: np.ndarray
    log_backoff: np.ndarray


def pack(model: Backoff, voicing: Voicing, header: Mapping[str, Any]) -> bytes:
    """The file's bytes; the same arguments give the same bytes.

    Args:
        model: base at most 65,536.
        voicing: of the same vocabulary.
        header: plain values that the file carries along.
    """
    rounded = _with_rounded_probabilities(model)
    parts: list[np.ndarray] = []
    scales = []
    for n, table in enumerate(rounded.orders, 1):
        if n > 1:
            shorter = rounded.orders[n - 2].keys
            place, _ = find(shorter, table.keys // model.base)
            parts.append(_bytes_of(np.bincount(place, minlength=len(shorter)), 2))
            parts.append(_bytes_of(np.diff(table.keys % model.base, prepend=0) % 65536, 2))
        columns = [table.probability] if n == model.order else [table.probability, table.backoff]
        for values in columns:
            codes, low, step = _codes(np.log(values))
            parts.append(codes)
            scales.append((low, step))
    for keys, odds in zip(voicing.keys, voicing.odds, strict=True):
        codes, low, step = _codes(odds)
        parts += [_bytes_of(np.diff(keys, prepend=0), 8), codes]
        scales.append((low, step))
    about = {
        **header,
        "voicing": {"weights": voicing.weights, "sizes": [len(keys) for keys in voicing.keys]},
        "base": model.base,
        "sizes": [len(table.keys) for table in model.orders],
        "scales": scales,
    }
    text = json.dumps(about, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    body = np.concatenate(parts).tobytes()
    return MAGIC + zlib.compress(len(text).to_bytes(4, "little") + text + body, 9)


def unpack(data: bytes) -> tuple[dict[str, Any], tuple[Level, ...], Voicing]:
    """Header, trie and voicing of a file's bytes.

    Raises:
        KuzushijiError: not such a file, or a damaged one.
    """
    if not data.startswith(MAGIC):
        raise KuzushijiError("not a context model of this version: reinstall kuzushiji")
    try:
        body = zlib.decompress(memoryview(data)[len(MAGIC) :])
        end = 4 + int.from_bytes(body[:4], "little")
        header = json.loads(body[4:end])
        reader = _Reader(np.frombuffer(body, np.uint8, offset=end), header["scales"])
        levels = _levels(header["sizes"], reader)
        return header, levels, _voicing(header["base"], header["voicing"], reader)
    except (zlib.error, ValueError, KeyError, IndexError, TypeError, StopIteration) as e:
        raise KuzushijiError(f"the context model is damaged ({e}): reinstall kuzushiji") from e


def _with_rounded_probabilities(model: Backoff) -> Backoff:
    """What a reader of the file will have; weights are fitted to the rounded probabilities."""
    orders = []
    for table in model.orders:
        codes, low, step = _codes(np.log(table.probability))
        orders.append(Order(table.keys, np.exp(low + step * codes), table.backoff))
    return normalised(Backoff(model.base, tuple(orders)))


def _codes(values: np.ndarray) -> tuple[np.ndarray, float, float]:
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    step = (high - low) / _LEVELS or 1.0
    return np.rint((values - low) / step).astype(np.uint8), low, step


def _bytes_of(values: np.ndarray, width: int) -> np.ndarray:
    planes = np.ascontiguousarray(values, f"<u{width}").view(np.uint8).reshape(-1, width)
    return planes.T.reshape(-1)


class _Reader:
    """Takes arrays off the front of the body."""

    def __init__(self, body: np.ndarray, scales: Sequence[tuple[float, float]]) -> None:
        self._body, self._at, self._scales = body, 0, iter(scales)

    def _taken(self, count: int) -> np.ndarray:
        self._at += count
        if self._at > len(self._body):
            raise ValueError("its end is missing")
        return self._body[self._at - count : self._at]

    def integers(self, count: int, width: int) -> np.ndarray:
        """Of ``width`` bytes, little-endian unsigned."""
        planes = self._taken(count * width).reshape(width, count)
        return np.ascontiguousarray(planes.T).view(f"<u{width}").reshape(count)

    def logs(self, count: int) -> np.ndarray:
        """Logarithms from their 8-bit codes, float32."""
        low, step = next(self._scales)
        return (low + step * np.arange(256)).astype(np.float32)[self._taken(count)]


def _levels(sizes: Sequence[int], body: _Reader) -> tuple[Level, ...]:
    levels = []
    for n, size in enumerate(sizes, 1):
        if n == 1:
            start, signs = np.array([0, size], np.uint32), np.arange(size, dtype=np.uint16)
        else:
            start = np.zeros(sizes[n - 2] + 1, np.uint32)
            np.cumsum(body.integers(sizes[n - 2], 2), dtype=np.uint32, out=start[1:])
            signs = np.cumsum(body.integers(size, 2), dtype=np.uint16)
            if start[-1] != size:
                raise ValueError("its counts disagree")
        probability = body.logs(size)
        backoff = body.logs(size) if n < len(sizes) else np.empty(0, np.float32)
        levels.append(Level(start, signs, probability, backoff))
    return tuple(levels)


def _voicing(base: int, about: Mapping[str, Any], body: _Reader) -> Voicing:
    keys, odds = [], []
    for size in about["sizes"]:
        keys.append(np.cumsum(body.integers(size, 8).astype(np.int64)))
        odds.append(body.logs(size))
    return Voicing(base, tuple(keys), tuple(odds), tuple(about["weights"]))
