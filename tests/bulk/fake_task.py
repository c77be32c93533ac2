"""A task for tests of the engines: it needs no model; it can be made to die, to stumble, to take its time."""

import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from kuzushiji.bulk.task import failed
from kuzushiji.errors import KuzushijiError


@dataclass(frozen=True)
class Fake:
    """Makes a task that records the middle value of each picture.

    Attributes:
        slow: seconds an item.
        marks: a folder where each item that is read leaves a line; "" for none.
        broken: the task cannot be made.
    """

    slow: float = 0.0
    marks: str = ""
    broken: bool = False
    top: int = 1
    kind: str = "read"
    grain: int = 1
    part_size: int = 4

    def about(self):
        return {"version": "1", "task": "fake", "top": str(self.top)}

    def files(self):
        return []

    def placed(self, files):
        return self

    def make(self, threads):
        if self.broken:
            raise KuzushijiError("fake.onnx: no model")
        return _Task(self)


class _Task:
    def __init__(self, how):
        self._how = how

    def stream(self, items):
        for item in items:
            time.sleep(self._how.slow)
            name = Path(item.name).name
            if self._how.marks:
                with open(Path(self._how.marks, "read"), "a") as stream:
                    stream.write(f"{json.dumps([item.name, item.page])}\n")
            if name.startswith("deadly"):
                os.kill(os.getpid(), signal.SIGKILL)
            if name.startswith("stumble"):
                raise ZeroDivisionError("the task has a fault")
            try:
                yield {**item.keys(), **record(value(item))}
            except (KuzushijiError, OSError) as e:
                yield failed(item, e)


def value(item) -> int:
    from kuzushiji.images import read_image

    return int(read_image(item.open(), item.name)[1, 1])


def record(value: int):
    """As a reading is printed."""
    candidate = {"char": chr(0x3042 + value), "codepoint": f"U+{0x3042 + value:04X}", "probability": 0.5}
    return {"candidates": [{**candidate, "name": "not in Parquet"}], "sure": True, "reasons": []}
