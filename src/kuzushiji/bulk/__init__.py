"""Many inputs to finished parts on disk: sources, outputs, resume, engines.

>>> from kuzushiji.bulk import CharacterTask, run
>>> state = run(CharacterTask(), ["scans/"], "readings.parquet")  # doctest: +SKIP
"""

from __future__ import annotations

from kuzushiji.bulk.running import RunOptions, State, run
from kuzushiji.bulk.sources import Fetching, Item, SourceOptions, expand
from kuzushiji.bulk.task import Record, Task, TaskFactory
from kuzushiji.bulk.tasks import CharacterTask, PageTask

__all__ = [
    "CharacterTask",
    "Fetching",
    "Item",
    "PageTask",
    "Record",
    "RunOptions",
    "SourceOptions",
    "State",
    "Task",
    "TaskFactory",
    "expand",
    "run",
]
