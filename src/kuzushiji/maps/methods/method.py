"""What a method is, to the engine: a function, what it looks at, and how large a set it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

HOURS = 40_000
"""Images from which an eigenproblem or a stress of n x n takes hours and tens of GB."""

LONG = 100_000_000
"""Numbers from which a network learns for more than some minutes: KMNIST whole has 55 million and takes 1.5
minutes, Kuzushiji-Kanji 287 million and took an hour beside other work."""


@dataclass(frozen=True)
class Job:
    """What to make.

    Attributes:
        dims: 2 or 3 dimensions.
        seed: fixes everything that is random.
        threads: CPU threads this method may use.
    """

    dims: int = 2
    seed: int = 0
    threads: int = 1


@dataclass(frozen=True)
class Fitted:
    """What a method made.

    Attributes:
        points: (n, dims) floats, one row an image.
        parameters: what it ran with; plain JSON values.
        note: what was done differently because of the size of the set, in plain words.
        new: (m, dims) places of the new images where the method itself can transform, else None.
    """

    points: np.ndarray
    parameters: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    new: np.ndarray | None = None


@dataclass(frozen=True)
class Method:
    """One way of making a map.

    Attributes:
        name: as in ``--methods``.
        title: as people write it.
        fit: ``fit(sees, job) -> Fitted``; ``sees`` is a :class:`~kuzushiji.maps.inputs.shared_work.Shared`
            or, when ``long``, a :class:`~kuzushiji.maps.inputs.shared_work.Reduced`.
        long: runs in a process of its own beside the other long ones.
        neighbours: neighbours of each image it takes from the shared graph; 0 for none.
        work: rough share of the time of a run, to start the longest first.
        whole: most images it takes whole; of more it learns from so many landmarks and places the others. 0
            for any number.
        limit: dimensions -> most images it starts with; absent, any number.
        learns: most images it learns from, where its time also grows with the numbers in a row; 0 elsewhere.
        modules: what it imports from the extra, asked for before anything runs.
        extra: the extra that has them.
    """

    name: str
    title: str
    fit: Callable[[Any, Job], Fitted]
    long: bool = False
    neighbours: int = 0
    work: float = 0.0
    whole: int = 0
    limit: Mapping[int, int] = field(default_factory=dict)
    learns: int = 0
    modules: tuple[str, ...] = ("sklearn",)
    extra: str = "maps"

    def warnings(self, n: int, width: int) -> list[str]:
        """What is to be said before it begins: that it takes landmarks, or that it will take long.

        Args:
            n: images.
            width: numbers in a row of what is mapped.

        >>> Method("mds", "MDS", print, whole=1000).warnings(70_000, 784)
        ['MDS: 1,000 landmarks, the others placed by them; the whole would take hours']
        """
        said = []
        if 0 < self.whole < n:
            why = "; the whole would take hours" if n >= HOURS else ""
            said.append(f"{self.title}: {self.whole:,} landmarks, the others placed by them{why}")
        numbers = min(n, self.learns) * width
        if numbers > LONG:
            said.append(
                f"{self.title}: {numbers / 1e6:,.0f} million numbers to learn from, up to an hour on two "
                "cores; --subset N or --features MODEL takes minutes"
            )
        return said
