"""Kuzushiji-Kanji's tar, unpacked once into one memory-mapped array and an index, and checked while at it.

Nothing of the tar reaches the file system by its own name: images are decoded from the archive in memory, in
order of path, into ``images.npy``; so a hostile path can do no harm, and is refused all the same. The result
appears under its final name in one rename, complete and verified, or not at all.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import mmap
import os
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kuzushiji.datasets import registry
from kuzushiji.datasets.cache import locked
from kuzushiji.datasets.layouts.kkanji import FOLDER, INDEX, SIDE, unpacked
from kuzushiji.datasets.progress import bar, say
from kuzushiji.datasets.registry import Content
from kuzushiji.datasets.splits import assign
from kuzushiji.errors import KuzushijiError

_MEMBER = re.compile(r"(?:\./)?kkanji2/(U\+[0-9A-F]{4,6})/([0-9a-f]{16})\.png")


class _Member(NamedTuple):
    path: str
    offset: int
    size: int


def prepare(home: Path, tar: Path) -> Path:
    """Unpacks a tar into a cache unless that is done; safe to call from several processes at once.

    Takes about 20 seconds of one core for the published tar, once.

    Returns:
        The folder, as :func:`kuzushiji.datasets.layouts.kkanji.unpacked`.

    Raises:
        KuzushijiError: the tar is not the published set.
    """
    folder = home / "kkanji" / FOLDER
    with locked(folder.parent, lambda: say("another process is working on kkanji; waiting")):
        if unpacked(home) is None:
            with bar("unpacking kkanji", unit="images") as advance:
                unpack(tar, folder, registry.KKANJI_CONTENT, advance)
    return folder


def unpack(
    tar: Path, folder: Path, expect: Content | None = None, progress: Callable[[int, int], None] | None = None
) -> None:
    """Makes ``folder`` with ``images.npy`` (uint8 (n, 64, 64)), ``index.npy`` (:data:`INDEX`) and
    ``content.json``.

    Rows are in order of the path ``U+XXXX/<name>.png`` as text. The caller holds the lock of
    ``folder.parent``; what an earlier, killed call left there is removed.

    Args:
        tar: the publisher's ``kkanji.tar``, or one with other encodings of the same pixels.
        folder: to be made; its parent exists.
        expect: what the images must be, or nothing is made.
        progress: called with (images done, images in all) now and then.

    Raises:
        KuzushijiError: not that tar; the line says what differs.
    """
    for stale in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(stale, ignore_errors=True)
    work = folder.parent / f".{folder.name}.{os.getpid()}"
    try:
        work.mkdir()
        members = _members(tar)
        if expect and len(members) != expect.images:
            raise KuzushijiError(
                f"{tar} holds {len(members):,} images, not {expect.images:,}; delete it and get it again"
            )
        black, pixels = _decode(tar, members, work / "images.npy", progress or (lambda done, total: None))
        index = index_of([m.path for m in members], black)
        found = Content(len(index), int(index["label"].max()) + 1, int(black.sum()), pixels)
        if expect and found != expect:
            raise KuzushijiError(
                f"{tar} is not the published set: {found.images:,} images, {found.classes:,} classes, "
                f"{found.black} black, pixel digest {found.pixels[:12]}… instead of {expect.images:,}, "
                f"{expect.classes:,}, {expect.black}, {expect.pixels[:12]}…; delete it and get it again"
            )
        np.save(work / "index.npy", index)
        (work / "content.json").write_text(json.dumps(found.__dict__, indent=1) + "\n")
        for f in work.iterdir():
            _sync(f)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(work, folder)
    except OSError as e:
        raise KuzushijiError(f"cannot unpack {tar} into {folder}: {e.strerror or e}") from e
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sync(path: Path) -> None:
    with open(path, "rb+") as f:
        os.fsync(f.fileno())


def _members(tar: Path) -> list[_Member]:
    members = []
    try:
        with tarfile.open(tar, "r:") as t:
            for m in t:
                t.members = []  # type: ignore[attr-defined]  # tarfile would keep 140,000 objects
                if m.isdir() and ".." not in m.name.split("/") and not m.name.startswith("/"):
                    continue
                match = _MEMBER.fullmatch(m.name)
                if not m.isreg() or m.issparse() or match is None:
                    kind = "" if m.isreg() else "not a plain file: "
                    raise KuzushijiError(
                        f"{tar} holds {kind}{m.name!r}, expected only kkanji2/U+XXXX/<16 hex>.png; refused"
                    )
                members.append(_Member(f"{match[1]}/{match[2]}.png", m.offset_data, m.size))
    except (tarfile.TarError, EOFError) as e:
        raise KuzushijiError(f"not a complete tar: {tar} ({e}); delete it and get it again") from e
    if not members:
        raise KuzushijiError(f"no images in {tar}; delete it and get it again")
    members.sort()
    for a, b in itertools.pairwise(members):
        if a.path == b.path:
            raise KuzushijiError(f"{tar} holds {a.path} twice; refused")
    return members


def _decode(
    tar: Path, members: list[_Member], out: Path, progress: Callable[[int, int], None]
) -> tuple[np.ndarray, str]:
    from PIL import Image

    n, digest, nothing = len(members), hashlib.sha256(), bytes(SIDE * SIDE)
    black = np.zeros(n, bool)
    with (
        open(tar, "rb") as f,
        mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data,
        open(out, "wb") as o,
    ):
        np.lib.format.write_array_header_1_0(
            o, {"descr": "|u1", "fortran_order": False, "shape": (n, SIDE, SIDE)}
        )
        for i, m in enumerate(members):
            try:
                with Image.open(io.BytesIO(data[m.offset : m.offset + m.size]), formats=("PNG",)) as image:
                    if image.size != (SIDE, SIDE) or image.mode != "L":
                        raise KuzushijiError(
                            f"{m.path} in {tar} is {image.width}x{image.height} {image.mode}, "
                            "not 64x64 8-bit grey; refused"
                        )
                    pixels = image.tobytes()
            except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as e:
                raise KuzushijiError(
                    f"{m.path} in {tar} is broken ({e}); delete the tar and get it again"
                ) from e
            digest.update(pixels)
            black[i] = pixels == nothing
            o.write(pixels)
            if i % 500 == 0:
                progress(i, n)
    progress(n, n)
    return black, digest.hexdigest()


def index_of(paths: list[str], black: np.ndarray) -> np.ndarray:
    """The index (:data:`INDEX`) of the images of a whole set.

    Args:
        paths: ``U+XXXX/<name>.png`` of each, in order of path.
        black: bool (n,), which have no ink.
    """
    index = np.zeros(len(paths), INDEX)
    index["codepoint"] = [int(p[2 : p.index("/")], 16) for p in paths]
    index["name"] = [p[p.index("/") + 1 : -4] for p in paths]
    index["label"] = np.unique(index["codepoint"], return_inverse=True)[1]
    index["standard"] = assign(paths, "standard")
    index["half"] = assign(paths, "half")
    index["black"] = black
    return index
