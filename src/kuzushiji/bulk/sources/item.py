"""One thing to read: what it is called, where its bytes are, and which part of them it is.

An item holds no pixels. It is small, it can be sent to another process or another machine, and it is opened
there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from kuzushiji.errors import KuzushijiError

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

Opened: TypeAlias = "str | bytes | np.ndarray | Image.Image"
"""What `kuzushiji.images.read_picture` takes."""


class Origin(Protocol):
    """Where bytes come from: a file, an address, a member of a shard."""

    def data(self) -> bytes:
        """All bytes. Raises KuzushijiError when they cannot be had, or are too many."""

    def path(self) -> str | None:
        """A local file that holds exactly these bytes, or None where there is none."""


class View(Protocol):
    """Which part of an origin is read."""

    def open(self, origin: Origin) -> Opened:
        """The picture. Raises KuzushijiError when there is none."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All of a file that is one picture."""

    def open(self, origin: Origin) -> Opened:
        """The file's path where it has one, else its bytes."""
        return origin.path() or origin.data()


@dataclass(frozen=True, slots=True)
class Unusable:
    """A word that names nothing that can be opened; the reason is known already."""

    reason: str

    def open(self, origin: Origin) -> Opened:
        """Raises KuzushijiError, always."""
        raise KuzushijiError(self.reason)


@dataclass(frozen=True, slots=True)
class Item:
    """One picture to read.

    Attributes:
        name: the path or address as it was given, or as a list, folder, shard or manifest names it.
        origin: where the bytes come from.
        view: which part of them is read.
        page: number within the file, from 1.
        pages: how many the file has.
        more: keys that go into the record too, e.g. the canvas of a IIIF manifest.
    """

    name: str
    origin: Origin
    view: View = Picture()
    page: int = 1
    pages: int = 1
    more: tuple[tuple[str, str], ...] = ()

    @property
    def container(self) -> bool:
        """Whether this is a file of several pages that could not be opened to be counted."""
        return isinstance(self.view, Unusable)

    def open(self) -> Opened:
        """What `kuzushiji.images.read_picture`, `Reader` and `PageReader` take.

        Raises:
            KuzushijiError: there is no such thing, or it cannot be had; one line that begins with the name.
        """
        try:
            return self.view.open(self.origin)
        except KuzushijiError as e:
            raise KuzushijiError(f"{self.name}: {e}", e.code) from None

    def keys(self) -> dict[str, Any]:
        """What identifies the item in a record: ``file``, ``page`` where there are several, and `more`."""
        return {"file": self.name, **({"page": self.page} if self.pages > 1 else {}), **dict(self.more)}


def digest(items: Iterator[Item] | list[Item]) -> str:
    """A short fingerprint of which items these are, in this order: eight hexadecimal digits and a count.

    >>> digest([Item("a.png", Nowhere())]) == digest([Item("b.png", Nowhere())])
    False
    """
    check, count = 0, 0
    for item in items:
        check = zlib.crc32(f"{item.name}\0{item.page}\0".encode("utf-8", "surrogateescape"), check)
        count += 1
    return f"{check:08x}-{count}"


@dataclass(frozen=True, slots=True)
class Nowhere:
    """The origin of what cannot be opened."""

    def data(self) -> bytes:
        """Raises KuzushijiError, always."""
        raise KuzushijiError("there is nothing to open")

    def path(self) -> str | None:
        """None."""
        return None
