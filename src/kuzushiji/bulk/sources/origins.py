"""Origins: a file on disk, bytes in memory, a member of a tar shard, an address, a remote path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from kuzushiji.errors import KuzushijiError

if TYPE_CHECKING:
    from kuzushiji.bulk.sources.fetch import Fetching


@dataclass(frozen=True, slots=True)
class File:
    """A file on disk."""

    name: str

    def data(self) -> bytes:
        """All bytes."""
        from kuzushiji.images.read import MAX_BYTES

        with self.stream() as file:
            return _limited(file.read(MAX_BYTES + 1))

    def stream(self) -> IO[bytes]:
        """Opened for reading."""
        try:
            return open(self.name, "rb")
        except OSError as e:
            raise KuzushijiError(f"cannot open {self.name}: {e.strerror or e}") from None

    def path(self) -> str | None:
        """Its own."""
        return self.name


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes that came through standard input."""

    content: bytes

    def data(self) -> bytes:
        """All bytes."""
        return self.content

    def path(self) -> str | None:
        """None."""
        return None


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a tar archive that is not compressed: a run of its bytes."""

    archive: Remote | File | Fetched
    offset: int
    size: int

    def data(self) -> bytes:
        """The run."""
        from kuzushiji.images.read import MAX_BYTES

        if self.size > MAX_BYTES:
            raise KuzushijiError(_too_large())
        if isinstance(self.archive, Remote):
            return self.archive.run(self.offset, self.size)
        name = self.archive.path()
        assert name is not None
        with File(name).stream() as file:
            file.seek(self.offset)
            content = file.read(self.size)
        if len(content) < self.size:
            raise KuzushijiError("its archive ends within it")
        return content

    def path(self) -> str | None:
        """None."""
        return None


@dataclass(frozen=True, slots=True)
class Fetched:
    """An ``http(s)`` address; its bytes are kept in the cache."""

    address: str
    fetching: Fetching

    def data(self) -> bytes:
        """All bytes, from the cache where they are there."""
        return File(self.path()).data()

    def path(self) -> str:
        """The file in the cache, fetched now if it is not there."""
        from kuzushiji.bulk.sources.fetch import fetch

        return str(fetch(self.address, self.fetching))


@dataclass(frozen=True, slots=True)
class Remote:
    """A path that fsspec opens: ``s3://bucket/a.png``."""

    address: str

    def data(self) -> bytes:
        """All bytes."""
        from kuzushiji.images.read import MAX_BYTES

        return _limited(self.run(0, MAX_BYTES + 1))

    def run(self, offset: int, size: int) -> bytes:
        """At most ``size`` bytes from ``offset`` on."""
        from kuzushiji.bulk.sources.remote import opened, trouble

        with trouble(self.address), opened(self.address) as file:
            file.seek(offset)
            return bytes(file.read(size))

    def path(self) -> str | None:
        """None."""
        return None


def _limited(content: bytes) -> bytes:
    from kuzushiji.images.read import MAX_BYTES

    if len(content) > MAX_BYTES:
        raise KuzushijiError(_too_large())
    return content


def _too_large() -> str:
    from kuzushiji.images.read import MAX_BYTES

    return f"it has over {MAX_BYTES >> 20} MB"
