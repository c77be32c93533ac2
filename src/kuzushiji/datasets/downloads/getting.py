"""From mirrors, or a folder of one's own, into the cache: each file checked, then renamed into place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kuzushiji.datasets import registry
from kuzushiji.datasets.cache import cache_dir, locked
from kuzushiji.datasets.downloads.checking import fault
from kuzushiji.datasets.downloads.opening import SourceError, UnreachableError, local_path
from kuzushiji.datasets.downloads.transport import transfer
from kuzushiji.datasets.layouts import kkanji, kkanji_unpack
from kuzushiji.datasets.progress import bar, say
from kuzushiji.errors import KuzushijiError, UsageError


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes:
        path: as in the publisher's tree.
        ok: it is in the cache now, as published.
        note: "already there", where it came from, or why it could not be had.
    """

    path: str
    ok: bool
    note: str


def offline() -> bool:
    """Whether ``KUZUSHIJI_OFFLINE`` forbids the net (any value but empty, 0, no, false)."""
    return os.environ.get("KUZUSHIJI_OFFLINE", "").lower() not in ("", "0", "no", "false")


def sources(official: bool = True) -> list[str]:
    """Base URLs in the order they are tried: ``KUZUSHIJI_MIRROR`` (one, or several with spaces), the
    publisher's.

    Args:
        official: False for a set that the publisher does not have.

    Raises:
        UsageError: a mirror that is neither a URL nor a folder.
    """
    found = []
    for base in re.split(r"\s+(?=\w+://)", os.environ.get("KUZUSHIJI_MIRROR", "").strip()):
        if base and not re.match(r"(https?|file)://", base):
            if not Path(base).expanduser().is_dir():
                raise UsageError(f"KUZUSHIJI_MIRROR is {base!r}; it must be http(s)://… or file:///…")
            base = Path(base).expanduser().resolve().as_uri()
        if base:
            found.append(base.rstrip("/") + "/")
    return found + (list(publisher()) if official else [])


def publisher() -> tuple[str, ...]:
    """The publisher's base URL, over https first: what comes by http may have been changed on the way."""
    return tuple(dict.fromkeys([registry.PUBLISHER.replace("http://", "https://", 1), registry.PUBLISHER]))


def get(name: str, form: str | None = None, bases: Sequence[str] | None = None) -> None:
    """Gets a set into the cache, all files or an error that names those that could not be had.

    Args and raises as :func:`get_each`; also raises KuzushijiError for what is still missing at the end.
    """
    failed = [o for o in get_each(name, form, bases) if not o.ok]
    if failed:
        more = f" (and {len(failed) - 1} more files)" if len(failed) > 1 else ""
        raise KuzushijiError(f"{failed[0].path}: {failed[0].note}{more}")


def get_each(
    name: str, form: str | None = None, bases: Sequence[str] | None = None, flat: bool = False
) -> Iterator[Outcome]:
    """Gets the files of a set that are not in the cache yet; one that cannot be had does not stop the others.

    Two processes that get the same set take turns. Interrupted downloads are continued.

    Args:
        name: "kmnist", "k49", "kkanji" or "k49-sample".
        form: "npz" or "idx" (kmnist), "tar" (kkanji); by default the first that the set has.
        bases: where to look, instead of :func:`sources`.
        flat: the files lie directly below each base, not in a folder of the set.

    Yields:
        One outcome a file, and for kkanji one of its unpacking.

    Raises:
        UsageError: no such name or form.
        KuzushijiError: the cache cannot be written.
    """
    item = registry.published(name)
    form = form or next(iter(item.formats))
    if form not in item.formats:
        raise UsageError(f"{name} has no format {form!r}; it has {', '.join(item.formats)}")
    home, places = cache_dir(), list(bases) if bases is not None else sources(item.official)
    files = item.formats[form]
    if name == "kkanji":
        yield from _get_kkanji(files[0], home, places, flat)
        return
    dead: set[str] = set()
    outcomes = []
    if all(_here(f, home / f.path) for f in files):  # the cache may be another's, which only he can lock
        outcomes += [Outcome(f.path, True, "already there") for f in files]
        yield from outcomes
    else:
        with locked(home / name, lambda: say(f"another process is getting {name}; waiting")):
            for file in files:
                outcomes.append(_get_file(file, home / file.path, places, dead, flat))
                yield outcomes[-1]


