"""Inputs that come slowly: what has come is read before more is waited for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

PAUSE: Final = object()
"""Stands between two inputs where the second lets wait; see `kuzushiji.reading.Reader.stream`."""
_SECONDS = 0.1
_AHEAD = 256  # inputs that may wait to be taken


def with_pauses(items: Iterable[Any]) -> Iterator[Any]:
    """The items, and `PAUSE` where the next one has not come for a tenth of a second.

    Args:
        items: taken in a thread, some ahead; what they raise is raised here.

    >>> list(with_pauses([1, 2, 3]))
    [1, 2, 3]
    """
    from queue import Empty, Queue
    from threading import Thread

    taken: Queue[tuple[bool, Any]] = Queue(_AHEAD)

    def take() -> None:
        try:
            for item in items:
                taken.put((True, item))
            taken.put((False, None))
        except BaseException as e:  # it belongs to whoever asked
            taken.put((False, e))

    Thread(target=take, name="kuzushiji-inputs", daemon=True).start()
    while True:
        try:
            more, item = taken.get(timeout=_SECONDS)
        except Empty:
            yield PAUSE
            more, item = taken.get()
        if more:
            yield item
        elif item is None:
            return
        else:
            raise item
