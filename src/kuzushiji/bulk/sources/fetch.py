"""One address to one file in the cache: limited in size and time, retried politely, redirects checked."""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from kuzushiji._files import replacing
from kuzushiji.bulk.sources import http
from kuzushiji.datasets.cache import cache_dir, locked
from kuzushiji.errors import KuzushijiError

MAX_REDIRECTS = 5
_BACKOFF = 1.0  # seconds before the second try; doubled each time
_LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Fetching:
    """Limits and permissions of fetching.

    Attributes:
        allow_private: hosts on private networks and on this machine may be asked.
        max_bytes: largest answer that is taken.
        seconds: longest time for one answer.
        attempts: tries in all, where the failure may pass.
        pause: least seconds between two requests to one host.
        folder: where originals are kept; None for ``fetched`` in the cache folder.
    """

    allow_private: bool = False
    max_bytes: int = 200 * 2**20
    seconds: float = 120.0
    attempts: int = 4
    pause: float = 0.2
    folder: str | None = None


def fetch(address: str, how: Fetching) -> Path:
    """The file of an address, from the cache or fetched into it now.

    One request at a time goes to a host from this machine, whatever the number of processes.

    Raises:
        KuzushijiError: it cannot be had; one line, without the address.
    """
    file = cached(address, how)
    if file.exists():
        return file
    if os.environ.get("KUZUSHIJI_OFFLINE") == "1":
        raise KuzushijiError("not in the cache, and KUZUSHIJI_OFFLINE=1 forbids the net")
    host = urlsplit(address).netloc.lower().encode()
    with locked(_folder(how) / "hosts" / hashlib.sha256(host).hexdigest()[:16]):
        if not file.exists():  # another process may have fetched it meanwhile
            _fetch_into(file, address, how)
            time.sleep(how.pause)
    return file


def cached(address: str, how: Fetching) -> Path:
    """Where the original of an address is kept, or would be."""
    name = hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()
    return _folder(how) / name[:2] / name


def _folder(how: Fetching) -> Path:
    return Path(how.folder) if how.folder else cache_dir() / "fetched"


def _fetch_into(file: Path, address: str, how: Fetching) -> None:
    for attempt in range(1, how.attempts + 1):
        try:
            _once(file, address, how)
            return
        except http.PassingError as e:
            if attempt == how.attempts:
                raise KuzushijiError(f"{e} (tried {attempt} times)") from None
            wait = _BACKOFF * 2 ** (attempt - 1) if e.wait is None else e.wait
            time.sleep(min(wait, _LONGEST, how.seconds))


def _once(file: Path, address: str, how: Fetching) -> None:
    deadline = time.monotonic() + how.seconds
    here = address
    for _ in range(MAX_REDIRECTS + 1):
        with http.get(here, how.allow_private, deadline) as answer:
            if answer.location is not None:
                here = urljoin(here, answer.location)
                continue
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                with replacing(file) as part:
                    _copy(answer, part, how, deadline)
                note = {"address": address, "from": here, "type": answer.type, "time": int(time.time())}
                file.with_name(f"{file.name}.json").write_text(json.dumps(note), encoding="utf-8")
            except OSError as e:
                raise KuzushijiError(f"cannot write {file.parent}: {e.strerror or e}") from None
            return
    raise KuzushijiError(f"redirects more than {MAX_REDIRECTS} times")


def _copy(answer: http.Answer, part: Path, how: Fetching, deadline: float) -> None:
    if (answer.size or 0) > how.max_bytes:
        raise KuzushijiError(f"it has over {how.max_bytes >> 20} MB")
    done = 0
    with open(part, "wb") as out:
        for block in answer.blocks(deadline):
            done += len(block)
            if done > how.max_bytes:
                raise KuzushijiError(f"it has over {how.max_bytes >> 20} MB")
            out.write(block)
    if answer.size is not None and done < answer.size:
        raise http.PassingError(f"the connection ended after {done:,} of {answer.size:,} bytes")
    if not done:
        raise KuzushijiError("the answer is empty")
