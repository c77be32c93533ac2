"""Items in parts, enumerated ahead in a thread, so that it is soon known how many there are.

What is ahead waits on disk: a list of a million paths begins at once and takes no memory.
"""

from __future__ import annotations

import errno
import os
import pickle
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from kuzushiji.bulk.sources.item import Item
from kuzushiji.errors import KuzushijiError

_FARTHEST = 5_000_000  # items ahead of what was taken


class Ahead:
    """Iterates over lists of items, each of one part.

    Attributes:
        counted: items that were found so far.
        complete: there are no more.
    """

    def __init__(self, items: Iterable[Item], size: int) -> None:
        """Begins to enumerate.

        Args:
            items: of all parts.
            size: of a part.
        """
        self.counted = 0
        self.complete = False
        self._taken = 0
        self._error: BaseException | None = None
        self._closed = False
        self._change = threading.Condition()
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        self._end = 0
        self._thread = threading.Thread(target=self._enumerate, args=(iter(items), size), daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[list[Item]]:
        """The parts, in order. What the enumeration raises is raised here."""
        here = 0
        while True:
            with self._change:
                while self._end == here and not self.complete:
                    self._change.wait()
                if self._end == here:
                    if isinstance(self._error, OSError):
                        reason = self._error.strerror or self._error
                        raise KuzushijiError(f"cannot write to {tempfile.gettempdir()}: {reason}") from None
                    if self._error is not None:
                        raise self._error
                    return
                self._file.seek(here)
                size = int.from_bytes(self._file.read(8), "little")
                content = self._file.read(size)
                here += 8 + size
                part: list[Item] = pickle.loads(content)  # noqa: S301  (our own temporary file)
                self._taken += len(part)
                self._change.notify_all()
            yield part

    def close(self) -> None:
        """Ends the enumeration."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._thread.join(1)
        if not self._thread.is_alive():  # it may wait for an address
            with suppress(OSError):
                self._file.close()

    def _enumerate(self, items: Iterator[Item], size: int) -> None:
        try:
            while part := list(islice(items, size)):
                content = pickle.dumps(part, pickle.HIGHEST_PROTOCOL)
                with self._change:
                    self._change.wait_for(lambda: self._closed or self.counted - self._taken < _FARTHEST)
                    if self._closed:
                        return
                    self._file.seek(self._end)
                    if self._file.write(len(content).to_bytes(8, "little") + content) != 8 + len(content):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    self._end += 8 + len(content)
                    self.counted += len(part)
                    self._change.notify_all()
        except BaseException as e:
            self._error = e
        finally:
            with self._change:
                self.complete = True
                self._change.notify_all()