def _get_kkanji(
    file: registry.RemoteFile, home: Path, places: Sequence[str], flat: bool
) -> Iterator[Outcome]:
    """A tar is known to be right only once it is unpacked: a wrong one is set aside for the next place's."""
    if kkanji.unpacked(home):
        yield Outcome("kkanji", True, "already there, unpacked")
        return
    target, left, dead, whys = home / file.path, list(places), set[str](), list[str]()
    while True:
        if _here(file, target):
            got = Outcome(file.path, True, "already there")
        else:
            with locked(target.parent, lambda: say("another process is getting kkanji; waiting")):
                got = _get_file(file, target, left, dead, flat)
        if not got.ok:
            yield Outcome(
                file.path, False, "; ".join([*whys, got.note]) if left or not whys else "; ".join(whys)
            )
            return
        try:
            kkanji_unpack.prepare(home, target)
        except KuzushijiError as e:
            if isinstance(e.__cause__, OSError):  # the disk, not the tar
                yield got
                yield Outcome("kkanji", False, str(e))
                return
            whys.append(f"{got.note}: {e}")
            _set_aside(target)
            left = [base for base in left if got.note != f"from {base}"]
        else:
            yield got
            yield Outcome("kkanji", True, "unpacked and verified")
            return


def _set_aside(path: Path) -> None:
    try:
        os.replace(path, path.with_name(path.name + ".wrong"))
    except OSError as e:
        raise KuzushijiError(f"cannot rename {path}: {e.strerror or e}") from e


def _here(file: registry.RemoteFile, target: Path) -> bool:
    return target.is_file() and fault(target, file) is None


def _get_file(
    file: registry.RemoteFile, target: Path, places: Sequence[str], dead: set[str], flat: bool
) -> Outcome:
    if _here(file, target):
        return Outcome(file.path, True, "already there")
    part, whys = target.with_name(target.name + ".part"), []
    for base in places:
        shown = f"the publisher ({urlsplit(base).hostname})" if base in publisher() else base
        try:
            if local_path(base) is None and offline():
                raise SourceError("not asked, KUZUSHIJI_OFFLINE is set")
            if base in dead:
                raise SourceError("is unreachable")
            _from(base + (file.name if flat else file.path), file, part)
            os.replace(part, target)
            part.with_name(part.name + ".json").unlink(missing_ok=True)
            return Outcome(file.path, True, f"from {base}")
        except SourceError as e:
            if isinstance(e, UnreachableError):
                dead.add(base)
            whys.append(f"{shown} {e}")
        except OSError as e:
            raise KuzushijiError(f"cannot write {target}: {e.strerror or e}") from e
    if not places:
        whys.append("CODH does not publish it; set KUZUSHIJI_MIRROR to a place that has it")
    return Outcome(file.path, False, "; ".join(dict.fromkeys(whys)))


def _from(url: str, file: registry.RemoteFile, part: Path) -> None:
    source = local_path(url)
    if source is not None and source.is_file() and (wrong := fault(source, file)):
        raise SourceError(f"has a file that {wrong}")
    for _ in range(2):
        with bar(file.path) as advance:
            continued = transfer(url, part, file.size, bool(file.md5 or file.sha256), advance)
        wrong = fault(part, file)
        if wrong is None:
            return
        part.unlink()
        if not continued:  # else the old beginning may be to blame: once more, from zero
            break
    raise SourceError(f"gave a file that {wrong}")


def import_each(name: str, folder: Path, form: str | None = None) -> Iterator[Outcome]:
    """Brings one's own copy of a published set into the cache, checked as a download is.

    Args:
        name: as for :func:`get_each`.
        folder: holds the files, or a folder ``name`` with them.
        form: by default the first format of which the folder has any file.

    Yields:
        One outcome a file.

    Raises:
        UsageError: no such name, format or folder.
        KuzushijiError: none of the set's files is there.
    """
    item = registry.published(name)
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}")
    base = folder.resolve().as_uri() + "/"
    for candidate in (form,) if form else item.formats:
        files = item.formats.get(candidate, ())
        for flat in (False, True):
            if any((folder / (f.name if flat else f.path)).is_file() for f in files):
                yield from get_each(name, candidate, [base], flat)
                return
    wanted = ", ".join(f.name for files in item.formats.values() for f in files)
    raise KuzushijiError(f"no file of {name} in {folder}; expected some of {wanted}")
