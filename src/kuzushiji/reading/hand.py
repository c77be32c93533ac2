"""A known hand: what a person has confirmed of a book teaches the reader the rest of it, without training.

The head of the reader compares an embedding with one direction for each character. The mean embedding of
the confirmed examples of a character is a second direction for it, of this very hand. Both scores are mixed,
the more in favour of the hand the more examples there are. A score is only ever raised, so that one unusual
example cannot hide a character that the reader knows well.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.weights.info import reaches
from kuzushiji.weights.model import Model

EXAMPLES = 4.0
"""With so many examples the hand counts half; chosen on two unseen books (docs/reading-a-book.md)."""
HEAD_SCALE = 20.0
"""Scale of the cosine head of the shipped models; a model's metadata may name another (``scale``)."""
_DATA = "data:image/png;base64,"


@dataclass(frozen=True, slots=True)
class KnownCharacter:
    """One character that a person has confirmed.

    Attributes:
        char: which one it is.
        image: its picture, as the bytes of an image file.
        file: where it comes from.
        page: number of the page inside the file, from 1.
        box: x, y, width and height on the page, in pixels; None where it is not known.
    """

    char: str
    image: bytes
    file: str = ""
    page: int = 1
    box: tuple[int, int, int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """The object of one JSON line, as the reading desk exports it."""
        return {
            "char": self.char,
            "codepoint": " ".join(f"U+{ord(c):04X}" for c in self.char),
            "file": self.file,
            "page": self.page,
            "box": None if self.box is None else list(self.box),
            "image": _DATA + base64.b64encode(self.image).decode("ascii"),
        }


def read_known(
    source: str | os.PathLike[str] | bytes, name: str = "known characters"
) -> list[KnownCharacter]:
    """Reads JSON lines of confirmed characters, as the reading desk exports them.

    Args:
        source: a path, or the bytes of such a file.
        name: how errors call bytes.

    Raises:
        KuzushijiError: the file cannot be read, or a line is something else.
    """
    if isinstance(source, bytes):
        data = source
    else:
        name = os.fspath(source)
        try:
            data = Path(source).read_bytes()
        except OSError as e:
            raise KuzushijiError(f"{name}: cannot be read: {e.strerror or e}") from None
    return list(_lines(data, name))


def _lines(data: bytes, name: str) -> Iterator[KnownCharacter]:
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not line.strip():
            continue
        wrong = KuzushijiError(
            f"{name}: line {number} is no known character; export it from the reading desk"
        )
        try:
            tree = json.loads(line)
            image = base64.b64decode(tree["image"].rpartition(",")[2], validate=True)
            char, box = tree["char"], tree.get("box")
            known = KnownCharacter(
                char, image, str(tree.get("file", "")), int(tree.get("page", 1)), tuple(box) if box else None
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
            raise wrong from None
        if not isinstance(char, str) or not 1 <= len(char) <= 4 or not image:
            raise wrong
        yield known


class KnownHand:
    """Mean embeddings of confirmed characters, mixed into a model's head.

    Args:
        model: whose embedding and head.
        glyphs: uint8 (n, size, size), white ink on black, as `kuzushiji.to_glyph` makes them.
        chars: the character of each; those that the model cannot read are left out.

    Raises:
        KuzushijiError: another shape or dtype, or a model without an embedding.

    Attributes:
        used: how many examples count.
        classes: for how many characters there are some.
    """

    def __init__(self, model: Model, glyphs: np.ndarray, chars: Sequence[str]) -> None:
        self._learn(model, model.embed(glyphs), chars)

    def _learn(self, model: Model, vectors: np.ndarray, chars: Sequence[str]) -> None:
        positions = {char: i for i, char in enumerate(model.info.classes)}
        rows = [row for row, char in enumerate(chars) if char in positions]
        labels = np.array([positions[chars[row]] for row in rows], np.int64)
        self.labels, inverse = np.unique(labels, return_inverse=True)
        counts = np.bincount(inverse, minlength=len(self.labels)).astype(np.float32)
        means = np.zeros((len(self.labels), vectors.shape[1]), np.float32)
        np.add.at(means, inverse, _unit(vectors[rows]))
        self._directions = _unit(means)
        self._share = counts / (counts + EXAMPLES)
        self._scale = float(model.info.more.get("scale", HEAD_SCALE))
        self._model = model
        self.used, self.classes = len(rows), len(self.labels)

    @classmethod
    def of(
        cls, model: Model, known: Iterable[KnownCharacter], seen: dict[bytes, np.ndarray] | None = None
    ) -> KnownHand:
        """The hand of confirmed characters; a picture that cannot be read costs only itself.

        Args:
            model: whose embedding and head.
            known: the confirmed characters.
            seen: embeddings by picture, of this model; those that are there are not computed again, and new
                ones are added.
        """
        from kuzushiji import images

        seen = {} if seen is None else seen
        known = list(known)
        fresh = {}
        for each in known:
            if each.image not in seen and each.image not in fresh:
                with suppress(KuzushijiError):
                    fresh[each.image] = images.to_glyph(each.image, size=model.info.size)
        if fresh:
            seen.update(zip(fresh, model.embed(np.stack(list(fresh.values()))), strict=True))
        usable = [each for each in known if each.image in seen]
        hand = cls.__new__(cls)
        vectors = np.stack([seen[each.image] for each in usable]) if usable else np.zeros((0, 1), np.float32)
        hand._learn(model, vectors, [each.char for each in usable])
        return hand

    def adapt(self, logits: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
        """The logits with this hand mixed in where the model itself leaves a doubt; a sure answer stays.

        Args:
            logits: float32 (n, classes) of the model.
            embeddings: float32 (n, d) of the same glyphs.

        Returns:
            float32 (n, classes), nowhere smaller than ``logits``.
        """
        if not self.classes:
            return logits
        mine = self._scale * (_unit(embeddings) @ self._directions.T)
        own = logits[:, self.labels]
        adapted = logits.copy()
        adapted[:, self.labels] = np.maximum(own, own + self._share * (mine - own))
        best = self._model.calibrated(logits).max(axis=1)
        sure = reaches(best, self._model.info.sure_threshold)
        adapted[sure] = logits[sure]
        return adapted


class TaughtModel(Model):
    """A model with a known hand mixed into its logits; everything else is the model's own.

    Args:
        model: an open model.
        hand: what is known of a hand by this model's embedding.
    """

    def __init__(self, model: Model, hand: KnownHand) -> None:
        # The session is shared: opening the file a second time would cost memory and a second.
        self.__dict__.update(model.__dict__)
        self.hand = hand

    def logits(self, glyphs: np.ndarray) -> np.ndarray:
        """Scores before the softmax with the hand mixed in; see `kuzushiji.weights.Model.logits`."""
        if not self.hand.classes:
            return super().logits(glyphs)
        return self.hand.adapt(*self.logits_and_embeddings(glyphs))


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, np.float32(1e-9))
